"""Log files of child processes: they append, we read the end and cut the file short before it fills the disk."""
import contextlib
import os
import shutil
import signal
from pathlib import Path

TAIL_BYTES = 4096
SHOWN_BYTES = 256 * 1024


def bound(log: Path, limit_bytes: int) -> None:
    """Start the log over once it is too long, keeping one predecessor. The writer appends, so it need not know."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit_bytes:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def last_lines(log: Path, limit: int) -> list[str]:
    """The last `limit` lines of the log, oldest first, as far back as SHOWN_BYTES go; none where there is no log."""
    try:
        with log.open("rb") as stream:
            begins = max(0, log.stat().st_size - SHOWN_BYTES)
            stream.seek(begins)
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    # The first line may have been cut in the middle.
    return lines[1 if begins else 0:][-limit:]


def last_words(log: Path) -> str:
    """The last line of the log that says anything, or an empty text."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def why_ended(exit_code: int, log: Path) -> str:
    """Why a process that writes `log` ended unasked: the signal that killed it, or its own last words."""
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    if exit_code == 0:
        return "ended on a signal that did not come from Flow HQ"
    return last_words(log) or f"ended with exit code {exit_code}"
