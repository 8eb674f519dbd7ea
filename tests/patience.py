"""Waiting for something that will happen, without guessing how long it takes."""
import time
from collections.abc import Callable

DEADLINE_S = 30.0


def eventually(question: Callable[[], object], what: str = "", deadline_s: float = DEADLINE_S) -> None:
    """Wait until the question is answered with yes; fails with `what` after a generous deadline."""
    deadline = time.monotonic() + deadline_s
    while not question():
        assert time.monotonic() < deadline, f"never happened: {what or question}"
        time.sleep(0.02)
