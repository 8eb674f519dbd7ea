"""What a tenant's people see of the past: a day in numbers, and how the states changed."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import Case, fn

from app.models import Absence, Direction, Message, Outcome, StateChange, Tenant
from app.services.chats import day_of

SHOWN_CHANGES = 8
ABSENCE_SHOWN_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """Messages of one day: from customers, to them, and chats handed to a person."""

    received: int
    sent: int
    handed_over: int


def day_in_numbers(tenant: Tenant, zone: ZoneInfo, *, now: datetime) -> Day:
    """The numbers of the day that it is in the tenant's zone."""
    begins, ends = day_of(now.astimezone(zone).date(), zone)
    received = fn.COUNT(Case(None, [(Message.direction == Direction.IN, 1)]))
    handed_over = fn.COUNT(Case(None, [(Message.outcome == Outcome.HANDED_OVER, 1)]))
    query = Message.select(received, fn.COUNT(Message.id) - received, handed_over).where(
        Message.tenant == tenant, Message.created_at >= begins, Message.created_at < ends)
    counted: Any = query.tuples().get()
    return Day(*counted)


def newest_changes(tenant: Tenant) -> list[StateChange]:
    """The last changes of state, newest first."""
    query = StateChange.select().where(StateChange.tenant == tenant)
    return list(query.order_by(StateChange.at.desc(), StateChange.id.desc()).limit(SHOWN_CHANGES))


def last_absence(tenant: Tenant, *, now: datetime) -> Absence | None:
    """The last time in which customers wrote while the bot was away, where that is not long ago."""
    query = Absence.select().where(Absence.tenant == tenant, Absence.until > now - ABSENCE_SHOWN_FOR)
    found: Absence | None = query.order_by(Absence.until.desc()).first()
    return found
