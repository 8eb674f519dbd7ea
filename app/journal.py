"""Read what a unit has written to the journal."""
import json
import subprocess
from datetime import UTC, datetime
from typing import Any

from app.settings import Settings

LIMIT_S = 10.0
LEVELS = {"0": "EMERGENCY", "1": "ALERT", "2": "CRITICAL", "3": "ERROR", "4": "WARNING", "5": "NOTICE", "6": "INFO",
          "7": "DEBUG"}
# What journald and every program's log have; the rest are the fields of an event.
COMMON = frozenset({"MESSAGE", "PRIORITY", "TENANT", "LOGGER", "UNIT", "INVOCATION_ID", "JOB_ID", "JOB_TYPE",
                    "JOB_RESULT", "TID", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY",
                    "SYSLOG_PID", "SYSLOG_TIMESTAMP"})
# systemd's own lines say with this what kind of message they are.
SYSTEMD = "systemd"


def last_lines(unit: str, limit: int) -> list[str]:
    """The last `limit` lines about the unit, oldest first; none where the journal cannot be read."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=json", f"--lines={limit}", f"--unit={unit}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT_S,  # noqa: S603 - no shell
                              stdin=subprocess.DEVNULL, env=Settings.foreign_environ())
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [in_words(json.loads(line)) for line in done.stdout.splitlines() if line.strip()]


def in_words(entry: dict[str, Any]) -> str:
    """One entry as a line: when, how grave, what, and the fields of the event."""
    at = datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC)
    level = LEVELS.get(str(entry.get("PRIORITY", "6")), "INFO")
    parts = [f"{at:%Y-%m-%d %H:%M:%S}Z", level, _text(entry.get("MESSAGE"))]
    if entry.get("SYSLOG_IDENTIFIER") != SYSTEMD:
        parts += [f"{name.lower()}={_text(value)}" for name, value in sorted(entry.items())
                  if name not in COMMON and not name.startswith("_")]
    return " ".join(parts)


def _text(value: Any) -> str:
    """A field's value: journalctl writes what is no text as a list of bytes, and what is too long as null."""
    if isinstance(value, list):
        return bytes(each for each in value if isinstance(each, int)).decode(errors="replace")
    return "" if value is None else str(value)
