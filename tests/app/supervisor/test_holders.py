"""Whose transaction keeps a SQLite database from all others."""
import os
import sqlite3
from pathlib import Path

import pytest

from app.supervisor.holders import writer_of


def locks() -> str:
    return Path("/proc/locks").read_text()


def test_the_process_that_writes_is_found(tmp_path: Path):
    database = tmp_path / "flowhq.db"
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE line (id INTEGER)")
    assert writer_of(database, locks()) is None
    connection.execute("BEGIN IMMEDIATE")
    assert writer_of(database, locks()) == os.getpid()
    connection.execute("ROLLBACK")
    assert writer_of(database, locks()) is None
    connection.close()


@pytest.mark.parametrize("line", [
    "", "1: FLOCK  ADVISORY  WRITE 17 fd:01:{inode} 0 EOF", "1: POSIX  ADVISORY  READ 17 fd:01:{inode} 120 120",
    "1: POSIX  ADVISORY  WRITE 17 fd:01:{inode} 121 127", "1: POSIX  ADVISORY  WRITE 17 fd:01:1 120 120",
    "1: -> POSIX  ADVISORY  WRITE 17 fd:01:{inode} 120 120",
])
def test_other_locks_are_none_of_its(tmp_path: Path, line: str):
    shared = tmp_path / "flowhq.db-shm"
    shared.touch()
    assert writer_of(tmp_path / "flowhq.db", line.format(inode=shared.stat().st_ino)) is None


def test_a_database_that_is_not_there_has_no_writer(tmp_path: Path):
    assert writer_of(tmp_path / "flowhq.db", locks()) is None
