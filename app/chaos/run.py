"""A run of chaos: everything up, customers who write while faults strike, everything healed, and the account."""
import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import peewee

from app.chaos import schedule
from app.chaos.accounts import Account, Log, account, with_status
from app.chaos.scene import Business, Scene, opened
from app.chaos.schedule import Line, Plan, Strike
from app.chaos.strikes import NothingToHit, let_happen
from app.chaos.watch import Watch, until
from app.errors import FlowError
from app.models import Delivery
from app.phones import PhoneMessage, message_id
from app.replay.accounts import Arrived, Logged, Written
from app.services import messages, tenants
from app.services.messages import LogLine
from app.settings import Settings

LINK_TIMEOUT_S = 240.0
# How long nothing may move: longer than a page may take to get ready, and a silent worker to be noticed.
SETTLE_TIMEOUT_S = 300.0
LOOK_EVERY_S = 10.0
# A second copy of a reply would come shortly after the first.
LINGER_S = 5.0
Tell = Callable[[str], None]


@dataclass
class _Run:
    scene: Scene
    watch: Watch
    tell: Tell
    began: float = 0.0
    written: int = 0

    def clock(self) -> float:
        return asyncio.get_running_loop().time() - self.began


async def chaos(plan: Plan, settings: Settings, tell: Tell, *, keep: bool = False) -> Account:
    """Run the plan and account for it; raises Conflict or FlowError where it cannot begin.

    Nothing of it stays but, where they are to be kept, its tenants and files.
    """
    async with opened(plan, settings, tell, keep=keep) as scene:
        run = _Run(scene, Watch(scene), tell)
        watching = asyncio.create_task(run.watch.run())
        try:
            await _unless_it_ends(watching, _play(run, plan))
            return with_status(await _account(scene), run.watch.looks)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _unless_it_ends(watching: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
    playing = asyncio.ensure_future(work)
    try:
        await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        await playing
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def _play(run: _Run, plan: Plan) -> None:
    async def all_connected() -> bool:
        return run.watch.all_connected()

    if not await until(all_connected, LINK_TIMEOUT_S):
        raise FlowError(f"The tenants were not linked within {LINK_TIMEOUT_S:.0f} s.")
    run.tell(f"All are linked; {plan.customers} customers write {plan.rate:g} lines a second for {plan.minutes:g} min")
    run.began = asyncio.get_running_loop().time()
    try:
        async with asyncio.TaskGroup() as tasks:
            for hand in _hands(schedule.lines(plan), plan.customers):
                tasks.create_task(_write(run, hand))
            for strike in schedule.strikes(plan):
                tasks.create_task(_strike(run, strike))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    run.tell(f"{run.written} lines are written; everything is healed")
    await run.scene.phones.end_faults()
    await _await_settlement(run)


def _hands(lines: list[Line], customers: int) -> list[list[Line]]:
    """The lines of each customer."""
    return [[line for line in lines if line.customer == place] for place in range(customers)]


async def _write(run: _Run, hand: list[Line]) -> None:
    for line in hand:
        await asyncio.sleep(line.at_s - run.clock())
        scene = run.scene
        await scene.phones.write(scene.customers[line.customer], scene.business_of(line.customer).number, line.text)
        run.written += 1


async def _strike(run: _Run, strike: Strike) -> None:
    await asyncio.sleep(strike.at_s - run.clock())
    run.tell(f"{run.clock():6.1f} s  {strike}")
    try:
        await let_happen(run.scene, strike)
    except (NothingToHit, peewee.PeeweeException) as error:
        run.tell(f"{run.clock():6.1f} s  {strike.fault} hits nothing: {error}")


async def _await_settlement(run: _Run) -> None:
    """Return once every line is answered and all tenants are connected, or nothing has moved for too long."""
    clock, most = asyncio.get_running_loop().time, 0
    deadline = clock() + SETTLE_TIMEOUT_S
    while clock() < deadline:
        with contextlib.suppress(peewee.PeeweeException):
            found = await _account(run.scene)
            if found.is_settled and run.watch.all_connected():
                break
            if found.claimed + found.answered > most:
                most, deadline = found.claimed + found.answered, clock() + SETTLE_TIMEOUT_S
                run.tell(f"{run.clock():6.1f} s  {found.answered} of {found.written} lines are answered")
        await asyncio.sleep(LOOK_EVERY_S)
    await asyncio.sleep(LINGER_S)


# ---- the account


async def _account(scene: Scene) -> Account:
    found = Account()
    for place, business in enumerate(scene.businesses):
        customers = scene.customers[place::len(scene.businesses)]
        shown = await asyncio.gather(*(scene.phones.messages(customer) for customer in customers))
        held = dict(zip(customers, shown, strict=True))
        log = await scene.ask(partial(_log_of, business.slug))
        found += account(_written(held), _log(log), _arrived(held, business))
    return found


def _log_of(slug: str) -> list[LogLine]:
    return list(messages.export(tenants.find_tenant(slug)))


def _written(held: dict[str, list[PhoneMessage]]) -> list[Written]:
    own = [(customer, message) for customer, shown in held.items() for message in shown if message.sender == customer]
    return [Written(customer, place, message.id, message.time) for place, (customer, message) in enumerate(own)]


def _arrived(held: dict[str, list[PhoneMessage]], business: Business) -> list[Arrived]:
    return [Arrived(customer, message.id, message.time) for customer, shown in held.items() for message in shown
            if message.sender == business.number]


def _log(lines: list[LogLine]) -> Log:
    ordered = sorted(lines, key=lambda line: line.id)
    unknown = {message_id(line.wa_message_id) for line in ordered if line.delivery == Delivery.UNKNOWN}
    logged = [Logged(line.id, message_id(line.wa_message_id), line.direction, line.outcome, line.in_reply_to, line.text)
              for line in ordered]
    return Log(logged, frozenset(unknown))
