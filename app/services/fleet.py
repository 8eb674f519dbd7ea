"""The fleet: one page of tenants as they are, found, filtered and sorted in one query, however many there are."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from peewee import SQL, Case, Value, fn

from app.models import (
    Desired,
    Direction,
    Message,
    SessionState,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.processes import ProcessVerbs
from app.services import chats, workers
from app.services.tenants import DEFAULT_TIMEZONE, TenantRow
from app.services.workers import Overview

PAGE = 50
LONGEST_SEARCH = 100
# A page needs neither the code nor the content of fifty tenants.
_CONFIG = (TenantConfig.tenant, TenantConfig.template, TenantConfig.timezone, TenantConfig.business_name)
_SESSION = (
    WhatsAppSession.tenant, WhatsAppSession.state, WhatsAppSession.state_since, WhatsAppSession.detail,
    WhatsAppSession.qr_wanted_at, WhatsAppSession.phone, WhatsAppSession.proved_at)
_WORKER = (
    WorkerProcess.tenant, WorkerProcess.status, WorkerProcess.pid, WorkerProcess.host, WorkerProcess.started_at,
    WorkerProcess.last_seen_at, WorkerProcess.restarts, WorkerProcess.last_error, WorkerProcess.memory_mib)


@dataclass(frozen=True)
class Wanted:
    """What an admin looks for; what is empty does not narrow the fleet.

    `sort` is a key of SORTS; a `-` before it turns the order.
    """

    text: str = ""
    status: TenantStatus | None = None
    session: SessionState | None = None
    worker: WorkerStatus | None = None
    desired: Desired | None = None
    sort: str = "name"
    page: int = 1


@dataclass(frozen=True)
class Line:
    """One tenant of the fleet and what it heard and answered today; `day` is today by the tenant's clock."""

    seen: Overview
    day: date
    messages_today: int
    replies_today: int

    @property
    def row(self) -> TenantRow:
        """The tenant with what belongs to it."""
        return self.seen.row


@dataclass(frozen=True)
class Fleet:
    """One page of lines; `total` counts those of all pages."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE))


def find_fleet(wanted: Wanted, processes: ProcessVerbs, *, now: datetime) -> Fleet:
    """One page of the tenants that fit; a page beyond the last is empty."""
    today = _today(now)
    page = _page_of(wanted, today)
    found = list(_counted(page, Today(page.c.since, today.earliest)))
    rows = [TenantRow(each, each.config, each.session, each.worker) for each in found]
    lines = [Line(seen, now.astimezone(zone_of(each.config)).date(), int(each.heard), int(each.answered))
             for each, seen in zip(found, workers.overviews(rows, processes), strict=True)]
    return Fleet(lines, int(found[0].total) if found else 0, wanted.page)


def find_slugs(wanted: Wanted) -> list[str]:
    """The slugs of every tenant that fits, on whichever page."""
    query = Tenant.select(Tenant.slug).join_from(Tenant, WhatsAppSession).join_from(Tenant, WorkerProcess)
    query = query.where(*conditions) if (conditions := _conditions(wanted)) else query
    return [tenant.slug for tenant in query.order_by(Tenant.slug)]


def zone_of(config: TenantConfig) -> ZoneInfo:
    """The tenant's zone."""
    return ZoneInfo(config.timezone if config.timezone in _zones() else DEFAULT_TIMEZONE)


def day_start(zone: ZoneInfo, now: datetime) -> datetime:
    """When today began in the zone."""
    return chats.day_of(now.astimezone(zone).date(), zone)[0]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=2)
def _day_starts(quarter: datetime) -> Mapping[datetime, SQL]:
    """The zones by when their today began, in UTC, without those of the platform's own zone's day.

    Written out, since a query with six hundred names for values takes longer to build than to answer.
    """
    starts: dict[datetime, list[str]] = {}
    for name in sorted(_zones()):
        starts.setdefault(day_start(ZoneInfo(name), quarter).astimezone(UTC), []).append(name)
    usual = day_start(ZoneInfo(DEFAULT_TIMEZONE), quarter)
    return {start: SQL(f"({', '.join(map(_quoted, names))})") for start, names in starts.items() if start != usual}


def _quoted(zone: str) -> str:
    return "'" + zone.replace("'", "''") + "'"


@dataclass(frozen=True)
class Today:
    """When today began for each tenant, by its own clock, as a part of a query; `earliest` for any of them.

    The earliest adds nothing to what is found, but PostgreSQL plans by it: a moment that it does not know it takes for
    a third of the log.
    """

    begins: Any
    earliest: datetime


def _today(now: datetime) -> Today:
    # Every zone's day begins at a quarter of an hour of UTC, so that none begins between the quarter and now.
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    usual = day_start(ZoneInfo(DEFAULT_TIMEZONE), quarter)
    starts = _day_starts(quarter)
    cases = [(TenantConfig.timezone.in_(names), _moment(start)) for start, names in starts.items()]
    return Today(Case(None, cases, _moment(usual)), min(usual, *starts))


def _moment(moment: datetime) -> Any:
    return Value(moment, converter=Message.created_at.db_value)


def _messages(tenant_id: Any, direction: Direction, today: Today) -> Any:
    """How many lines of this direction; of those that went out, the bot's alone."""
    counted = Message.alias()
    query = counted.select(fn.COUNT(counted.id)).where(
        counted.tenant == tenant_id, counted.created_at >= today.begins, counted.created_at >= today.earliest,
        counted.direction == direction)
    return query.where(counted.author == "") if direction == Direction.OUT else query


SORTS: Mapping[str, Callable[[Today], Any]] = {
    "name": lambda _: fn.LOWER(Tenant.name),
    "status": lambda _: Tenant.status,
    "session": lambda _: WhatsAppSession.state,
    "worker": lambda _: WorkerProcess.status,
    "seen": lambda _: WorkerProcess.last_seen_at,
    "proved": lambda _: WhatsAppSession.proved_at,
    "messages": lambda today: fn.COALESCE(_messages(Tenant.id, Direction.IN, today), 0),
    "replies": lambda today: fn.COALESCE(_messages(Tenant.id, Direction.OUT, today), 0),
    "memory": lambda _: WorkerProcess.memory_mib,
    "restarts": lambda _: WorkerProcess.restarts,
    "created": lambda _: Tenant.created_at,
}


def _page_of(wanted: Wanted, today: Today) -> Any:
    """The tenants of the page by number, each with its place, its midnight and how many there are on all pages."""
    key, turned = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    by = SORTS.get(key, SORTS["name"])(today)
    # Whatever is unknown comes last, in both directions and on both databases.
    order = by.desc(nulls="LAST") if turned else by.asc(nulls="LAST")
    place = fn.ROW_NUMBER().over(order_by=[order, Tenant.id])
    query = Tenant.select(Tenant.id.alias("number"), place.alias("place"), today.begins.alias("since"),
                          fn.COUNT(SQL("1")).over().alias("total"))
    for model in (TenantConfig, WhatsAppSession, WorkerProcess):
        query = query.join_from(Tenant, model)
    query = query.where(*conditions) if (conditions := _conditions(wanted)) else query
    return query.order_by(SQL("place")).limit(PAGE).offset((wanted.page - 1) * PAGE).alias("page")


def _counted(page: Any, today: Today) -> Any:
    """The page's tenants with their rows; messages are counted for these alone, by the index on tenant and time."""
    query = Tenant.select(
        Tenant, *_CONFIG, *_SESSION, *_WORKER, fn.COALESCE(page.c.total, 0).alias("total"),
        _messages(Tenant.id, Direction.IN, today).alias("heard"),
        _messages(Tenant.id, Direction.OUT, today).alias("answered"))
    query = query.join_from(Tenant, page, on=(page.c.number == Tenant.id))
    for name, model in (("config", TenantConfig), ("session", WhatsAppSession), ("worker", WorkerProcess)):
        query = query.join_from(Tenant, model, attr=name)
    return query.order_by(page.c.place)


def _conditions(wanted: Wanted) -> list[Any]:
    pairs = ((Tenant.status, wanted.status), (WhatsAppSession.state, wanted.session),
             (WorkerProcess.status, wanted.worker), (Tenant.desired, wanted.desired))
    conditions = [column == value for column, value in pairs if value]
    text = wanted.text.replace("\0", "").strip()[:LONGEST_SEARCH]
    if text:
        digits = "".join(letter for letter in text if letter.isdigit())
        named = Tenant.name.contains(text) | Tenant.slug.contains(text)
        # A number is found however it is written, without the country's code too.
        conditions.append(named | Tenant.phone_number.contains(digits.lstrip("0")) if len(digits) >= 3 else named)
    return conditions
