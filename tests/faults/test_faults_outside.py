"""Faults from outside while 20 customers write: processes killed and stopped, the database away, the disk full."""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg2
import pytest

from app import programs
from app.db import db, open_database, reconnect
from app.models import Desired, Tenant
from app.processes import Processes
from app.services import schema
from tests.faults.bench import linked
from tests.patience import eventually
from tests.postgres import PostgresServer
from tests.rig import BUSINESS, SLUG, assert_each_answered_once_in_order, make_tenant

pytestmark = [pytest.mark.faults, pytest.mark.browser, pytest.mark.slow]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONGER_THAN_PATIENCE = 25
LOST_AGAIN = 4


def settle(bench, *, more=10):
    """So many lines more, then all must be answered, once and in order, and the session connected."""
    bench.await_lines(more)
    bench.stop_writing()
    bench.await_answers()
    bench.rig.await_state("CONNECTED")
    assert_each_answered_once_in_order(bench.rig, bench.written)


# ---- processes


def victim_of(bench, name):
    find = {"worker": lambda: psutil.Process(bench.rig.worker.pid), "chromedriver": bench.rig.chromedriver,
            "browser": bench.rig.browser, "renderer": bench.rig.renderer}[name]
    return find()


@on_sqlite
@pytest.mark.parametrize("victim", ["worker", "chromedriver", "browser", "renderer"])
def test_what_is_killed_comes_back(victim, bench):
    bench.start_writing()
    bench.await_lines(10)
    victim_of(bench, victim).kill()
    bench.await_lines(20)
    if victim == "worker":
        bench.rig.worker.wait()
        bench.rig.start_worker()
    settle(bench)


@on_sqlite
@pytest.mark.parametrize("victim", ["chromedriver", "browser", "renderer"])
def test_what_is_stopped_for_good_is_replaced_or_not_missed(victim, bench):
    bench.start_writing()
    bench.await_lines(10)
    victim_of(bench, victim).suspend()
    if victim != "chromedriver":
        eventually(lambda: bench.restarts() >= 1, "another browser is started")
    bench.await_lines(20)
    settle(bench)


@on_sqlite
@pytest.mark.parametrize("victim", ["worker", "chromedriver", "browser", "renderer"])
def test_what_is_stopped_for_a_while_goes_on(victim, bench):
    bench.start_writing()
    bench.await_lines(10)
    stopped = victim_of(bench, victim)
    stopped.suspend()
    bench.await_lines(LONGER_THAN_PATIENCE)
    if stopped.is_running():
        stopped.resume()
    settle(bench)


@on_sqlite
def test_a_worker_that_is_asked_to_end_while_it_sends_leaves_nothing_in_doubt(bench):
    bench.begin("acks_late", delay_s=1.0)
    bench.start_writing()
    bench.await_lines(20)
    assert bench.rig.stop_worker() == 0
    bench.end("acks_late")
    bench.await_lines(10)
    bench.rig.start_worker()
    settle(bench)


@on_sqlite
@pytest.mark.timeout(900)
def test_a_worker_that_hangs_is_started_anew_by_the_supervisor(bench):
    """In the middle of a transaction, as it may be, in which it keeps SQLite from everybody who writes."""
    bench.rig.stop_worker()
    with supervisor(replace(bench.rig.settings, stale_after_s=6.0)) as processes:
        bench.rig.await_state("CONNECTED")
        bench.start_writing()
        bench.await_lines(10)
        first = processes.status(SLUG).pid
        os.kill(first, signal.SIGSTOP)
        eventually(lambda: processes.status(SLUG).pid not in (first, None), "another worker is started", 400)
        settle(bench)


@on_sqlite
def test_the_bot_answers_without_the_web_service(bench):
    settings = bench.rig.settings
    web = subprocess.Popen(programs.web(settings), env=settings.child_environ(), start_new_session=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        bench.start_writing()
        bench.await_lines(10)
    finally:
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
    settle(bench)


@contextmanager
def supervisor(settings):
    """A supervisor that keeps the tenant's worker running."""
    Tenant.update(desired=Desired.RUNNING).execute()
    with (settings.state_dir / "supervisor.log").open("wb") as log:
        process = subprocess.Popen(programs.SUPERVISOR, env=settings.child_environ(), stdout=log, stderr=log)
    try:
        yield Processes(settings)
    finally:
        process.terminate()
        process.wait(60)


# ---- the profile


@on_sqlite
def test_stale_locks_of_a_dead_browser_keep_nobody_out(bench):
    bench.start_writing()
    bench.await_lines(10)
    bench.rig.stop_worker(signal.SIGKILL)
    profile = bench.rig.directory / "profile"
    for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
        (profile / name).unlink(missing_ok=True)
        (profile / name).symlink_to("another-machine-4194999")
    bench.rig.start_worker()
    settle(bench)


@pytest.fixture
def bench_with_snapshots(database, settings, request):
    """A bench whose worker soon makes a snapshot of the profile."""
    with linked(replace(settings, browser_age_s=20.0, snapshot_after_s=5.0), request) as made:
        yield made


@on_sqlite
@pytest.mark.parametrize("spoiled", ["IndexedDB", ""], ids=["what the page stores", "all of it"])
def test_a_profile_that_is_spoiled_is_put_back_without_a_scan(spoiled, bench_with_snapshots):
    """As a disk that fails leaves it: all is there, and none of it can be read."""
    bench = bench_with_snapshots
    bench.start_writing()
    bench.await_snapshot()
    link = link_of(bench)
    bench.rig.stop_worker(signal.SIGKILL)
    for process in bench.rig.browser_processes():
        process.kill()
    spoil(bench.rig.directory / "profile", spoiled)
    bench.await_lines(10)
    bench.rig.start_worker()
    settle(bench)
    assert '"profile_restored"' in bench.rig.log_text()
    assert link_of(bench) == link


def link_of(bench):
    """Which devices the phone is linked to, and since when."""
    return [(device["id"], device["linked"]) for device in bench.api.get(f"/phones/{BUSINESS}")["devices"]]


def spoil(profile, part):
    """Overwrite every file below `part` of the profile with noise of the same length."""
    files = [path for path in profile.rglob("*") if path.is_file() and not path.is_symlink() and part in str(path)]
    assert files
    for path in files:
        path.write_bytes(os.urandom(path.stat().st_size))


# ---- the database


@on_sqlite
def test_a_database_that_somebody_holds_is_waited_for(bench):
    """For longer than a query waits for its turn."""
    bench.start_writing()
    bench.await_lines(10)
    holder = sqlite3.connect(db.obj.database, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    eventually(lambda: "database_lost" in bench.rig.log_text(), "the worker has noticed")
    holder.close()
    settle(bench)


@pytest.fixture
def server():
    """A PostgreSQL server that a test may treat as it likes."""
    made = PostgresServer()
    yield made
    made.stop()


@pytest.fixture
def bench_on(server, settings, request):
    """The bench on that server, as a role that is no superuser; the test's own session is another one."""
    server.execute("CREATE ROLE flowhq LOGIN")
    server.execute("CREATE DATABASE flowhq OWNER flowhq")
    url = server.url("flowhq").replace("postgres@", "flowhq@")
    migrate(url)
    with linked(replace(settings, database_url=url), request) as made:
        yield made
    db.close()


def migrate(url):
    schema.upgrade(url)
    open_database(url)


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'flowhq'"


@pytest.mark.postgresql
def test_a_database_that_was_restarted_is_found_again(server, bench_on):
    bench_on.start_writing()
    bench_on.await_lines(10)
    server.halt()
    server.resume()
    assert reconnect()
    settle(bench_on)


@pytest.mark.postgresql
def test_a_database_that_is_away_is_waited_for(server, bench_on):
    bench_on.start_writing()
    bench_on.await_lines(10)
    server.halt()
    eventually(lambda: "database_lost" in bench_on.rig.log_text(), "the worker has noticed")
    bench_on.await_lines(20)
    server.resume()
    assert reconnect()
    settle(bench_on)


@pytest.mark.postgresql
def test_a_database_without_a_free_connection_is_waited_for(server, bench_on):
    bench_on.start_writing()
    bench_on.await_lines(10)
    server.execute("ALTER DATABASE flowhq CONNECTION LIMIT 0")
    server.execute(CUT)
    eventually(lambda: "database_lost" in bench_on.rig.log_text(), "the worker has noticed")
    bench_on.await_lines(20)
    server.execute("ALTER DATABASE flowhq CONNECTION LIMIT -1")
    assert reconnect()
    settle(bench_on)


@pytest.mark.postgresql
def test_a_database_that_takes_nothing_is_waited_for(server, bench_on):
    bench_on.start_writing()
    bench_on.await_lines(10)
    server.execute("ALTER DATABASE flowhq SET default_transaction_read_only = on")
    server.execute(CUT)
    eventually(lambda: "database_lost" in bench_on.rig.log_text(), "the worker has noticed")
    bench_on.await_lines(20)
    assert "database_back" not in bench_on.rig.log_text()
    server.execute("ALTER DATABASE flowhq RESET default_transaction_read_only")
    eventually(lambda: "database_back" in bench_on.rig.log_text(), "the worker says that it is back")
    server.execute(CUT)
    assert reconnect()
    settle(bench_on)


@pytest.mark.postgresql
def test_a_table_that_somebody_holds_is_waited_for_and_costs_no_browser(server, bench_on):
    """The database answers and takes writes, only what was under way cannot be looked at."""
    server.execute("ALTER ROLE flowhq SET lock_timeout = '500ms'")
    server.execute(CUT)
    bench_on.start_writing()
    bench_on.await_lines(10)
    with psycopg2.connect(server.url("flowhq")) as holder:
        holder.cursor().execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        eventually(lambda: bench_on.rig.log_text().count("database_lost") > LOST_AGAIN, "it was lost again and again")
        holder.rollback()
    assert reconnect()
    settle(bench_on)
    assert bench_on.rig.log_text().count('"browser_started"') == 1


# ---- the disk


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own for the database and the browser's profile."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(directory)], check=False,
                             capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"A small disk takes root and the right to mount: {mounted.stderr.strip()}")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="A small disk takes root and the right to mount")
def test_a_full_disk_is_waited_for(small_disk, empty_sqlite, settings, request):
    shutil.copyfile(empty_sqlite, small_disk / "flowhq.db")
    url = f"sqlite:///{small_disk / 'flowhq.db'}"
    open_database(url)
    with linked(replace(settings, database_url=url, tenant_dir_override=small_disk / SLUG), request) as bench:
        bench.start_writing()
        bench.await_lines(10)
        with full(small_disk):
            eventually(lambda: "database_lost" in bench.rig.log_text(), "the worker has noticed")
            bench.await_lines(20)
        settle(bench)
    db.close()


@contextmanager
def full(disk: Path):
    """Nothing more fits on the disk meanwhile."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536))
                file.flush()
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def test_a_start_on_a_full_disk_says_so(small_disk, settings):
    """And ends with the code that has it tried again."""
    with full(small_disk):
        url = f"sqlite:///{settings.state_dir / 'flowhq.db'}"
        migrate(url)
        make_tenant()
        there = replace(settings, database_url=url, tenant_dir_override=small_disk / SLUG)
        done = subprocess.run([sys.executable, "-m", "worker", "--tenant", SLUG], env=there.child_environ(),
                              capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == os.EX_UNAVAILABLE
    assert "make room" in done.stderr
    db.close()
