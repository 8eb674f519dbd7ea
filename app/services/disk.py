"""What a tenant's session takes on the disk, and what is done about one that takes too much."""
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from app.models import Desired
from app.processes import NotRunning, ProcessVerbs
from app.services import workers

ACTOR = "disk-check"
MIB = 1024 * 1024
# What st_blocks counts in, whatever the file system.
BLOCK = 512


class Enders(ProcessVerbs, Protocol):
    """A process manager that can also end a worker without asking it."""

    def kill(self, slug: str) -> None:
        """End the worker and all it has started, at once."""


def used(directory: Path, enough: int) -> int:
    """The bytes that a directory and all in it take on the disk; counting ends once there are more than `enough`."""
    total = 0
    for taken in _taken(directory):
        total += taken
        if total > enough:
            break
    return total


def stop_for_size(slug: str, size: int, limit: int, processes: Enders) -> None:
    """Stop the tenant's worker and say why: its session takes `size` bytes of the `limit` it may; raises FlowError."""
    reason = (f"The session takes {size // MIB} MiB on the disk or more, and may take {limit // MIB}. Reset it, or "
              "allow more by FLOWHQ_SESSION_LIMIT_MIB.")
    workers.want_many([slug], Desired.STOPPED, by=ACTOR)
    processes.kill(slug)
    with contextlib.suppress(NotRunning):
        processes.stop(slug)
    workers.record_end(slug, error=reason, crashes=0, gave_up=True)


def _taken(directory: Path) -> Iterator[int]:
    """What each file takes, as blocks: a file with holes is smaller than it says. Links are not followed."""
    for place, _, names in os.walk(directory):
        for name in names:
            # A browser deletes while we look.
            with contextlib.suppress(FileNotFoundError):
                yield Path(place, name).lstat().st_blocks * BLOCK
