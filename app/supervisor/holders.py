"""Who keeps a SQLite database from all others: a worker that stopped in the middle of a transaction holds its lock."""
import os
from pathlib import Path

# SQLite's WAL_WRITE_LOCK: the byte of the -shm file that whoever writes has locked.
WRITE_LOCK_BYTE = 120


def writer_of(database: Path, locks: str) -> int | None:
    """The process that is in the middle of writing to the database, by the text of /proc/locks; None where none is."""
    try:
        inode = os.stat(f"{database}-shm").st_ino  # noqa: PTH116 - the name is no path of its own
    except OSError:
        return None
    return next((pid for pid, locked, first, last in map(_parsed, filter(_is_write, locks.splitlines()))
                 if locked == inode and first <= WRITE_LOCK_BYTE <= last), None)


def _is_write(line: str) -> bool:
    words = line.split()
    return len(words) == 8 and words[1] == "POSIX" and words[3] == "WRITE" and words[7] != "EOF"  # noqa: PLR2004


def _parsed(line: str) -> tuple[int, int, int, int]:
    """The process, the inode, and the first and last byte of a line `1: POSIX ADVISORY WRITE 17 fd:01:42 120 120`."""
    words = line.split()
    return int(words[4]), int(words[5].rpartition(":")[2]), int(words[6]), int(words[7])
