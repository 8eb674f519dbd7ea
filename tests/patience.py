"""Waiting for something that will happen, without guessing how long it takes."""
import time
from collections.abc import Callable
from typing import TypeVar

DEADLINE_S = 90.0
T = TypeVar("T")


def eventually(question: Callable[[], T], what: str = "", deadline_s: float = DEADLINE_S) -> T:
    """Wait until the answer is yes, and return it; fails with `what` after a generous deadline."""
    deadline = time.monotonic() + deadline_s
    while not (answer := question()):
        assert time.monotonic() < deadline, f"never happened: {what or question}"
        time.sleep(0.02)
    return answer
