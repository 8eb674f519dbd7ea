"""What is done about messages that came while the bot was away: as the tenant wants, and written down in one line.

A message was missed where it waited for the history to be read, was written before the connection was proved and is
minutes old: what waits through the few seconds of a restart is answered like any other. Of the missed ones only so
many, the newest, and none that is older than the tenant wants are the bot's; the rest is left to a person.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.models import Absence, AwayPolicy, Outcome, Tenant
from worker.whatsapp.events import MessageSeen

MISSED_AFTER = timedelta(minutes=2)
BOT_ANSWERED = frozenset((Outcome.ANSWERED, Outcome.WARNED))


class Treatment(StrEnum):
    """How the bot takes a message."""

    ANSWER = "answer"
    APOLOGISE = "apologise"
    LEAVE = "leave"


@dataclass(frozen=True)
class AwayRules:
    """What a tenant wants done: how, up to which age, and for how many messages."""

    policy: AwayPolicy = AwayPolicy.ANSWER
    hours: int = 24
    limit: int = 200


@dataclass
class Away:
    """One time away, from `since` to `back_at`; where there is no `since`, nobody was away."""

    tenant: Tenant
    rules: AwayRules
    since: datetime | None = None
    back_at: datetime = datetime.min.replace(tzinfo=UTC)
    _beyond: int = 0
    _apologised: set[str] = field(default_factory=set)
    _absence: Absence | None = None

    def end(self, since: datetime | None, back_at: datetime) -> None:
        """The connection is proved again; everything up to `since` had been read."""
        self.since, self.back_at, self._beyond, self._absence = since, back_at, 0, None
        self._apologised.clear()

    def expect(self, messages: Iterable[MessageSeen], now: datetime) -> None:
        """These wait, oldest first: of the missed ones, the oldest beyond the limit are not the bot's."""
        missed = sum(self.is_missed(message, now) for message in messages)
        self._beyond = max(0, missed - self.rules.limit)

    def is_missed(self, message: MessageSeen, now: datetime) -> bool:
        """Whether the message waited for the bot to come back."""
        written = datetime.fromtimestamp(message.time, UTC)
        return self.since is not None and written < self.back_at and now - written >= MISSED_AFTER

    def treatment(self, message: MessageSeen, now: datetime) -> Treatment:
        """How to take this message."""
        if not self.is_missed(message, now):
            return Treatment.ANSWER
        is_too_old = now - datetime.fromtimestamp(message.time, UTC) > timedelta(hours=self.rules.hours)
        if self.rules.policy == AwayPolicy.LEAVE or self._beyond or is_too_old:
            return Treatment.LEAVE
        to_apologise = self.rules.policy == AwayPolicy.APOLOGISE and message.chat not in self._apologised
        return Treatment.APOLOGISE if to_apologise else Treatment.ANSWER

    def note(self, message: MessageSeen, outcome: Outcome, treatment: Treatment, now: datetime) -> None:
        """Write down what became of a missed message; of others nothing."""
        if not self.is_missed(message, now):
            return
        self._beyond = max(0, self._beyond - 1)
        if treatment is Treatment.APOLOGISE and outcome in BOT_ANSWERED:
            self._apologised.add(message.chat)
        if self._absence is None:
            self._absence = Absence.create(tenant=self.tenant, since=self.since, until=self.back_at)
        part = Absence.answered if outcome in BOT_ANSWERED else Absence.for_person
        Absence.update({part: part + 1}).where(Absence.id == self._absence.id).execute()
