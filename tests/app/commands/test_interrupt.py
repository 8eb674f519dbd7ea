import asyncio
import os
import signal

import pytest

from app.commands.interrupt import run_until_told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_cleans_up_first(number: signal.Signals):
    done = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(60)
        finally:
            done.append("clean")

    with pytest.raises(KeyboardInterrupt):
        run_until_told(work())
    assert done == ["clean"]


def test_a_command_that_ends_by_itself_gives_its_result():
    async def work() -> int:
        return 7

    assert run_until_told(work()) == 7
