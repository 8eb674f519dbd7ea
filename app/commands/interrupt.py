"""Ctrl-C, SIGTERM and the end of the terminal: all of them end a long command in good order."""
import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_until_told(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it to its end; raises KeyboardInterrupt, after its clean-up, where somebody ended it."""
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, Result]) -> Result:
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
