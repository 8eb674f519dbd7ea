"""A worker that dies by kill -9 at a crash point: python -m tests.faults.dying_worker PLACE WHEN NTH --tenant acme

Nothing of the worker is replaced: the call goes through, and the process ends before or after it.
"""
import functools
import importlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from worker.__main__ import main


def die_at(place: str, when: str, nth: int) -> None:
    """Have the process die before or after the nth call of `module:name` or `module:Class.name`."""
    module, _, path = place.partition(":")
    *owner, name = path.split(".")
    holder = functools.reduce(getattr, owner, importlib.import_module(module))
    setattr(holder, name, _deadly(getattr(holder, name), when, nth))


def _deadly(call: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = itertools.count(1)

    @functools.wraps(call)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        is_time = next(calls) == nth
        if is_time and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*args, **kwargs)
        if is_time:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return deadly


if __name__ == "__main__":
    place, when, nth, *arguments = sys.argv[1:]
    die_at(place, when, int(nth))
    sys.argv = ["worker", *arguments]
    sys.exit(main())
