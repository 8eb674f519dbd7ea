"""How much a tenant's chats carried: messages by hour and by day, and how long customers waited for a reply."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from app.models import Delivery, Direction, Message, Tenant

HOURS, DAYS = 24, 30
# Enough for an honest median, and quick however busy the tenant is.
WAITS_READ = 5000
ARRIVED = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ)


@dataclass(frozen=True)
class Count:
    """How many messages came in and went out in the hour or day that began at `begins`."""

    begins: datetime
    heard: int
    said: int


@dataclass(frozen=True)
class Wait:
    """The median and the longest of the seconds until the bot's reply was there, in one hour; None without one."""

    begins: datetime
    median_s: float | None
    longest_s: float | None


@dataclass(frozen=True)
class Traffic:
    """The last HOURS hours and DAYS days by the tenant's clocks, oldest first."""

    hours: tuple[Count, ...]
    days: tuple[Count, ...]
    waits: tuple[Wait, ...]


def traffic_of(tenant: Tenant, zone: ZoneInfo, now: datetime) -> Traffic:
    """What the tenant's chats carried lately."""
    hours, days = _last_hours(now), _last_days(now, zone)
    counted = _counted_by_hour(tenant, min(hours[0], _midnight(days[0], zone)))
    return Traffic(
        hours=tuple(Count(hour, counted.get((hour, Direction.IN), 0), counted.get((hour, Direction.OUT), 0))
                    for hour in hours),
        days=tuple(_day(day, zone, counted) for day in days),
        waits=tuple(_waits(tenant, hours)))


def _last_hours(now: datetime) -> list[datetime]:
    this = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [this - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]


def _last_days(now: datetime, zone: ZoneInfo) -> list[date]:
    today = now.astimezone(zone).date()
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _counted_by_hour(tenant: Tenant, since: datetime) -> dict[tuple[datetime, Direction], int]:
    # An hour that a zone's day begins in the middle of counts for the day in which it began.
    hour = Message.created_at.truncate("hour")
    query: Any = Message.select(hour.alias("hour"), Message.direction, fn.COUNT(Message.id)).where(
        Message.tenant == tenant, Message.created_at >= since.replace(minute=0)).group_by(hour, Message.direction)
    return {(_moment(begins), Direction(direction)): count for begins, direction, count in query.tuples()}


def _day(day: date, zone: ZoneInfo, counted: dict[tuple[datetime, Direction], int]) -> Count:
    def total(direction: Direction) -> int:
        return sum(count for (hour, which), count in counted.items()
                   if which == direction and hour.astimezone(zone).date() == day)

    return Count(_midnight(day, zone), total(Direction.IN), total(Direction.OUT))


def _waits(tenant: Tenant, hours: list[datetime]) -> Iterable[Wait]:
    asked = Message.alias()
    pairs: Any = Message.select(Message.delivered_at, asked.created_at, asked.sent_at)
    query = pairs.join(asked, on=(asked.id == Message.in_reply_to)).where(
        Message.tenant == tenant, Message.created_at >= hours[0], Message.direction == Direction.OUT,
        Message.author == "", Message.delivery.in_(ARRIVED), Message.delivered_at.is_null(False))
    newest = query.order_by(Message.created_at.desc()).limit(WAITS_READ)
    waited: dict[datetime, list[float]] = {}
    for answered, heard, written in newest.tuples():
        hour = _moment(heard).replace(minute=0, second=0, microsecond=0)
        # A line is logged only when it is answered; its customer waits since it was written.
        began = min(_moment(heard), _moment(written))
        waited.setdefault(hour, []).append(max(0.0, (_moment(answered) - began).total_seconds()))
    for hour in hours:
        seconds = waited.get(hour)
        yield Wait(hour, median(seconds) if seconds else None, max(seconds) if seconds else None)


def _moment(value: Any) -> datetime:
    """A time as it came out of a function of the database, which may be text, and of which both are in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
