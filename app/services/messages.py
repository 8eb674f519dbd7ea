"""Read the message log: its newest lines, what comes next, and all of it for export."""
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

import peewee

from app.models import Chat, Message, Tenant

PAGE = 1000
SHOWN = 50


@dataclass(frozen=True)
class LogLine:
    """One line of the message log as it is shown and exported; times are aware UTC."""

    id: int
    tenant: str
    chat: int
    customer: str
    name: str
    direction: str
    kind: str
    text: str
    sent_at: datetime
    created_at: datetime
    in_reply_to: int | None
    because: str
    confidence: float | None
    outcome: str | None
    delivery: str | None
    delivered_at: datetime | None
    wa_message_id: str


FIELDS = tuple(field.name for field in fields(LogLine))


def tail(tenant: Tenant, limit: int) -> list[LogLine]:
    """The newest `limit` lines of a tenant, oldest first."""
    return [_line(message, tenant) for message in reversed(Message.newest_of(tenant, limit))]


def page(tenant: Tenant, *, before: int | None = None) -> list[Message]:
    """The newest SHOWN lines of a tenant with their chats, newest first, or those logged before line `before`."""
    query = _lines(tenant)
    last = Message.get_or_none(Message.id == before, Message.tenant == tenant) if before else None
    if last is not None:
        earlier = (Message.created_at < last.created_at) | (
            (Message.created_at == last.created_at) & (Message.id < last.id))
        query = query.where(Message.created_at <= last.created_at, earlier)
    return list(query.order_by(Message.created_at.desc(), Message.id.desc()).limit(SHOWN))


def after(tenant: Tenant, last_id: int) -> list[LogLine]:
    """The lines that were logged after line `last_id`, oldest first, a page at most."""
    query = _lines(tenant).where(Message.id > last_id).order_by(Message.id).limit(PAGE)
    return [_line(message, tenant) for message in query]


def export(tenant: Tenant, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[LogLine]:
    """Every line that was logged in [since, until), oldest first; reads a page at a time, however many there are."""
    query = _lines(tenant)
    if until is not None:
        query = query.where(Message.created_at < until)
    first = query if since is None else query.where(Message.created_at >= since)
    page = list(first.order_by(Message.created_at, Message.id).limit(PAGE))
    while page:
        yield from (_line(message, tenant) for message in page)
        newest = page[-1]
        later = (Message.created_at > newest.created_at) | (
            (Message.created_at == newest.created_at) & (Message.id > newest.id))
        # The plain comparison lets the database enter its index at the right place.
        following = query.where(Message.created_at >= newest.created_at, later)
        page = list(following.order_by(Message.created_at, Message.id).limit(PAGE))


def of_chat(chat: Chat) -> Iterator[LogLine]:
    """Every line of one chat, oldest first; reads a page at a time."""
    query, last = _lines(chat.tenant).where(Message.chat == chat).order_by(Message.id).limit(PAGE), 0
    while page := list(query.where(Message.id > last)):
        yield from (_line(message, chat.tenant) for message in page)
        last = page[-1].id


def _lines(tenant: Tenant) -> "peewee.ModelSelect[Message]":
    return Message.select(Message, Chat).join(Chat).where(Message.tenant == tenant)


def _line(message: Message, tenant: Tenant) -> LogLine:
    chat = message.chat
    return LogLine(
        id=message.id, tenant=tenant.slug, chat=chat.id, customer=chat.phone or chat.lid or chat.wa_chat_id,
        name=chat.name, direction=message.direction, kind=message.kind, text=message.text, sent_at=message.sent_at,
        created_at=message.created_at, in_reply_to=message.in_reply_to, because=message.because,
        confidence=message.confidence, outcome=message.outcome, delivery=message.delivery,
        delivered_at=message.delivered_at, wa_message_id=message.wa_message_id)
