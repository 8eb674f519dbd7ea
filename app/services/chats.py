"""A tenant's chats: find them, read them, write into them, and say whose turn it is, the bot's or a person's."""
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import peewee
from peewee import JOIN, SQL, fn

from app.db import db
from app.errors import Invalid, NotFound
from app.models import DRAFT_ID, Chat, Delivery, Direction, Message, Outcome, Tenant, TenantConfig
from app.services import audit

PAGE = 30
THREAD_PAGE = 50
# How many of a tenant's newest messages a search reads: enough for months of a busy shop, and quick whatever there is.
SEARCHED_MESSAGES = 20_000
LONGEST_MESSAGE = 4096
# Below this a reply was rather a guess, and worth a look.
SURE = 0.6
NEWEST_FIRST = (Chat.last_message_at.desc(), Chat.id.desc())
LONGEST_SEARCH = 100
LONGEST_TURN_H = 24 * 31


class UnknownChat(NotFound):
    """The tenant has no such chat."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is empty does not narrow the search. `day` is a day of the tenant's zone.

    `unsure` asks for chats with a reply of which the bot was less than SURE.
    """

    text: str = ""
    day: date | None = None
    outcome: Outcome | None = None
    unsure: bool = False


@dataclass(frozen=True)
class Place:
    """Where a page of chats ends; the next begins behind it."""

    at: datetime
    id: int


@dataclass(frozen=True)
class ChatPage:
    """Chats by their last message, newest first, each as `chat.last` (None where it was erased)."""

    chats: list[Chat]
    following: Place | None


@dataclass(frozen=True)
class Thread:
    """Messages of one chat, oldest first; `earlier` is the id before which older ones are, or None."""

    messages: list[Message]
    earlier: int | None


def find_chat(tenant: Tenant, chat_id: int) -> Chat:
    """The tenant's chat; raises UnknownChat for one that is not there or is another tenant's."""
    chat = Chat.get_or_none(Chat.id == chat_id, Chat.tenant == tenant)
    if chat is None:
        raise UnknownChat("There is no such chat.")
    return chat


def find_chats(tenant: Tenant, wanted: Wanted, zone: ZoneInfo, behind: Place | None = None) -> ChatPage:
    """One page of the chats that fit, newest first."""
    query = Chat.select(Chat.id).where(Chat.tenant == tenant, Chat.last_message_at.is_null(False))
    query = _narrowed(query, tenant, wanted, zone)
    if behind is not None:
        query = query.where((Chat.last_message_at < behind.at)
                            | ((Chat.last_message_at == behind.at) & (Chat.id < behind.id)),
                            Chat.last_message_at <= behind.at)
    found = list(query.order_by(*NEWEST_FIRST).limit(PAGE + 1))
    # Apart, since a database would look the last message up for every chat that fits before it takes a page of them.
    chats = list(_with_last_message().where(Chat.id.in_(found[:PAGE])).order_by(*NEWEST_FIRST)) if found else []
    more = Place(chats[-1].last_message_at, chats[-1].id) if len(found) > PAGE and chats else None
    return ChatPage(chats, more)


def read_thread(chat: Chat, *, before: int | None = None) -> Thread:
    """The newest messages of the chat, or the newest that come before message `before`."""
    query = Message.select().where(Message.chat == chat)
    if before is not None:
        query = query.where(Message.id < before)
    found = list(query.order_by(Message.id.desc()).limit(THREAD_PAGE + 1))
    messages = found[:THREAD_PAGE]
    return Thread(messages[::-1], messages[-1].id if len(found) > THREAD_PAGE else None)


def find_message(chat: Chat, message_id: int) -> Message:
    """One message of the chat; raises UnknownChat where it is not one of its."""
    message = Message.get_or_none(Message.id == message_id, Message.chat == chat)
    if message is None:
        raise UnknownChat("There is no such message in this chat.")
    return message


def unread_chats(tenant: Tenant) -> int:
    """How many chats wait for a person."""
    return int(Chat.select().where(Chat.tenant == tenant, Chat.unread > 0).count())


def mark_read(chat: Chat) -> None:
    """Somebody has seen what waited for a person."""
    Chat.update(unread=0).where(Chat.id == chat.id, Chat.unread > 0).execute()


def take_over(tenant: Tenant, chat_id: int, *, hours: int, by: str, address: str, now: datetime) -> Chat:
    """Keep the bot out of the chat for so many hours; raises UnknownChat, or Invalid for hours out of range."""
    find_chat(tenant, chat_id)
    if not 1 <= hours <= LONGEST_TURN_H:
        raise Invalid("Choose between 1 and %(most)s hours.", most=LONGEST_TURN_H)
    until = now + timedelta(hours=hours)
    with db.atomic():
        chat = _set_turn(tenant, chat_id, until)
        audit.record(by=by, action="chat.take_over", slug=tenant.slug, address=address,
                     detail={"chat": chat.id, "until": until.isoformat()})
    return chat


def give_back(tenant: Tenant, chat_id: int, *, by: str, address: str) -> Chat:
    """Let the bot answer in the chat again; raises UnknownChat."""
    with db.atomic():
        chat = _set_turn(tenant, chat_id, None)
        audit.record(by=by, action="chat.give_back", slug=tenant.slug, address=address, detail={"chat": chat.id})
    return chat


def write_message(tenant: Tenant, chat_id: int, text: str, *, by: str, address: str, now: datetime) -> Message:
    """Have the worker send this text, and keep the bot out of the chat as if it had been typed on the phone.

    Raises UnknownChat, or Invalid for a text that is empty or longer than LONGEST_MESSAGE characters.
    """
    with db.atomic():
        chat = find_chat(tenant, chat_id)
        text = _sendable(text)
        silence = timedelta(hours=TenantConfig.get(TenantConfig.tenant == tenant).owner_silence_hours)
        until = max(filter(None, (chat.person_until, now + silence)))
        Chat.update(person_until=until, unread=0).where(Chat.id == chat.id).execute()
        message = put_message(tenant, chat, text, because="portal", by=by, now=now)
        audit.record(by=by, action="chat.write", slug=tenant.slug, address=address,
                     detail={"chat": chat.id, "characters": len(text)})
    return message


def put_message(tenant: Tenant, chat: Chat, text: str, *, because: str, by: str, now: datetime) -> Message:
    """Have the worker send this text; whose turn it is in the chat stays as it is."""
    Chat.update(last_message_at=now).where(Chat.id == chat.id).execute()
    return Message.create(
        tenant=tenant, chat=chat, direction=Direction.OUT, wa_message_id=f"{DRAFT_ID}{uuid.uuid4()}", text=text,
        sent_at=now, created_at=now, because=because, author=by, delivery=Delivery.PENDING)


def is_with_person(chat: Chat, now: datetime) -> bool:
    """Whether the bot keeps out of the chat."""
    return bool(chat.person_until and chat.person_until > now)


def day_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a day by the tenant's clocks, and that of the next."""
    return (datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone))


def _set_turn(tenant: Tenant, chat_id: int, until: datetime | None) -> Chat:
    chat = find_chat(tenant, chat_id)
    chat.person_until, chat.unread = until, 0
    chat.save(only=["person_until", "unread"])
    return chat


def _sendable(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Write a message first.")
    if len(text) > LONGEST_MESSAGE:
        raise Invalid("The message has %(length)s characters; %(most)s is the most. Send it in parts.",
                      length=len(text), most=LONGEST_MESSAGE)
    return text


def _with_last_message() -> "peewee.ModelSelect[Chat]":
    """Chats, each with its newest message in the same query."""
    newest = Message.alias()
    last = Message.alias()
    last_id = newest.select(fn.MAX(newest.id)).where(newest.chat == Chat.id)
    return Chat.select(Chat, last).join(last, JOIN.LEFT_OUTER, on=(last.id == last_id), attr="last")


def _narrowed(query: Any, tenant: Tenant, wanted: Wanted, zone: ZoneInfo) -> Any:
    text = wanted.text.replace("\0", "").strip()[:LONGEST_SEARCH]
    window = _window(tenant, wanted, zone)
    if text:
        digits = "".join(letter for letter in text if letter.isdigit())
        said = window.select_from(window.c.chat_id).where(window.c.text.contains(text), *_fitting(window, wanted))
        who = Chat.name.contains(text) | Chat.id.in_(said)
        query = query.where((who | Chat.phone.contains(digits)) if len(digits) >= 3 else who)
    if wanted.day or wanted.outcome or wanted.unsure:
        fitting = window.select_from(window.c.chat_id).where(*_fitting(window, wanted))
        # Distinct, so that PostgreSQL looks chats up in a set and does not walk the window for each.
        query = query.where(Chat.id.in_(fitting.distinct()))
    return query


def _fitting(window: Any, wanted: Wanted) -> list[Any]:
    # Outside the window: within, the search for a rare outcome would read the whole log.
    fitting = [window.c.outcome == wanted.outcome] if wanted.outcome else [SQL("1 = 1")]
    return [*fitting, window.c.confidence < SURE] if wanted.unsure else fitting


def _window(tenant: Tenant, wanted: Wanted, zone: ZoneInfo) -> Any:
    """The newest messages of the tenant, or of the day, as far back as a search goes."""
    query = Message.select(Message.chat, Message.text, Message.outcome, Message.confidence)
    query = query.where(Message.tenant == tenant)
    if wanted.day:
        begins, ends = day_of(wanted.day, zone)
        query = query.where(Message.created_at >= begins, Message.created_at < ends)
    return query.order_by(Message.created_at.desc(), Message.id.desc()).limit(SEARCHED_MESSAGES).alias("window")
