"""The lines of the message log as the worker writes them, by prepared queries."""
from datetime import UTC, datetime

from app.models import OWNER_PHONE, Chat, Delivery, Direction, Message, Outcome, Tenant
from app.models.prepared import Prepared, Slot
from app.replies import Send
from worker.whatsapp.events import MessageSeen

_FIELDS = (Message.wa_message_id, Message.kind, Message.text, Message.sent_at, Message.created_at, Message.in_reply_to,
           Message.because, Message.confidence, Message.outcome, Message.delivery, Message.direction, Message.author)
_INSERT = Prepared(lambda: Message.insert({
    Message.tenant: Slot("tenant", Message.id), Message.chat: Slot("chat", Message.id),
    **{field: Slot(field.name, field) for field in _FIELDS},
}).returning(Message.id))


def log_in(tenant: Tenant, chat: Chat, seen: MessageSeen, outcome: Outcome, now: datetime) -> int:
    """Claim a customer's message with what is done about it; returns its id. A second claim raises IntegrityError."""
    return _insert(
        tenant, chat, direction=Direction.IN, wa_message_id=seen.id, kind=seen.kind, text=seen.text,
        sent_at=datetime.fromtimestamp(seen.time, UTC), created_at=now, outcome=outcome, in_reply_to=None, because="",
        delivery=None)


def log_out(tenant: Tenant, chat: Chat, send: Send, *, key: str, in_reply_to: int, now: datetime) -> int:
    """Record a reply that will be sent under the WhatsApp id `key`; returns its id."""
    return _insert(
        tenant, chat, direction=Direction.OUT, wa_message_id=key, kind="chat", text=send.text, sent_at=now,
        created_at=now, outcome=None, in_reply_to=in_reply_to, because=send.because[:80],
        confidence=send.confidence, delivery=Delivery.PENDING)


def log_said(tenant: Tenant, chat: Chat, seen: MessageSeen, send: Send, *, in_reply_to: int, now: datetime) -> int:
    """Log a reply that a machine which was lost has sent; `send` is what it stands for. Returns its id."""
    return _insert(
        tenant, chat, direction=Direction.OUT, wa_message_id=seen.id, kind=seen.kind, text=seen.text,
        sent_at=datetime.fromtimestamp(seen.time, UTC), created_at=now, outcome=None, in_reply_to=in_reply_to,
        because=send.because[:80], confidence=send.confidence, delivery=Delivery.SENT)


def log_owner(tenant: Tenant, chat: Chat, seen: MessageSeen, now: datetime) -> int:
    """Log a message that the owner typed on the phone; returns its id."""
    return _insert(
        tenant, chat, direction=Direction.OUT, wa_message_id=seen.id, kind=seen.kind, text=seen.text,
        sent_at=datetime.fromtimestamp(seen.time, UTC), created_at=now, outcome=None, in_reply_to=None, because="owner",
        delivery=Delivery.SENT, author=OWNER_PHONE)


def _insert(
    tenant: Tenant, chat: Chat, *, author: str = "", confidence: float | None = None, **values: object,
) -> int:
    row: tuple[int] = _INSERT.run(
        tenant=tenant.id, chat=chat.id, author=author, confidence=confidence, **values).fetchone()
    return row[0]
