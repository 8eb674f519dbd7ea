"""What goes out to others: tried until it is taken, with longer and longer waits, or until it is of no use any more.

A row is written in the transaction of what causes it, with a job that carries its id. Whoever tries it moves its time
ahead first (`claim`). So a try that dies is found again by `left_over`, and no two try at once.
"""
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app import queueing
from app.db import db
from app.models import Dispatch, Outbox

# Longer than any try takes.
LEASE = timedelta(minutes=2)
# A job that was asked for this long ago and was not done was lost with its process.
LOST_AFTER = timedelta(seconds=30)
DELAYS_S = (10.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
ERROR_LIMIT = 400
SWEPT_AT_ONCE = 500
Row = TypeVar("Row", bound=Outbox)


def delay_s(attempts: int) -> float:
    """How long to wait after so many failed tries."""
    return DELAYS_S[min(attempts, len(DELAYS_S)) - 1]


def put(kind: type[Row], job: str, *, now: datetime, lives: timedelta, **values: Any) -> Row:
    """Write something that shall go out and ask for the job that sends it, both or neither."""
    with db.atomic():
        row: Row = kind.create(created_at=now, due_at=now, useless_after=now + lives, **values)
        queueing.ask(job, row.id)
    return row


def claim(kind: type[Row], row_id: int, *, now: datetime) -> Row | None:
    """The row, to be tried by the caller alone; None where it is done, being tried, or not due yet."""
    claimed = kind.update(due_at=now + LEASE, attempts=kind.attempts + 1).where(
        kind.id == row_id, kind.state == Dispatch.WAITING, kind.due_at <= now).execute()
    return kind.get_by_id(row_id) if claimed else None


def sent(row: Outbox, *, now: datetime, **changes: Any) -> None:
    """Write down that it was taken."""
    _store(row, {"state": Dispatch.SENT, "done_at": now, "last_error": "", **changes})


def failed(row: Outbox, reason: str, *, now: datetime, for_good: bool = False, **changes: Any) -> float | None:
    """Write down why it was not taken; the seconds until the next try, or None where there is none."""
    wait_s = delay_s(row.attempts)
    again_at = now + timedelta(seconds=wait_s)
    changes["last_error"] = reason[:ERROR_LIMIT]
    if for_good or again_at > row.useless_after:
        _store(row, {"state": Dispatch.FAILED, "done_at": now, **changes})
        return None
    _store(row, {"due_at": again_at, **changes})
    return wait_s


def try_again(kind: type[Outbox], job: str, row_id: int, *, now: datetime, lives: timedelta) -> bool:
    """Try what has failed for good once more, as a new one; False where there is no such row."""
    with db.atomic():
        changed = kind.update(state=Dispatch.WAITING, due_at=now, useless_after=now + lives, attempts=0).where(
            kind.id == row_id, kind.state == Dispatch.FAILED).execute()
        if changed:
            queueing.ask(job, row_id)
    return bool(changed)


def ask_for_left_over(kind: type[Outbox], job: str, *, now: datetime) -> int:
    """Ask again for what is overdue, since its job was lost; returns how many there were."""
    overdue = kind.select(kind.id).where(kind.state == Dispatch.WAITING, kind.due_at < now - LOST_AFTER)
    found = [row.id for row in overdue.order_by(kind.due_at).limit(SWEPT_AT_ONCE)]
    for row_id in found:
        queueing.ask(job, row_id)
    return len(found)


def forget(kind: type[Outbox], *, before: datetime) -> int:
    """Delete what was done with before then."""
    return int(kind.delete().where(kind.state != Dispatch.WAITING, kind.done_at < before).execute())


def _store(row: Outbox, changes: dict[str, Any]) -> None:
    type(row).update(changes).where(type(row).id == row.id).execute()
