"""What a log must not tell, as a process of its own writes it."""
import json
import subprocess
import sys

PROGRAM = """
from app.logs import configure, get_logger
configure("INFO", tenant="acme")
log = get_logger("worker")
log.info("asked", chat=7, error="no chat 255711000001@c.us, nor +255711000002")
try:
    try:
        raise ValueError("duplicate key\\nDETAIL:  Failing row contains (7, 255711000001, My secret\\nin two lines).")
    except ValueError as error:
        raise RuntimeError("of 255711000001@c.us") from error
except RuntimeError:
    log.exception("broken", chat=7)
"""


def test_numbers_and_rows_stay_out_of_fields_and_tracebacks():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    asked, broken = map(json.loads, done.stderr.splitlines())
    assert (asked["event"], asked["tenant"], asked["chat"]) == ("asked", "acme", 7)
    assert asked["error"] == "no chat (number)@c.us, nor (number)"
    assert "ValueError: duplicate key" in broken["exc_info"] and "RuntimeError: of (number)@c.us" in broken["exc_info"]
    assert all(word not in done.stderr for word in ("25571100", "secret", "two lines"))
