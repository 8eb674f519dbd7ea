"""Look again for replies whose second tick is missing though the customer's phone was on.

A phone that is off gives no second tick for hours, so a missing one alone says nothing. It does where the phone was on
since: its owner wrote again, or a later reply arrived. A page believes what it has sent itself, so the
chat is asked on a page that was loaded after the send. What is there stays as it is. What is not there is UNKNOWN, and
its chat waits for a person: the owner may have deleted it, or WhatsApp has lost it, and nothing tells which; sending it
again would be a guess.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from peewee import fn

from app.db import db
from app.logs import get_logger
from app.models import OWNER_PHONE, Chat, Delivery, Direction, Message, Tenant
from worker.outbox import SERVER_HAS_IT, note_ack
from worker.whatsapp.events import AckSeen, LookedUp, bare_id, chat_of

LOOKS_BACK = timedelta(hours=12)
MOST_AT_ONCE = 50
# A new page costs a few seconds in which nobody is answered.
PAGES_APART = 5

log = get_logger(__name__)


class LookUp(Protocol):
    """What this needs of the page."""

    def look_up(self, chat: str, key: str) -> int:
        """Start a look-up; returns the number that its LookedUp event will carry."""


@dataclass
class Receipts:
    """The replies without a second tick. `clock` is monotonic seconds, `now` the time of day."""

    tenant: Tenant
    page: LookUp
    patience_s: float
    page_since: datetime
    wants_new_page: bool = False
    _asked: dict[int, Message] = field(default_factory=dict)
    _looked_at: set[int] = field(default_factory=set)
    _next_look: float = 0.0
    _next_page: float = 0.0

    def on_page(self, now: datetime, clock: float) -> None:
        """A page, or a new one in its place: it knows only what was kept of what the last one sent."""
        self.page_since, self.wants_new_page = now, False
        self._next_page = clock + PAGES_APART * self.patience_s
        self._next_look = 0.0
        self._asked.clear()

    def review(self, now: datetime, clock: float) -> None:
        """Look up what is in doubt, or want a page that can tell; call it often, while the history is read."""
        if clock < self._next_look:
            return
        self._next_look = clock + self.patience_s
        doubtful = [row for row in overtaken(self.tenant, now - timedelta(seconds=self.patience_s), now)
                    if row.id not in self._looked_at]
        for row in doubtful[:MOST_AT_ONCE]:
            if row.delivered_at < self.page_since:
                self._asked[self.page.look_up(chat_of(row.wa_message_id), row.wa_message_id)] = row
        self.wants_new_page = clock >= self._next_page and any(
            row.delivered_at >= self.page_since for row in doubtful)

    def on_looked_up(self, event: LookedUp, now: datetime) -> int | None:
        """What the chat says of such a reply; returns the chat where nobody can say any more that it arrived."""
        row = self._asked.pop(event.op, None)
        if row is None:
            return None
        self._looked_at.add(row.id)
        if not event.found or event.ack < SERVER_HAS_IT:
            return self._give_up(row)
        note_ack(self.tenant, AckSeen(event.ack, (row.wa_message_id,)), now)
        return None

    def on_failed(self, op: int) -> None:
        """A look-up ended in an exception of the page: it is asked again with the next review."""
        self._asked.pop(op, None)

    def _give_up(self, row: Message) -> int | None:
        with db.atomic():
            settled = Message.update(delivery=Delivery.UNKNOWN).where(
                Message.id == row.id, Message.delivery == Delivery.SENT).execute()
            if settled:
                Chat.update(unread=Chat.unread + 1).where(Chat.id == row.chat.id).execute()
        if not settled:
            return None
        log.error("reply_not_certain", message_id=bare_id(row.wa_message_id), chat=row.chat.id)
        chat: int = row.chat.id
        return chat


def overtaken(tenant: Tenant, before: datetime, now: datetime) -> list[Message]:
    """The replies that WhatsApp has had since `before`, without a second tick though their phones were on since."""
    query = Message.select(Message.id, Message.wa_message_id, Message.delivered_at, Chat.id).join(Chat)
    sent = list(query.where(
        Message.tenant == tenant, Message.created_at > now - LOOKS_BACK, Message.direction == Direction.OUT,
        Message.delivery == Delivery.SENT, Message.author != OWNER_PHONE, Message.delivered_at < before,
    ).order_by(Message.id))
    signs = _signs({row.chat.id for row in sent})
    return [row for row in sent if _is_overtaken(row, signs.get(row.chat.id))]


def _is_overtaken(row: Message, sign: tuple[datetime | None, int | None] | None) -> bool:
    wrote_at, arrived = sign or (None, None)
    return (wrote_at is not None and wrote_at > row.delivered_at) or (arrived is not None and arrived > row.id)


def _signs(chats: Iterable[int]) -> dict[int, tuple[datetime | None, int | None]]:
    """By chat: when its customer last wrote, and the newest reply that arrived there."""
    wrote, arrived = _newest(chats, fn.MAX(Message.sent_at), Message.direction == Direction.IN), _newest(
        chats, fn.MAX(Message.id), Message.delivery.in_((Delivery.DELIVERED, Delivery.READ)))
    value = Message.sent_at.python_value
    return {chat: (value(wrote[chat]) if chat in wrote else None, arrived.get(chat)) for chat in chats}


def _newest(chats: Iterable[int], what: Any, condition: Any) -> dict[int, Any]:
    query: Any = Message.select(Message.chat, what).where(Message.chat.in_(list(chats)), condition)
    return dict(query.group_by(Message.chat).tuples())
