"""The job queue: huey on our own database, so that a job is asked for in the transaction of what it is about.

A job is a name and the id of a row that says all there is to do. What does it is registered by `performs` in the
process that works the queue off (app.jobs); whoever asks needs to know the name alone.
"""
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import peewee
from huey import Huey
from huey.contrib.sql_huey import SqlStorage
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import BaseStorage

from app.db import db, is_sqlite
from app.models import Job, JobCounter, JobLater, JobValue

Performer = Callable[[int], float | None]
NAME = "flowhq"
_performers: dict[str, Performer] = {}


class Storage(SqlStorage):
    """Huey's storage on the tables that our migrations make, in whichever database is bound when it is used."""

    def __init__(self, name: str) -> None:
        # SqlStorage's own wants a database now and makes tables, which the web's role must not.
        BaseStorage.__init__(self, name)
        self.KV, self.Schedule, self.Task, self.Counter = JobValue, JobLater, Job, JobCounter

    @property
    def database(self) -> peewee.Database:
        """The bound database."""
        return db.obj

    @property
    def atomic(self) -> Callable[[], Any]:
        """Begins a transaction; on SQLite ours take the write lock at once."""
        return self.database.atomic

    @property
    def for_update(self) -> str | None:
        """How consumers keep out of each other's way; SQLite lets one write at a time anyway."""
        return None if is_sqlite() else "FOR UPDATE SKIP LOCKED"

    def dequeue(self) -> bytes | None:
        """The next job, or None; looks first, since a transaction that finds nothing still takes SQLite's lock."""
        self.check_conn()
        found: bytes | None = super().dequeue() if self.tasks(self.Task.id).exists() else None
        return found

    def read_schedule(self, timestamp: datetime) -> list[bytes]:
        """The jobs whose time has come."""
        self.check_conn()
        is_due = self.schedule(self.Schedule.id).where(self.Schedule.timestamp <= timestamp).exists()
        return list(super().read_schedule(timestamp)) if is_due else []


class PlainSerializer(Serializer):
    """JSON, since whoever can write into the table shall not be able to run code, as with pickle."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data._asdict(), default=datetime.isoformat).encode()

    def _deserialize(self, data: bytes) -> Message:
        fields = json.loads(data)
        fields["eta"] = fields["eta"] and datetime.fromisoformat(fields["eta"])
        return Message(**fields)


queue = Huey(NAME, storage_class=Storage, results=False, serializer=PlainSerializer())


@queue.task()
def perform(name: str, row_id: int) -> None:
    """Do one job; again after as many seconds as its performer says."""
    again_s = _performers[name](row_id)
    if again_s is not None:
        ask(name, row_id, after_s=again_s)


def ask(name: str, row_id: int, *, after_s: float = 0.0) -> None:
    """Ask for a job; call it in the transaction of what the job is about."""
    if after_s:
        perform.schedule((name, row_id), delay=after_s)
    else:
        perform(name, row_id)


def performs(name: str, performer: Performer) -> None:
    """Let the jobs of a name be done by `performer`, which gets the row's id and says when to try again, if at all."""
    _performers[name] = performer


def waiting() -> list[tuple[str, int, datetime | None]]:
    """The jobs that wait: name, row and, for those whose time has not come, when it comes (UTC, without a zone)."""
    return [(*task.args, task.eta) for task in (*queue.pending(), *queue.scheduled()) if len(task.args) == 2]
