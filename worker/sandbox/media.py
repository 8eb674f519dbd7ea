"""The types that a message can have, and what goes with those that are not text."""
from typing import Any

from worker.sandbox.refusal import Refusal

DEFAULTS: dict[str, dict[str, Any]] = {
    "chat": {},
    "ciphertext": {"ciphertext": True},
    "image": {"mimetype": "image/jpeg", "size": 48213},
    "video": {"mimetype": "video/mp4", "size": 812004, "duration": 12},
    "audio": {"mimetype": "audio/mpeg", "size": 96120, "duration": 31},
    "ptt": {"mimetype": "audio/ogg; codecs=opus", "size": 9120, "duration": 4},
    "sticker": {"mimetype": "image/webp", "size": 21876},
    "document": {"mimetype": "application/pdf", "size": 130442, "filename": "document.pdf"},
    "location": {"lat": -6.8161, "lng": 39.2803, "loc": "Dar es Salaam"},
    "vcard": {},
    "multi_vcard": {},
    "poll_creation": {"pollName": "Poll"},
    "call_log": {},
    "revoked": {},
    "oversized": {},
    "unknown": {},
    "e2e_notification": {"subtype": "encrypt"},
    "gp2": {"subtype": "subject"},
    "notification_template": {"subtype": "biz_move_to_consumer_app"},
    "group_notification": {"subtype": "subject"},
    "broadcast_notification": {},
    "notification": {},
    "protocol": {"subtype": "app_state_sync_key_share"},
}
FIELDS = ("mimetype", "size", "filename", "duration", "lat", "lng", "loc", "subtype", "pollName")


def extra_of(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a message of this type carries besides its text; fields of the request go before the usual values."""
    if kind not in DEFAULTS:
        raise Refusal(f'The field "type" does not take {kind[:40]!r}: it takes {", ".join(DEFAULTS)}.')
    return {**DEFAULTS[kind], **{field: body[field] for field in FIELDS if field in body}}
