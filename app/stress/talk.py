"""The customers: all of them write to every tenant at once, each waiting for a reply before the next line."""
import asyncio
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from app.errors import FlowError
from app.phones import Phones
from app.stress.accounts import Shown, Written
from app.stress.cast import Business, question

# A second copy of a reply would come shortly after the first.
LINGER_S = 2.0
LOOK_EVERY_S = 1.0
Progress = Callable[[str], None]


@dataclass
class Customers:
    """The customers' phones, and what was written on them."""

    phones: Phones
    numbers: list[str]
    written: list[Written] = field(default_factory=list)
    _replies: dict[tuple[str, str], asyncio.Queue[str]] = field(default_factory=dict)

    async def talk(self, businesses: list[Business], messages: int, timeout_s: float, progress: Progress) -> None:
        """Let each customer write `messages` lines to each business, all conversations at once."""
        ready = {number: asyncio.Event() for number in self.numbers}
        listeners = [asyncio.create_task(self._listen(number, event)) for number, event in ready.items()]
        try:
            await asyncio.gather(*(event.wait() for event in ready.values()))
            await self._converse(businesses, messages, timeout_s, progress)
            await asyncio.sleep(LINGER_S)
        finally:
            for listener in listeners:
                listener.cancel()
            await asyncio.gather(*listeners, return_exceptions=True)

    async def shown(self) -> list[Shown]:
        """What the phones show of others."""
        held = await asyncio.gather(*(self.phones.messages(number) for number in self.numbers))
        return [Shown(number, message.sender, message.id, message.text)
                for number, messages in zip(self.numbers, held, strict=True)
                for message in messages if message.sender != number]

    async def _converse(
        self, businesses: list[Business], messages: int, timeout_s: float, progress: Progress,
    ) -> None:
        talks = [asyncio.create_task(self._talk(customer, business, messages, timeout_s))
                 for business in businesses for customer in self.numbers]
        try:
            while not all(talk.done() for talk in talks):
                await asyncio.wait(talks, timeout=LOOK_EVERY_S)
                progress(f"{len(self.written)} of {len(talks) * messages} lines written and answered")
            await asyncio.gather(*talks)
        finally:
            for talk in talks:
                talk.cancel()

    async def _talk(self, customer: str, business: Business, messages: int, timeout_s: float) -> None:
        """One conversation; it ends early where a line gets no reply."""
        replies = self._of(customer, business.number)
        for place in range(1, messages + 1):
            text, at = question(business, customer, place), time.perf_counter()
            key = await self.phones.write(customer, business.number, text)
            try:
                await asyncio.wait_for(replies.get(), timeout_s)
            except TimeoutError:
                self.written.append(Written(business.slug, customer, key, text))
                return
            self.written.append(Written(business.slug, customer, key, text, time.perf_counter() - at))

    async def _listen(self, customer: str, ready: asyncio.Event) -> None:
        async for message in self.phones.stream(customer, ready):
            if message.sender != customer:
                self._of(customer, message.sender).put_nowait(message.id)

    def _of(self, customer: str, business: str) -> asyncio.Queue[str]:
        return self._replies.setdefault((customer, business), asyncio.Queue())


async def make_phones(
    phones: Phones, taken: Collection[str], businesses: int, customers: int, made: list[str],
) -> tuple[list[str], list[str]]:
    """Numbers that nobody had, each with its phone: the businesses' and the customers'; each is added to `made`."""
    free = _free_numbers(taken)
    for _ in range(businesses + customers):
        made.append(next(free))
        # Called by its number, so that pages which show names show that.
        await phones.create(made[-1], made[-1])
    return made[:businesses], made[businesses:]


async def forget_phones(phones: Phones, numbers: Collection[str]) -> list[str]:
    """Delete the phones; returns what could not be deleted, with the reason."""
    failed = []
    for number in numbers:
        try:
            await phones.delete(number)
        except FlowError as error:
            failed.append(f"{number}: {error}")
    return failed


def _free_numbers(taken: Collection[str]) -> Iterator[str]:
    used = set(taken)
    while True:
        number = f"+25578{random.randrange(10**7):07}"  # noqa: S311 - a phone number of a sandbox, not a secret
        if number not in used:
            used.add(number)
            yield number
