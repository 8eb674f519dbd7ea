"""What the supervisor reads from and writes to the database, on a thread of its own so that no worker waits for it."""
import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import peewee

from app.db import DatabaseUnavailable, db, is_sqlite, open_database
from app.logs import get_logger
from app.models.base import utc_now
from app.services import stale, workers
from app.supervisor.holders import writer_of
from app.supervisor.plan import End

log = get_logger(__name__)

ATTEMPTS = 2
Answer = TypeVar("Answer")


class DatabaseReports:
    """Reports to the database at `url`; one that is down is logged and costs nothing but the report."""

    def __init__(self, url: str, *, stale_after_s: float = 120.0, stale_restarts: int = 0) -> None:
        """A worker is silent after `stale_after_s`, and started anew `stale_restarts` times an hour at most."""
        self._url, self._stale_after_s, self._stale_restarts = url, stale_after_s, stale_restarts
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")

    async def wanted(self) -> list[str] | None:
        """The slugs whose worker should run; None while the database does not answer."""
        return await self._call(workers.wanted_slugs)

    async def ended(self, end: End) -> None:
        """Record how a worker process ended."""
        await self._call(lambda: workers.record_end(
            end.slug, error=end.error, crashes=end.crashes, gave_up=bool(end.error) and end.delay_s is None))

    async def silent(self) -> list[str]:
        """Flag the workers that have gone silent; the slugs of those to be started anew."""
        found = await self._call(
            lambda: stale.check(now=utc_now(), after_s=self._stale_after_s, cap=self._stale_restarts))
        return await self._holding() if found is None and self._stale_restarts else found or []

    async def _holding(self) -> list[str]:
        """The silent worker that keeps SQLite from all others, so that its silence cannot even be written down."""
        silent = await self._call(lambda: stale.silent_workers(now=utc_now(), after_s=self._stale_after_s)) or {}
        writer = writer_of(Path(db.obj.database), Path("/proc/locks").read_text()) if silent and is_sqlite() else None
        return [silent[writer]] if writer in silent else []

    async def _call(self, question: Callable[[], Answer]) -> Answer | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, question)

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        for _ in range(ATTEMPTS):
            try:
                self._connect()
                return question()
            except (peewee.PeeweeException, DatabaseUnavailable) as error:
                # A connection that the server closed serves again after it was closed here too.
                log.warning("report_failed", error=str(error).strip())
                self._disconnect()
        return None

    def _connect(self) -> None:
        if db.obj is None:
            open_database(self._url)
        else:
            db.connect(reuse_if_open=True)

    def _disconnect(self) -> None:
        if db.obj is not None:
            db.close()
