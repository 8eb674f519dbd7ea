"""The client of the sandbox's phones, against a real sandbox process."""
import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from unittest.mock import ANY

import pytest

from app import programs
from app.errors import FlowError, Unreachable
from app.phones import PhoneMessage, Phones
from app.settings import Settings
from tests.patience import eventually
from tests.rig import Api

ASHA, JUMA = "+255711000001", "+255711000002"


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts the sandbox; every one is ended with the test."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        started.append(subprocess.Popen(programs.sandbox(settings)))
        eventually(Api(settings.sandbox_url).is_up, "the sandbox answers")
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait()


def talk(settings: Settings, do: Callable[[Phones], Awaitable[object]]):
    """Run a conversation with the sandbox."""
    async def run() -> object:
        async with Phones(settings.sandbox_url) as phones:
            return await do(phones)

    return asyncio.run(run())


async def two_phones(phones: Phones) -> None:
    await phones.create(ASHA, "Asha")
    await phones.create(JUMA, "Juma")


def test_what_one_phone_writes_the_other_holds(settings: Settings, sandbox):
    async def do(phones: Phones) -> None:
        await two_phones(phones)
        assert await phones.numbers() == {ASHA, JUMA}
        key = await phones.write(ASHA, JUMA, "habari 👋")
        assert await phones.messages(JUMA) == [PhoneMessage(key, ASHA, JUMA, "habari 👋", ANY)]

    sandbox()
    talk(settings, do)


def test_a_stream_brings_every_message_in_order(settings: Settings, sandbox):
    async def do(phones: Phones) -> None:
        await two_phones(phones)
        ready = asyncio.Event()
        listener = asyncio.create_task(first(phones, 50, ready))
        await ready.wait()
        for number in range(50):
            await phones.write(ASHA, JUMA, str(number))
        assert [message.text for message in await listener] == [str(number) for number in range(50)]

    sandbox()
    talk(settings, do)


async def first(phones: Phones, count: int, ready: asyncio.Event) -> list[PhoneMessage]:
    found: list[PhoneMessage] = []
    async for message in phones.stream(JUMA, ready):
        found.append(message)
        if len(found) == count:
            break
    return found


def test_a_stream_goes_on_where_it_was_after_a_restart_of_the_sandbox(settings: Settings, sandbox):
    async def do(phones: Phones) -> None:
        process = sandbox()
        await two_phones(phones)
        ready = asyncio.Event()
        listener = asyncio.create_task(first(phones, 2, ready))
        await ready.wait()
        await phones.write(ASHA, JUMA, "before")
        process.terminate()
        process.wait()
        await asyncio.to_thread(sandbox)
        await phones.write(ASHA, JUMA, "after")
        assert [message.text for message in await listener] == ["before", "after"]

    talk(settings, do)


def test_a_refusal_is_the_sandboxs_own_sentence(settings: Settings, sandbox):
    sandbox()
    with pytest.raises(FlowError, match="The sandbox refused: .*not a phone number"):
        talk(settings, lambda phones: phones.create("12", "x"))


def test_a_sandbox_that_is_not_there_is_named_with_what_to_do(settings: Settings):
    with pytest.raises(Unreachable, match=f"{settings.sandbox_url} does not answer: start it with `flowhq demo`"):
        talk(settings, lambda phones: phones.numbers())
