import sqlite3
from contextlib import contextmanager

import psycopg2
import pytest

from app.db import is_sqlite
from app.models import WorkerProcess
from worker.losses import database_is_back

pytestmark = pytest.mark.usefixtures("tenant")


@contextmanager
def takes_no_writes(database, url):
    """Whoever connects meanwhile can read, and no more."""
    if is_sqlite():
        database.pragma("busy_timeout", 50, permanent=True)
        holder = sqlite3.connect(database.database, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.close()
    else:
        change_default(url, "SET default_transaction_read_only = on")
        yield
        change_default(url, "RESET default_transaction_read_only")


def change_default(url, what):
    connection = psycopg2.connect(url)
    connection.set_session(readonly=False, autocommit=True)
    connection.cursor().execute(f'ALTER DATABASE "{connection.info.dbname}" {what}')
    connection.close()


def test_a_database_is_back_once_it_takes_writes(database, database_url, tenant):
    with takes_no_writes(database, database_url):
        assert [database_is_back(tenant) for _ in range(3)] == [False] * 3
        assert WorkerProcess.select().count() == 1, "it can be read"
    assert database_is_back(tenant)


def test_asking_changes_nothing(database, tenant):
    WorkerProcess.update(pid=42).execute()
    assert database_is_back(tenant)
    assert WorkerProcess.get().pid == 42
