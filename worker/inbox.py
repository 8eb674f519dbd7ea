"""Claim a message once: claim, conversation state and reply commit together, or none of them does.

UNIQUE (tenant, wa_message_id) is the claim. The replies are committed with the WhatsApp ids under which they will be
sent, so that after any crash a look-up in the chat tells whether they were.
"""
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from peewee import IntegrityError, PeeweeException

from app.db import db
from app.errors import Overtaken
from app.logs import get_logger
from app.models import Chat, Direction, Message, Outcome, Tenant, storable
from app.replies import Decision, Deed, HandOver, Incoming, Send, decide, late_apology, rate_warning
from app.replies.together import count_together, read_together, stands_alone
from app.services import deeds
from worker.away import Treatment
from worker.chats import find_chat, known_chat, update_chat
from worker.config import Config
from worker.ledger import log_in, log_out, log_owner, log_said
from worker.losses import BROWSER_LOST, DATABASE_LOST
from worker.lost import Said, marked
from worker.outbox import Outgoing
from worker.pacing import Pace, Verdict, typing_s
from worker.whatsapp.events import MessageSeen, bare_id, chat_of

RATE_WARNING = "rate_limited"
FAILED_TO_DECIDE = "error"
TEXT_LIMIT, NAME_LIMIT = 65536, 200
MOST_OVERTAKEN = 3
"""How often a message is decided upon anew since somebody else took what it was to get."""

REPLIED = frozenset((Outcome.ANSWERED, Outcome.WARNED, Outcome.HANDED_OVER))
"""What is done about a message and those that were read together with it, where its reply is theirs too."""
Messages = tuple[MessageSeen, ...]
Decided = Callable[[Chat, Messages], tuple[Outcome, Decision]]
"""How it is decided what is done about messages of a chat."""

log = get_logger(__name__)


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

    def take(
        self, seen: MessageSeen, now: datetime, treatment: Treatment = Treatment.ANSWER,
        said: Said = (), *, before: tuple[MessageSeen, ...] = (),
    ) -> Taken | None:
        """Claim a customer's message and commit what is done about it; None where it was claimed before.

        What the customer wrote right `before` it is read together with it, each claimed in a row of its own. Where a
        machine that was lost has `said` its answers already, they are written down, and nothing is sent.
        Raises worker.losses.BROWSER_LOST and DATABASE_LOST; then nothing has been claimed, or all of it, and the same
        call may be repeated.
        """
        messages = tuple(map(bounded, (*before, seen)))

        def decided(chat: Chat, messages: Messages) -> tuple[Outcome, Decision]:
            # Decided again where it was answered, as when it was written: the conversation goes on from there.
            written = min(now, datetime.fromtimestamp(messages[-1].time, UTC))
            return self._answer(chat, messages, written) if said else self._decide(chat, messages, now, treatment)

        try:
            return self._take_unless_overtaken(messages, now, said, decided)
        except (*BROWSER_LOST, *DATABASE_LOST):
            raise
        except Exception:
            log.exception("reply_failed", message_id=bare_id(seen.id))
            return self._take(messages, now, said, _left_to_a_person)

    def _take_unless_overtaken(self, messages: Messages, now: datetime, said: Said, decided: Decided) -> Taken | None:
        for _ in range(MOST_OVERTAKEN):
            try:
                return self._take(messages, now, said, decided)
            except Overtaken as error:
                log.info("overtaken", message_id=bare_id(messages[-1].id), by=str(error))
        return self._take(messages, now, said, decided)

    def _take(self, messages: Messages, now: datetime, said: Said, decided: Decided) -> Taken | None:
        try:
            with db.atomic():
                taken = self._claim(messages, now, said, decided)
        except IntegrityError:
            rest = tuple(message for message in messages if not self._is_claimed(message))
            if rest == messages:
                raise
            return self._take(rest, now, said, decided) if rest else None
        self._charge(taken, now)
        return taken

    def waits_after(self, seen: MessageSeen) -> bool:
        """Whether the customer may go on after this message, so that it is better not answered at once."""
        return not stands_alone(_incoming(bounded(seen)), self._config.bot)

    def count_together(self, messages: Sequence[MessageSeen], now: datetime) -> int:
        """How many of the first of a customer's messages are answered as one, at least 1; changes nothing."""
        chat = known_chat(self._tenant, messages[0]) if len(messages) > 1 else None
        if chat is None:
            chat = Chat(tenant=self._tenant, state={})
        elif self._is_left(chat, now) or self._pace.judge(chat.id, now) is not Verdict.ANSWER:
            return len(messages)
        return self._count(chat, tuple(map(bounded, messages)), now)

    def is_known(self, seen: MessageSeen) -> bool:
        """Whether the message was claimed before; spares a catch-up the price of failing on each."""
        return self._is_claimed(seen)

    def note_owner(self, seen: MessageSeen, now: datetime) -> None:
        """Log what the owner typed on the phone, and keep out of that chat for as long as the tenant wants."""
        if self.is_known(seen):
            return
        seen = bounded(replace(seen, name=""))
        with db.atomic():
            chat = find_chat(self._tenant, seen)
            if _is_ours(chat, seen):
                return
            log_owner(self._tenant, chat, seen, now)
            typed_at = min(now, datetime.fromtimestamp(seen.time, UTC))
            until = typed_at + timedelta(hours=self._config.owner_silence_hours)
            until = max(until, chat.person_until or until)
            update_chat(chat, seen, state=chat.state or {}, person_until=until, unread=0, now=now)

    def tidy(self, now: datetime) -> None:
        """Forget what no longer limits anything."""
        self._pace.forget_idle(now)

    def _claim(self, messages: Messages, now: datetime, said: Said, decided: Decided) -> Taken:
        *before, seen = messages
        chat = find_chat(self._tenant, seen)
        outcome, decision = decided(chat, messages)
        for message in before:
            log_in(self._tenant, chat, message, Outcome.JOINED if outcome in REPLIED else outcome, now)
        message_id = log_in(self._tenant, chat, seen, outcome, now)
        replies = () if said else tuple(self._record_replies(chat, message_id, messages, decision, now))
        self._record_said(chat, message_id, said, decision, now)
        if outcome is Outcome.SILENT:
            for message in messages:
                deeds.overhear(chat, self._config.bot, message.text, now)
        for action in decision.actions:
            if isinstance(action, Deed):
                deeds.do(action, self._tenant, chat, now)
        self._update_chat(chat, messages, outcome, decision, now)
        return Taken(chat.id, outcome, replies)

    def _is_left(self, chat: Chat, now: datetime) -> bool:
        return bool(chat.person_until and chat.person_until > now)

    def _decide(
        self, chat: Chat, messages: Messages, now: datetime, treatment: Treatment,
    ) -> tuple[Outcome, Decision]:
        state = chat.state or {}
        if treatment is Treatment.LEAVE or self._is_left(chat, now):
            return Outcome.SILENT, Decision((), state)
        verdict = self._pace.judge(chat.id, now)
        if verdict is not Verdict.ANSWER:
            return self._decline(verdict, state)
        outcome, decision = self._answer(chat, messages, now)
        if treatment is Treatment.APOLOGISE:
            decision = apologising(decision, late_apology(decision.state, self._config.bot))
        return outcome, decision

    def _count(self, chat: Chat, messages: Messages, now: datetime) -> int:
        if len(messages) == 1:
            return 1
        bot, said = self._config.bot, list(map(_incoming, messages))
        try:
            return count_together(said, chat.state or {}, bot, now, deeds.records_for(self._tenant, chat, bot, now))
        except Exception:
            log.exception("reading_failed", message_id=bare_id(messages[0].id))
            return 1

    def _answer(self, chat: Chat, messages: Messages, now: datetime) -> tuple[Outcome, Decision]:
        state, bot = chat.state or {}, self._config.bot
        try:
            records = deeds.records_for(self._tenant, chat, bot, now)
            incoming = read_together(list(map(_incoming, messages)), state, bot, now, records)
            decision = decide(incoming, state, bot, now, records)
        except PeeweeException:
            # PostgreSQL takes nothing more in this transaction.
            raise
        except Exception:
            log.exception("reply_failed", message_id=bare_id(messages[-1].id))
            return _left_to_a_person(chat, messages)
        return outcome_of(decision), decision

    def _decline(self, verdict: Verdict, state: dict[str, object]) -> tuple[Outcome, Decision]:
        if verdict is Verdict.SILENCE:
            return Outcome.RATE_LIMITED, Decision((), state)
        warning = replace(rate_warning(state, self._config.bot), because=RATE_WARNING)
        return Outcome.WARNED, Decision((warning,), state)

    def _record_replies(
        self, chat: Chat, message_id: int, messages: Messages, decision: Decision, now: datetime,
    ) -> Iterator[Outgoing]:
        *before, seen = messages
        keys = iter(seen.keys)
        for send in decision.actions:
            if isinstance(send, Send):
                key = next(keys, "")
                if before or not key:
                    key = marked(key or self._new_key(seen.chat), seen, len(before))
                row = log_out(self._tenant, chat, send, key=key, in_reply_to=message_id, now=now)
                typing = typing_s(send.text, self._config.typing_ms_per_char, self._config.typing_max_ms)
                yield Outgoing(row, chat.id, chat_of(key), key, send.text, typing)

    def _record_said(
        self, chat: Chat, message_id: int, said: Said, decision: Decision, now: datetime,
    ) -> None:
        sends = [action for action in decision.actions if isinstance(action, Send)]
        for number, own in enumerate(said):
            send = sends[number] if number < len(sends) else Send("", "")
            log_said(self._tenant, chat, bounded(own), send, in_reply_to=message_id, now=now)

    def _update_chat(
        self, chat: Chat, messages: Messages, outcome: Outcome, decision: Decision, now: datetime,
    ) -> None:
        until = chat.person_until
        if outcome is Outcome.HANDED_OVER:
            until = now + timedelta(hours=self._config.handover_hours)
        waits_for_person = outcome in (Outcome.HANDED_OVER, Outcome.SILENT)
        unread = len(messages) if waits_for_person else 0
        update_chat(chat, messages[-1], state=decision.state, person_until=until, unread=unread, now=now)

    def _charge(self, taken: Taken, now: datetime) -> None:
        if taken.outcome is Outcome.WARNED:
            self._pace.warned(taken.chat_id, now)
        else:
            for _ in taken.replies:
                self._pace.charge(taken.chat_id, now)

    def _remember_charges(self, now: datetime) -> None:
        limits = self._config.limits
        start = now - timedelta(seconds=max(limits.chat_window_s, limits.tenant_window_s))
        query = Message.select(Message.chat, Message.created_at, Message.because).where(
            Message.tenant == self._tenant, Message.created_at >= start, Message.direction == Direction.OUT)
        rows: Any = query.order_by(Message.created_at).tuples()
        for chat, at, because in rows:
            (self._pace.warned if because == RATE_WARNING else self._pace.charge)(chat, at)

    def _is_claimed(self, seen: MessageSeen) -> bool:
        return bool(Message.select().where(Message.tenant == self._tenant, Message.wa_message_id == seen.id).exists())


def _left_to_a_person(chat: Chat, _: Messages) -> tuple[Outcome, Decision]:
    """A message that breaks the replies, or what they do, must not stop the others."""
    return Outcome.HANDED_OVER, Decision((HandOver(FAILED_TO_DECIDE),), chat.state or {})


def _is_ours(chat: Chat, seen: MessageSeen) -> bool:
    """Whether we sent the message, when the chat still went by its number and not by its LID, or the other way."""
    return bool(Message.select().where(
        Message.chat == chat, Message.direction == Direction.OUT,
        Message.wa_message_id.endswith("_" + bare_id(seen.id))).exists())


def _incoming(seen: MessageSeen) -> Incoming:
    return Incoming(seen.text, seen.kind, seen.name)


def bounded(seen: MessageSeen) -> MessageSeen:
    """The message with no more, and nothing else, than the log can hold: the replies are to see what is logged."""
    return replace(seen, text=storable(seen.text[:TEXT_LIMIT]), name=storable(seen.name[:NAME_LIMIT]))


def apologising(decision: Decision, apology: str) -> Decision:
    """The decision with the apology before the first thing it says."""
    first = next((action for action in decision.actions if isinstance(action, Send)), None)
    return replace(decision, actions=tuple(
        replace(action, text=f"{apology}\n\n{action.text}") if action is first and isinstance(action, Send) else action
        for action in decision.actions))


def outcome_of(decision: Decision) -> Outcome:
    """What a decision of the bot comes to."""
    if any(isinstance(action, HandOver) for action in decision.actions):
        return Outcome.HANDED_OVER
    return Outcome.ANSWERED if decision.actions else Outcome.SILENT
