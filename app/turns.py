"""One verb at a time for each tenant's worker, across all processes of this machine."""
import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from app.errors import Conflict

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05


@contextlib.contextmanager
def turn(directory: Path, slug: str, verb: str) -> Iterator[bool]:
    """Wait until nobody else does anything to the tenant's worker, then hold it for the block.

    Gives False where somebody else has done just this `verb` since it was asked for: two clicks are one action.
    Raises Conflict after PATIENCE_S.
    """
    asked = time.monotonic()
    directory.mkdir(parents=True, exist_ok=True)
    file = os.open(directory / slug, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(file, slug, asked + PATIENCE_S)
        yield not _was_done(file, verb, asked)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{verb} {time.monotonic()}".encode(), 0)
    finally:
        os.close(file)


def _take(file: int, slug: str, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Conflict("Something else is being done to %(slug)s's worker: try again.", slug=slug) from None
            time.sleep(LOOK_EVERY_S)


def _was_done(file: int, verb: str, since: float) -> bool:
    """Whether the verb written in the file ended after `since`; a clock that began anew with the machine is later."""
    done, _, at = os.pread(file, 100, 0).decode(errors="replace").partition(" ")
    return done == verb and since < float(at or 0) <= time.monotonic()
