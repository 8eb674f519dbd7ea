"""The chat a message belongs to: found by LID or phone, made where it is new, updated with what the message brought."""
from datetime import datetime
from typing import Any

from peewee import Field

from app.models import Chat, Tenant
from app.models.prepared import Prepared, Slot
from worker.whatsapp.events import MessageSeen

_FIELDS: tuple[Field, ...] = (Chat.id, Chat.phone, Chat.lid, Chat.name, Chat.state, Chat.person_until)


def _chat_by(field: Field) -> Prepared:
    return Prepared(lambda: Chat.select(*_FIELDS).where(
        Chat.tenant == Slot("tenant", Chat.id), field == Slot("key", field)))


_BY_PHONE, _BY_LID = _chat_by(Chat.phone), _chat_by(Chat.lid)
_UPDATE = Prepared(lambda: Chat.update({
    Chat.state: Slot("state", Chat.state), Chat.last_message_at: Slot("at", Chat.last_message_at),
    Chat.wa_chat_id: Slot("wa_chat_id", Chat.wa_chat_id), Chat.name: Slot("name", Chat.name),
    Chat.person_until: Slot("person_until", Chat.person_until), Chat.unread: Chat.unread + Slot("unread", Chat.unread),
}).where(Chat.id == Slot("id", Chat.id)))


def find_chat(tenant: Tenant, seen: MessageSeen) -> Chat:
    """The chat with this customer; learns the phone or LID it did not have yet."""
    by_lid = _read(_BY_LID, tenant, seen.lid)
    if by_lid and (by_lid.phone or not seen.phone):
        return by_lid
    by_phone = _read(_BY_PHONE, tenant, seen.phone)
    if by_phone:
        return _learn_lid(by_phone, by_lid, seen.lid)
    if by_lid:
        Chat.update(phone=seen.phone).where(Chat.id == by_lid.id).execute()
        return by_lid
    return Chat.create(tenant=tenant, wa_chat_id=seen.chat, phone=seen.phone or None, lid=seen.lid or None,
                       name=seen.name)


def known_chat(tenant: Tenant, seen: MessageSeen) -> Chat | None:
    """The chat with this customer as it is stored, where there is one yet."""
    return _read(_BY_LID, tenant, seen.lid) or _read(_BY_PHONE, tenant, seen.phone)


def update_chat(
    chat: Chat, seen: MessageSeen, *, state: dict[str, Any], person_until: datetime | None, unread: int, now: datetime,
) -> None:
    """Store the conversation state, whose turn it is, and where the customer wrote from."""
    _UPDATE.run(id=chat.id, state=state, at=now, wa_chat_id=seen.chat, person_until=person_until, unread=unread,
                name=seen.name or chat.name)


def _learn_lid(by_phone: Chat, by_lid: Chat | None, lid: str) -> Chat:
    if lid and by_phone.lid is None:
        if by_lid:
            # Known apart until now, they are one person: the chat with the number goes on.
            Chat.update(lid=None).where(Chat.id == by_lid.id).execute()
        Chat.update(lid=lid).where(Chat.id == by_phone.id).execute()
    return by_phone


def _read(query: Prepared, tenant: Tenant, key: str) -> Chat | None:
    row = query.run(tenant=tenant.id, key=key).fetchone() if key else None
    if row is None:
        return None
    return Chat(**{field.name: field.python_value(value) for field, value in zip(_FIELDS, row, strict=True)})
