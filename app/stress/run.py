"""The test from beginning to end: make the tenants, let customers write to all, count, and take everything away."""
import asyncio
import secrets
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.errors import Conflict, FlowError
from app.phones import Phones
from app.settings import Settings
from app.stress import accounts, cast, counting, here
from app.stress.accounts import Line, Seen, Sight
from app.stress.browser import Browser
from app.stress.cast import Business
from app.stress.here import Running
from app.stress.owner import Owner, Trespass
from app.stress.panel import CONNECTED, Panel, State, drawn, sign_in
from app.stress.talk import Customers, forget_phones, make_phones

# A browser that starts takes a whole processor for a while.
STARTS_AT_ONCE = 2
LINK_TIMEOUT_S = 240.0
LOOK_EVERY_S = 0.4
RUN_BYTES = 3

Tell = Callable[[str], None]
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Plan:
    """How much of it: tenants, customers who each write to all of them, lines each writes to one, how long to wait."""

    tenants: int
    customers: int
    messages: int
    timeout_s: float
    keep: bool


@dataclass(frozen=True)
class Access:
    """The web server, and how an admin signs in to it."""

    url: str
    email: str
    password: str
    ask_code: Callable[[], str]


@dataclass
class Result:
    """What came of it; times in seconds."""

    lines: list[Line] = field(default_factory=list)
    counted_in: str = ""
    looked_at_processes: bool = False
    tries: int = 0
    not_refused: list[str] = field(default_factory=list)
    strangers: int = 0
    rows_outside: int = 0
    waits: list[float] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    kept: bool = False

    @property
    def is_good(self) -> bool:
        """Whether there is no difference anywhere."""
        wrong = [self.not_refused, self.strangers, self.rows_outside, self.left]
        return not any(wrong) and not any(line.problems for line in self.lines)


@dataclass
class _Scene:
    """Everything that takes part in one run."""

    plan: Plan
    settings: Settings
    url: str
    panel: Panel
    phones: Phones
    tell: Tell
    name: str
    businesses: list[Business] = field(default_factory=list)
    customers: Customers | None = None
    owners: dict[str, Owner] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    @property
    def slugs(self) -> list[str]:
        return [business.slug for business in self.businesses]


async def stress(plan: Plan, access: Access, settings: Settings, tell: Tell) -> Result:
    """Run the test; whatever happens, and whoever ends it, nothing of it stays, unless it is to be kept.

    Raises Unreachable, Invalid or FlowError where something that it needs is missing.
    """
    _check(settings)
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(Phones(settings.sandbox_url))
        taken = await phones.numbers()
        browser = await stack.enter_async_context(Browser(access.url))
        panel = await sign_in(browser, access.email, access.password, access.ask_code)
        scene = _Scene(plan, settings, access.url, panel, phones, tell, f"stress-{secrets.token_hex(RUN_BYTES)}")
        result = Result(kept=plan.keep)
        try:
            await _play(scene, stack, taken, result)
        finally:
            if not plan.keep:
                result.left += await _to_its_end(_clear(scene))
        return result


def _check(settings: Settings) -> None:
    if not settings.page_url.startswith(settings.sandbox_url):
        raise Conflict(f"The workers open {settings.page_url}: this test needs them on the sandbox, "
                       "without FLOWHQ_WHATSAPP_URL.")


async def _play(scene: _Scene, stack: AsyncExitStack, taken: set[str], result: Result) -> None:
    await _set_up(scene, stack, taken)
    await _start_all(scene)
    customers = scene.customers
    assert customers is not None  # noqa: S101 - made by the set-up
    scene.tell(f"{len(customers.numbers)} customers write to {len(scene.businesses)} tenants at once")
    await customers.talk(scene.businesses, scene.plan.messages, scene.plan.timeout_s, scene.tell)
    scene.tell("Owners try each other's pages")
    for trespass in [await _try_others(scene, owner) for owner in scene.owners.values()]:
        result.tries += trespass.tries
        result.not_refused += trespass.not_refused
    scene.tell("Counting")
    await _count(scene, customers, result)


async def _set_up(scene: _Scene, stack: AsyncExitStack, taken: set[str]) -> None:
    """Make phones and tenants, the first of them by a sign-up of their owners."""
    plan = scene.plan
    ours, theirs = await make_phones(scene.phones, taken, plan.tenants, plan.customers, scene.numbers)
    scene.businesses = cast.businesses(scene.name, ours, plan.tenants)
    scene.customers = Customers(scene.phones, theirs)
    for place, business in enumerate(scene.businesses, 1):
        scene.tell(f"Making the tenants: {place} of {plan.tenants}")
        if business.has_owner:
            owner = Owner(await stack.enter_async_context(Browser(scene.url)), business)
            scene.owners[business.slug] = owner
            # An account without a business would be left where this ends in the middle.
            await _to_its_end(owner.ask_for_bot())
        else:
            await scene.panel.create(business)
        await scene.panel.configure(business)


async def _start_all(scene: _Scene) -> None:
    gate, linked = asyncio.Semaphore(STARTS_AT_ONCE), 0

    async def start(business: Business) -> None:
        nonlocal linked
        async with gate:
            await (scene.panel.approve if business.has_owner else scene.panel.start)(business)
            await _link(scene, business)
            linked += 1
            scene.tell(f"Starting and linking the workers: {linked} of {scene.plan.tenants}")

    try:
        async with asyncio.TaskGroup() as tasks:
            for business in scene.businesses:
                tasks.create_task(start(business))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _link(scene: _Scene, business: Business) -> None:
    """Scan whatever code the tenant's page shows, with its phone, until it is connected."""
    deadline, scanned = asyncio.get_running_loop().time() + LINK_TIMEOUT_S, ""
    while (state := await scene.panel.state(business.slug)).session != CONNECTED:
        code = next((code for code in await scene.phones.codes() if drawn(code) == state.qr), "") if state.qr else ""
        if code and code != scanned:
            await scene.phones.scan(business.number, code)
            scanned = code
        if asyncio.get_running_loop().time() > deadline:
            raise FlowError(f"{business.slug} was not connected within {LINK_TIMEOUT_S:.0f} s ({state.words})"
                            + (", and no page of the sandbox shows its code." if state.qr and not scanned else "."))
        await asyncio.sleep(LOOK_EVERY_S)


async def _try_others(scene: _Scene, owner: Owner) -> Trespass:
    slugs = scene.slugs
    chats = {slug: next(iter(await scene.panel.chats(slug)), 0) for slug in slugs}
    mine = chats.pop(owner.business.slug)
    return await owner.try_others(mine, chats)


async def _count(scene: _Scene, customers: Customers, result: Result) -> None:
    slugs = scene.slugs
    shown, seen = await customers.shown(), here.running(slugs)
    result.looked_at_processes = any(each.pids for each in seen.values())
    if counting.has_database(scene.settings.database, slugs):
        result.counted_in, logged = counting.DATABASE, counting.from_database(slugs, f"{scene.name}-")
    else:
        result.counted_in, logged = counting.PAGES, await counting.from_pages(scene.panel, slugs)
    sights = {business.slug: await _sight(scene, business, seen[business.slug] if result.looked_at_processes else None)
              for business in scene.businesses}
    result.lines = accounts.settle(scene.businesses, Seen(customers.written, logged, shown, sights))
    result.strangers = accounts.strangers(scene.businesses, shown)
    result.rows_outside = accounts.rows_outside(scene.businesses, logged)
    result.waits = sorted(line.waited_s for line in customers.written if line.waited_s is not None)


async def _sight(scene: _Scene, business: Business, running: Running | None) -> Sight:
    state: State = await scene.panel.state(business.slug)
    devices = await scene.phones.devices(business.number)
    user = running.users[0] if running and running.users and scene.settings.production else ""
    return Sight(state.pid, state.memory_mib, state.linked_as, len(devices),
                 running.pids if running else None, running.profiles if running else None, user)


async def _clear(scene: _Scene) -> list[str]:
    """Delete everything through the panel; returns what is left."""
    scene.tell("Taking everything away")
    slugs = await scene.panel.slugs(f"{scene.name}-")
    seen, gate = here.running(slugs), asyncio.Semaphore(STARTS_AT_ONCE)

    async def delete(slug: str) -> str:
        async with gate:
            try:
                await scene.panel.delete(slug)
            except FlowError as error:
                return f"tenant {slug}: {error}"
        return "" if await scene.panel.is_gone(slug) else f"tenant {slug}"

    found = await asyncio.gather(*(delete(slug) for slug in slugs))
    left = [each for each in found if each] + here.left(seen.values())
    left += await forget_phones(scene.phones, scene.numbers)
    if left:
        scene.tell("Left behind: " + ", ".join(left))
    return left


async def _to_its_end(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Do it, even where somebody wants everything to end meanwhile: that is heard afterwards."""
    task, is_cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        raise asyncio.CancelledError
    return task.result()
