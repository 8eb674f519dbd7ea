"""Read who did what: search it, page through it, export it."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import peewee

from app.models import AuditEntry

PAGE = 50
EXPORT_PAGE = 1000
LONGEST_SEARCH = 100
FIELDS = ("id", "at", "actor", "tenant_slug", "action", "address", "detail")


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is empty does not narrow the search. `day` is a day of UTC."""

    text: str = ""
    tenant: str = ""
    actor: str = ""
    action: str = ""
    day: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first; `older` is the id before which the next page begins, or None."""

    entries: list[AuditEntry]
    older: int | None


def find_entries(wanted: Wanted, before: int | None = None) -> AuditPage:
    """One page of the entries that fit, the newest, or the newest that come before entry `before`."""
    query = _fitting(wanted) if before is None else _fitting(wanted).where(AuditEntry.id < before)
    found = list(query.limit(PAGE + 1))
    return AuditPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def export(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Every entry that fits, newest first, as its FIELDS; reads a page at a time, however many there are."""
    page = list(_fitting(wanted).limit(EXPORT_PAGE))
    while page:
        yield from (tuple(getattr(entry, name) for name in FIELDS) for entry in page)
        page = list(_fitting(wanted).where(AuditEntry.id < page[-1].id).limit(EXPORT_PAGE))


def actions() -> list[str]:
    """Every action that was ever done, by name."""
    return [entry.action for entry in AuditEntry.select(AuditEntry.action).distinct().order_by(AuditEntry.action)]


def _fitting(wanted: Wanted) -> "peewee.ModelSelect[AuditEntry]":
    query = AuditEntry.select().order_by(AuditEntry.id.desc())
    conditions: list[Any] = []
    if wanted.tenant:
        conditions.append(AuditEntry.tenant_slug == _clean(wanted.tenant))
    if wanted.actor:
        conditions.append(AuditEntry.actor.contains(_clean(wanted.actor)))
    if wanted.action:
        conditions.append(AuditEntry.action == _clean(wanted.action))
    if wanted.day:
        begins = datetime.combine(wanted.day, time(), UTC)
        conditions += [AuditEntry.at >= begins, AuditEntry.at < begins + timedelta(days=1)]
    if text := _clean(wanted.text):
        conditions.append(_mentions(text))
    return query.where(*conditions) if conditions else query


def _mentions(text: str) -> Any:
    places = (AuditEntry.actor, AuditEntry.tenant_slug, AuditEntry.action, AuditEntry.address)
    found = AuditEntry.detail.cast("TEXT").contains(text)
    for place in places:
        found |= place.contains(text)
    return found


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST_SEARCH]
