"""PURE: which messages are a customer's, and why the others are none."""
from worker.whatsapp.events import MessageSeen

CUSTOMER_KINDS = frozenset((
    "chat", "image", "video", "audio", "ptt", "ptv", "sticker", "document", "location", "vcard", "multi_vcard", "order",
    "product", "list_response", "buttons_response", "template_button_reply", "interactive", "hsm", "payment",
    "poll_creation", "event_creation", "groups_v4_invite", "oversized",
))
OWN = "own"
PEOPLE = frozenset(("c.us", "lid"))
_SERVERS = {"g.us": "group", "broadcast": "broadcast", "newsletter": "newsletter", "bot": "bot"}


def reason_to_ignore(message: MessageSeen) -> str | None:
    """Why nobody waits for an answer to this message, in one word to count by; None for a customer's message.

    A ciphertext is ignored because WhatsApp shows it again, with the same id, once it could be decrypted.
    """
    if message.chat == "status@broadcast":
        return "status"
    if message.server not in PEOPLE:
        return _SERVERS.get(message.server, "unknown_chat")
    if message.from_me:
        return OWN if message.kind in CUSTOMER_KINDS else "system"
    if message.kind == "ciphertext":
        return "undecrypted"
    return None if message.kind in CUSTOMER_KINDS else "system"
