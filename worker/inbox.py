"""Claim a message once: claim, conversation state and reply commit together, or none of them does.

UNIQUE (tenant, wa_message_id) is the claim. The replies are committed with the WhatsApp ids under which they will be
sent, so that after any crash a look-up in the chat tells whether they were.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from peewee import IntegrityError

from app.db import db
from app.models import Chat, Delivery, Direction, Message, Outcome, Tenant
from app.replies import Decision, HandOver, Incoming, Send, decide, rate_warning
from worker.config import Config
from worker.outbox import Outgoing
from worker.pacing import Pace, Verdict, typing_s
from worker.whatsapp.events import MessageSeen

RATE_WARNING = "rate_limited"
FAILED_TO_DECIDE = "error"
TEXT_LIMIT = 65536

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """What one message led to: its outcome and the replies to send, in order."""

    chat_id: int
    outcome: Outcome
    replies: tuple[Outgoing, ...]


class Inbox:
    """The incoming side of one tenant."""

    def __init__(self, tenant: Tenant, config: Config, new_key: Callable[[str], str], now: datetime) -> None:
        """`new_key` makes a WhatsApp id for a chat, for replies beyond those the page has prepared."""
        self._tenant, self._config, self._new_key = tenant, config, new_key
        self._pace = Pace(config.limits)
        self._remember_charges(now)

    def reconfigure(self, config: Config) -> None:
        """Answer by another configuration from now on."""
        self._config = config
        self._pace.change(config.limits)

    def take(self, seen: MessageSeen, now: datetime) -> Taken | None:
        """Claim a customer's message and commit what is done about it; None where it was claimed before.

        Raises peewee's database errors; then nothing has been claimed, or all of it, and the same call may be repeated.
        """
        try:
            with db.atomic():
                taken = self._claim(seen, now)
        except IntegrityError:
            if not self._is_claimed(seen):
                raise
            return None
        self._charge(taken, now)
        return taken

    def is_known(self, seen: MessageSeen) -> bool:
        """Whether the message was claimed before; spares a catch-up the price of failing on each."""
        return self._is_claimed(seen)

    def tidy(self, now: datetime) -> None:
        """Forget what no longer limits anything."""
        self._pace.forget_idle(now)

    def _claim(self, seen: MessageSeen, now: datetime) -> Taken:
        chat = find_chat(self._tenant, seen)
        outcome, decision = self._decide(chat, seen, now)
        message = Message.create(
            tenant=self._tenant, chat=chat.id, direction=Direction.IN, wa_message_id=seen.id, kind=seen.kind,
            text=storable(seen.text), sent_at=datetime.fromtimestamp(seen.time, UTC), created_at=now, outcome=outcome)
        replies = tuple(self._record_replies(chat, message, seen, decision, now))
        self._update_chat(chat, seen, outcome, decision, now)
        return Taken(chat.id, outcome, replies)

    def _decide(self, chat: Chat, seen: MessageSeen, now: datetime) -> tuple[Outcome, Decision]:
        state = chat.state or {}
        if chat.person_until and chat.person_until > now:
            return Outcome.SILENT, Decision((), state)
        verdict = self._pace.judge(chat.id, now)
        if verdict is not Verdict.ANSWER:
            return self._decline(verdict, state)
        try:
            decision = decide(Incoming(storable(seen.text), seen.kind, seen.name), state, self._config.bot, now)
        except Exception:
            # A message that breaks the replies must not stop the others; a person reads it instead.
            log.exception("reply_failed", message_id=seen.id)
            decision = Decision((HandOver(FAILED_TO_DECIDE),), state)
        return outcome_of(decision), decision

    def _decline(self, verdict: Verdict, state: dict[str, object]) -> tuple[Outcome, Decision]:
        if verdict is Verdict.SILENCE:
            return Outcome.RATE_LIMITED, Decision((), state)
        warning = replace(rate_warning(state, self._config.bot), because=RATE_WARNING)
        return Outcome.WARNED, Decision((warning,), state)

    def _record_replies(
        self, chat: Chat, message: Message, seen: MessageSeen, decision: Decision, now: datetime,
    ) -> Iterator[Outgoing]:
        keys = iter(seen.keys)
        for send in decision.actions:
            if isinstance(send, Send):
                key = next(keys, None) or self._new_key(seen.chat)
                row = Message.create(
                    tenant=self._tenant, chat=chat.id, direction=Direction.OUT, wa_message_id=key, text=send.text,
                    sent_at=now, created_at=now, in_reply_to=message.id, because=send.because[:80],
                    delivery=Delivery.PENDING)
                typing = typing_s(send.text, self._config.typing_ms_per_char, self._config.typing_max_ms)
                yield Outgoing(row.id, chat.id, seen.chat, key, send.text, typing)

    def _update_chat(self, chat: Chat, seen: MessageSeen, outcome: Outcome, decision: Decision, now: datetime) -> None:
        changes = {"state": decision.state, "last_message_at": now, "wa_chat_id": seen.chat}
        if seen.name and seen.name != chat.name:
            changes["name"] = storable(seen.name)[:200]
        if outcome is Outcome.HANDED_OVER:
            changes["person_until"] = now + timedelta(hours=self._config.handover_hours)
        if outcome in (Outcome.HANDED_OVER, Outcome.SILENT):
            changes["unread"] = Chat.unread + 1
        Chat.update(changes).where(Chat.id == chat.id).execute()

    def _charge(self, taken: Taken, now: datetime) -> None:
        if taken.outcome is Outcome.WARNED:
            self._pace.warned(taken.chat_id, now)
        else:
            for _ in taken.replies:
                self._pace.charge(taken.chat_id, now)

    def _remember_charges(self, now: datetime) -> None:
        limits = self._config.limits
        start = now - timedelta(seconds=max(limits.chat_window_s, limits.tenant_window_s))
        rows = Message.select(Message.chat, Message.created_at, Message.because).where(
            Message.tenant == self._tenant, Message.created_at >= start, Message.direction == Direction.OUT)
        for chat, at, because in rows.order_by(Message.created_at).tuples():
            (self._pace.warned if because == RATE_WARNING else self._pace.charge)(chat, at)

    def _is_claimed(self, seen: MessageSeen) -> bool:
        return bool(Message.select().where(Message.tenant == self._tenant, Message.wa_message_id == seen.id).exists())


def outcome_of(decision: Decision) -> Outcome:
    """What a decision of the bot comes to."""
    if any(isinstance(action, HandOver) for action in decision.actions):
        return Outcome.HANDED_OVER
    return Outcome.ANSWERED if decision.actions else Outcome.SILENT


def storable(text: str) -> str:
    """The text as both databases take it: PostgreSQL refuses NUL, and UTF-8 has no lone surrogates."""
    return text[:TEXT_LIMIT].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def find_chat(tenant: Tenant, seen: MessageSeen) -> Chat:
    """The chat with this customer, found by LID or phone, made where it is new; learns the id it did not have yet."""
    lid, phone = seen.lid or None, seen.phone or None
    by_lid = Chat.get_or_none(Chat.tenant == tenant, Chat.lid == lid) if lid else None
    if by_lid and (by_lid.phone or not phone):
        return by_lid
    by_phone = Chat.get_or_none(Chat.tenant == tenant, Chat.phone == phone) if phone else None
    if by_phone is None and by_lid is None:
        return Chat.create(tenant=tenant, wa_chat_id=seen.chat, phone=phone, lid=lid, name=storable(seen.name)[:200])
    return _learn(by_lid, by_phone, lid, phone)


def _learn(by_lid: Chat | None, by_phone: Chat | None, lid: str | None, phone: str | None) -> Chat:
    if by_phone is None:
        assert by_lid is not None  # noqa: S101  find_chat has one of them
        Chat.update(phone=phone).where(Chat.id == by_lid.id).execute()
        return by_lid
    if lid and by_phone.lid is None:
        if by_lid is not None:
            # Both were known apart; from now on they are one person, and the chat with the number goes on.
            Chat.update(lid=None).where(Chat.id == by_lid.id).execute()
        Chat.update(lid=lid).where(Chat.id == by_phone.id).execute()
    return by_phone
