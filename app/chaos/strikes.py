"""Let a fault happen, and take it back after its time: on the sandbox, to a process, to the database."""
import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psutil
from playhouse.db_url import connect, parse

from app.chaos.mix import KINDS, Side
from app.chaos.scene import Business, Scene
from app.chaos.schedule import Strike
from app.db import is_sqlite

LOOK_FOR_S, LOOK_EVERY_S, CUT_EVERY_S = 6.0, 0.3, 0.5
BROWSERS = ("headless_shell", "chrome", "chromium")
SIGNALS = {"killed": signal.SIGKILL, "ended": signal.SIGTERM, "stopped": signal.SIGSTOP}


class NothingToHit(Exception):
    """What the fault is for is not there now."""


async def let_happen(scene: Scene, strike: Strike) -> None:
    """Begin the fault and return once it is over; raises NothingToHit."""
    business = scene.businesses[strike.tenant]
    side = KINDS[strike.fault].side
    if side is Side.WHATSAPP:
        lasts = {"for_s": strike.lasts_s} if strike.lasts_s else {}
        await scene.phones.begin_fault(strike.fault, business.number, **strike.options, **lasts)
        await asyncio.sleep(strike.lasts_s)
    elif side is Side.DATABASE:
        async with _database_fault(scene, strike.fault):
            await asyncio.sleep(strike.lasts_s)
    elif strike.fault == "supervisor_killed":
        await _kill_supervisor(scene)
    else:
        await _strike_process(scene, business, strike)


# ---- processes


async def _kill_supervisor(scene: Scene) -> None:
    scene.parts.running[-1].process.kill()
    await scene.parts.running[-1].process.wait()
    await scene.start_supervisor()


async def _strike_process(scene: Scene, business: Business, strike: Strike) -> None:
    name, _, what = strike.fault.partition("_")
    process = await _find(scene, business, name)
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(SIGNALS[what])
        try:
            await asyncio.sleep(strike.lasts_s)
        finally:
            if what == "stopped":
                process.resume()


async def _find(scene: Scene, business: Business, name: str) -> psutil.Process:
    """The process of that name, which is waited for a little; raises NothingToHit."""
    deadline = asyncio.get_running_loop().time() + LOOK_FOR_S
    while True:
        pid = (await asyncio.to_thread(scene.processes.status, business.slug)).pid
        if pid and (found := _part_of(pid, name)):
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise NothingToHit(f"there is no {name}")
        await asyncio.sleep(LOOK_EVERY_S)


def _part_of(worker: int, name: str) -> psutil.Process | None:
    try:
        process = psutil.Process(worker)
        if name == "worker":
            return process
        return next(filter(_TESTS[name], process.children(recursive=True)), None)
    except psutil.Error:
        return None


def _is_driver(process: psutil.Process) -> bool:
    return bool(process.name() == "chromedriver")


def _is_browser(process: psutil.Process) -> bool:
    words = process.cmdline()
    return _is_chromium(words) and not any(word.startswith("--type=") for word in words)


def _is_renderer(process: psutil.Process) -> bool:
    words = process.cmdline()
    return _is_chromium(words) and "--type=renderer" in words


def _is_chromium(words: list[str]) -> bool:
    return bool(words) and any(name in os.path.basename(words[0]) for name in BROWSERS)  # noqa: PTH119


_TESTS: dict[str, Callable[[psutil.Process], bool]] = {
    "chromedriver": _is_driver, "browser": _is_browser, "renderer": _is_renderer}


# ---- the database


@asynccontextmanager
async def _database_fault(scene: Scene, fault: str) -> AsyncIterator[None]:
    url = scene.settings.database
    if is_sqlite():
        # Whoever writes waits, and fails after a while; SQLite in one file has no other way to be away.
        async with _write_lock(parse(url)["database"]):
            yield
    elif fault == "database_read_only":
        async with _session(url) as run, _read_only(run):
            yield
    else:
        async with _session(url) as run, _kept_out(run):
            yield


@asynccontextmanager
async def _write_lock(path: str) -> AsyncIterator[None]:
    connection = sqlite3.connect(path, isolation_level=None, timeout=LOOK_FOR_S, check_same_thread=False)
    try:
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise NothingToHit("somebody else holds the database") from error
    try:
        yield
    finally:
        connection.close()


Run = Callable[[str], Any]


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[Run]:
    """A session of our own, which stays able to write."""
    database: Any = await asyncio.to_thread(connect, url, options="-c default_transaction_read_only=off")
    try:
        yield database.execute_sql
    finally:
        database.close()


CUT = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
       " WHERE datname = current_database() AND pid <> pg_backend_pid()")


@asynccontextmanager
async def _kept_out(run: Run) -> AsyncIterator[None]:
    """Cut every session, again and again."""
    async def cut() -> None:
        while True:
            run(CUT)
            await asyncio.sleep(CUT_EVERY_S)

    cutting = asyncio.create_task(cut())
    try:
        yield
    finally:
        cutting.cancel()


@asynccontextmanager
async def _read_only(run: Run) -> AsyncIterator[None]:
    """Let every new session find that it cannot write, and cut those that there are."""
    name = run("SELECT quote_ident(current_database())").fetchone()[0]
    run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    run(CUT)
    try:
        yield
    finally:
        run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        run(CUT)
