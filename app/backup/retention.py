"""Which backups are kept: the newest of each of so many days, and of each of so many weeks. Pure."""
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime

PREFIX, SUFFIX, STAMP = "flowhq-", ".tar.zst.age", "%Y%m%dT%H%M%SZ"


def name_of(made_at: datetime) -> str:
    """The file name of a backup made at this moment (aware)."""
    return f"{PREFIX}{made_at.astimezone(UTC).strftime(STAMP)}{SUFFIX}"


def moment_of(name: str) -> datetime | None:
    """When the backup of this file name was made, aware UTC; None for what is no backup's name."""
    if not (name.startswith(PREFIX) and name.endswith(SUFFIX)):
        return None
    try:
        return datetime.strptime(name[len(PREFIX):-len(SUFFIX)], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def outdated(names: Iterable[str], *, days: int, weeks: int) -> list[str]:
    """The backups that may go, oldest first; the newest one never does, and what is no backup is left alone."""
    dated = sorted(((made_at, name) for name in names if (made_at := moment_of(name))), reverse=True)
    kept = {name for _, name in dated[:1]}
    kept |= _newest_of_each(dated, lambda moment: moment.date(), days)
    kept |= _newest_of_each(dated, lambda moment: moment.isocalendar()[:2], weeks)
    return [name for _, name in reversed(dated) if name not in kept]


def _newest_of_each(
    dated: Iterable[tuple[datetime, str]], period_of: Callable[[datetime], Hashable], count: int,
) -> set[str]:
    newest: dict[Hashable, str] = {}
    for moment, name in dated:
        if len(newest) < count:
            newest.setdefault(period_of(moment), name)
    return set(newest.values())
