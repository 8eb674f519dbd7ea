"""The sandbox's SQLite file: its tables, and how it is opened."""
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS phone (
    number TEXT PRIMARY KEY, name TEXT NOT NULL, lid TEXT NOT NULL UNIQUE,
    uses_lid INTEGER NOT NULL, share_number INTEGER NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS device (
    id TEXT PRIMARY KEY, secret TEXT NOT NULL, phone TEXT NOT NULL, linked REAL NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS frame (
    device TEXT NOT NULL, n INTEGER NOT NULL, message INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (device, n)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS frame_message ON frame (device, message);
CREATE TABLE IF NOT EXISTS party (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS member (party TEXT NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (party, phone)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, sender TEXT NOT NULL, target TEXT NOT NULL,
    type TEXT NOT NULL, text TEXT NOT NULL, extra TEXT NOT NULL, time REAL NOT NULL, stanza TEXT UNIQUE);
CREATE INDEX IF NOT EXISTS message_id ON message (id);
CREATE TABLE IF NOT EXISTS copy (
    phone TEXT NOT NULL, seq INTEGER NOT NULL, chat TEXT NOT NULL, mine INTEGER NOT NULL, ack INTEGER NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (phone, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS copy_chat ON copy (phone, chat, seq);
CREATE INDEX IF NOT EXISTS copy_changed ON copy (phone, changed);
CREATE INDEX IF NOT EXISTS copy_of_message ON copy (seq);
CREATE INDEX IF NOT EXISTS copy_unread ON copy (phone, chat, seq) WHERE mine = 0 AND ack < 3;
"""


def open_store(path: Path) -> sqlite3.Connection:
    """Open the file at `path`, making it and its tables where they are missing; raises sqlite3.Error or OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    # A killed process loses nothing in this mode; only a power cut could take the last messages of a try-out.
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000"):
        db.execute("PRAGMA " + pragma)
    db.executescript(TABLES)
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of the block's writes, or none; a transaction that is already open takes them in."""
    if db.in_transaction:
        yield db
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
