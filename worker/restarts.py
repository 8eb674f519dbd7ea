"""A worker that keeps failing waits longer before each further start; systemd 252 itself knows one delay only.

The count lies in the unit's runtime directory, which systemd keeps over restarts and removes at a stop.
"""
import contextlib
import json
from pathlib import Path

FILE = "starts.json"
LONGEST_S = 60.0
# Whoever ran this long has not failed to start.
WELL_AFTER_S = 300.0


def pause_s(failures: int) -> float:
    """PURE: seconds to wait after so many failures in a row: none, then 2, 4, 8, … up to a minute."""
    return min(2.0 ** failures, LONGEST_S) if failures > 0 else 0.0


def failures_after(failures: int, ran_s: float) -> int:
    """PURE: how many failures in a row there are now that one that ran for `ran_s` seconds has ended."""
    return 0 if ran_s >= WELL_AFTER_S else failures + 1


def count_start(directory: Path | None, clock: float) -> int:
    """Note a start at monotonic second `clock`; returns how many in a row have failed before it."""
    if directory is None:
        return 0
    failures = 0
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        last = json.loads((directory / FILE).read_text())
        failures = failures_after(int(last["failures"]), clock - float(last["started"]))
    with contextlib.suppress(OSError):
        (directory / FILE).write_text(json.dumps({"failures": failures, "started": clock}))
    return failures


def forget(directory: Path | None) -> None:
    """It ended as it was asked to: that was no failure."""
    if directory is not None:
        with contextlib.suppress(OSError):
            (directory / FILE).unlink()
