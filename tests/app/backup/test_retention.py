"""Which backups go, and which never do."""
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.backup.retention import moment_of, name_of, outdated

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


def nightly(count: int) -> list[str]:
    return [name_of(NOON - timedelta(days=day)) for day in range(count)]


def test_a_name_says_when_it_was_made() -> None:
    assert moment_of(name_of(NOON)) == NOON


def test_a_week_of_days_and_a_month_of_weeks_are_kept() -> None:
    kept = set(nightly(60)) - set(outdated(nightly(60), days=7, weeks=4))
    assert {moment_of(name) for name in kept} == {
        *(NOON - timedelta(days=day) for day in range(7)),
        # The Sundays that ended the three weeks before.
        *(NOON - timedelta(days=day) for day in (3, 10, 17)),
    }


def test_of_several_on_one_day_the_newest_is_kept() -> None:
    hourly = [name_of(NOON - timedelta(hours=hour)) for hour in range(5)]
    assert outdated(hourly, days=1, weeks=0) == list(reversed(hourly[1:]))


def test_the_newest_is_kept_whatever_is_asked() -> None:
    assert outdated(nightly(3), days=0, weeks=0) == list(reversed(nightly(3)[1:]))


def test_what_is_no_backup_is_left_alone() -> None:
    strange = ["notes.txt", "flowhq-yesterday.tar.zst.age", "flowhq-20260304T120000Z.tar.zst.age.part"]
    assert outdated(strange, days=0, weeks=0) == []


@given(st.lists(st.integers(0, 20_000), unique=True, max_size=60), st.integers(0, 9), st.integers(0, 9))
def test_what_is_kept_once_is_kept_when_asked_again(hours: list[int], days: int, weeks: int) -> None:
    names = [name_of(NOON - timedelta(hours=hour)) for hour in hours]
    gone = outdated(names, days=days, weeks=weeks)
    left = [name for name in names if name not in gone]
    assert outdated(left, days=days, weeks=weeks) == []
    assert bool(left) == bool(names)
