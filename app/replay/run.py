"""Write the lines as customers of a tenant and wait until each is accounted for, whatever dies meanwhile."""
import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from app.db import db
from app.phones import PhoneMessage, Phones, message_id
from app.replay.accounts import Account, Arrived, Logged, Written, settle
from app.replay.lines import deal
from app.services import messages, tenants
from app.services.messages import LogLine
from app.services.tenants import TenantRow

LOOK_EVERY_S = 1.0
# A second copy of a reply would come shortly after the first.
LINGER_S = 2.0
# A worker looks for a new configuration once a second.
TAKE_OVER_S = 2.0
WITHOUT_LIMITS = {
    "chat_limit": 1_000_000, "chat_window_s": 1, "tenant_limit": 1_000_000, "tenant_window_s": 1,
    "typing_ms_per_char": 0, "typing_max_ms": 0,
}
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to replay: texts, how many customers, lines a second (0: as fast as it goes), seconds to wait at the end."""

    texts: list[str]
    customers: int
    rate: float
    timeout_s: float


@dataclass
class _Run:
    """What has been seen so far."""

    row: TenantRow
    business: str
    phones: Phones
    written: list[Written] = field(default_factory=list)
    seen_at: dict[tuple[str, str], float] = field(default_factory=dict)
    log: list[LogLine] = field(default_factory=list)
    last_row: int = 0


@contextlib.contextmanager
def without_limits(slug: str, *, by: str, handover: bool = False) -> Iterator[None]:
    """Let the tenant answer everything at once for as long as the block runs, and as before afterwards.

    Without `handover` the bot goes on in chats that it has handed to a person, so that every line has its answer.
    """
    changes: dict[str, Any] = WITHOUT_LIMITS if handover else {**WITHOUT_LIMITS, "handover_hours": 0}
    config = tenants.tenant_row(slug).config
    before = {name: getattr(config, name) for name in changes}
    tenants.change_tenant(slug, by=by, **changes)
    try:
        yield
    finally:
        tenants.change_tenant(slug, by=by, **before)


async def replay(row: TenantRow, plan: Plan, url: str, progress: Progress) -> Account:
    """Replay `plan` against the tenant on the sandbox at `url`; raises Unreachable where that does not answer."""
    async with Phones(url) as phones:
        run = _Run(row, row.session.phone or row.tenant.phone_number, phones)
        newest = messages.tail(row.tenant, 1)
        run.last_row = newest[0].id if newest else 0
        customers = await _make_customers(phones, plan.customers)
        listeners = [asyncio.create_task(_listen(run, customer, ready)) for customer, ready in customers.items()]
        try:
            await asyncio.gather(*(ready.wait() for ready in customers.values()), asyncio.sleep(TAKE_OVER_S))
            await _write_all(run, plan, list(customers), progress)
            await _await_replies(run, plan, progress)
            return settle(run.written, _logged(run), await _on_the_phones(run, list(customers)))
        finally:
            for listener in listeners:
                listener.cancel()
            await asyncio.gather(*listeners, return_exceptions=True)


async def _make_customers(phones: Phones, count: int) -> dict[str, asyncio.Event]:
    """Phones with numbers that nobody had, each with an event for when its stream is open."""
    taken = await phones.numbers()
    free = (number for number in iter(_random_number, "") if number not in taken)
    customers = {next(free): asyncio.Event() for _ in range(count)}
    for place, number in enumerate(customers, 1):
        await phones.create(number, f"Customer {place}")
    return customers


def _random_number() -> str:
    return f"+25576{random.randrange(10**7):07}"  # noqa: S311 - a phone number of a sandbox, not a secret


async def _listen(run: _Run, customer: str, ready: asyncio.Event) -> None:
    async for message in run.phones.stream(customer, ready):
        if _is_from(run.business, message):
            run.seen_at.setdefault((customer, message.id), time.perf_counter())


async def _write_all(run: _Run, plan: Plan, customers: list[str], progress: Progress) -> None:
    began = time.perf_counter()
    hands = deal(plan.texts, customers)
    writers = [asyncio.create_task(_write(run, customer, hand, began, plan.rate)) for customer, hand in hands.items()]
    try:
        while not all(writer.done() for writer in writers):
            await asyncio.wait(writers, timeout=LOOK_EVERY_S)
            progress(f"{len(run.written)} of {len(plan.texts)} lines written, {len(run.seen_at)} replies have arrived")
        await asyncio.gather(*writers)
    finally:
        for writer in writers:
            writer.cancel()


async def _write(run: _Run, customer: str, hand: list[tuple[int, str]], began: float, rate: float) -> None:
    """One customer: its lines one after the other, each at its time."""
    for place, text in hand:
        if rate:
            await asyncio.sleep(began + place / rate - time.perf_counter())
        at = time.perf_counter()
        key = await run.phones.write(customer, run.business, text)
        run.written.append(Written(customer, place, key, at))


async def _await_replies(run: _Run, plan: Plan, progress: Progress) -> None:
    """Return once every line is in the log and every promised reply has arrived, or the time is over."""
    deadline = time.perf_counter() + plan.timeout_s
    with ThreadPoolExecutor(max_workers=1) as thread:
        while time.perf_counter() < deadline:
            await asyncio.get_running_loop().run_in_executor(thread, _read_log, run)
            account = settle(run.written, _logged(run), [Arrived(*key, at) for key, at in run.seen_at.items()])
            progress(f"{account.logged_once} of {account.written} lines in the log, "
                     f"{account.arrived} of {account.promised} replies have arrived")
            if account.is_settled:
                await asyncio.sleep(LINGER_S)
                break
            await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.get_running_loop().run_in_executor(thread, _read_log, run)
        thread.submit(db.close)


def _read_log(run: _Run) -> None:
    while page := messages.after(run.row.tenant, run.last_row):
        run.log += page
        run.last_row = page[-1].id


def _logged(run: _Run) -> list[Logged]:
    """The log of the chats that our customers wrote in; others may write to the tenant at the same time."""
    ours = {line.id for line in run.written}
    chats = {line.chat for line in run.log if line.direction == "IN" and message_id(line.wa_message_id) in ours}
    return [Logged(line.id, message_id(line.wa_message_id), line.direction, line.outcome, line.in_reply_to, line.text)
            for line in run.log if line.chat in chats]


async def _on_the_phones(run: _Run, customers: list[str]) -> list[Arrived]:
    shown = await asyncio.gather(*(run.phones.messages(customer) for customer in customers))
    return [Arrived(customer, message.id, run.seen_at.get((customer, message.id)))
            for customer, held in zip(customers, shown, strict=True) for message in held
            if _is_from(run.business, message)]


def _is_from(business: str, message: PhoneMessage) -> bool:
    return message.sender == business
