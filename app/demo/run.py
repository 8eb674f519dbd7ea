"""The demonstration, step by step: start everything, link the tenants, let a customer write, stay up."""
import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from app import ports, programs
from app.demo import cast, people
from app.demo.cast import BUSINESSES, CUSTOMER, CUSTOMER_NAME, FINISHER, FINISHER_NAME, Business
from app.demo.parts import Parts
from app.demo.people import SignInOf
from app.errors import Conflict, FlowError
from app.models import SessionState
from app.phones import Phones
from app.processes import AlreadyRunning, Processes, supervisor_answers
from app.services import messages, schema, tenants, workers
from app.services.messages import LogLine
from app.settings import Settings
from app.supervisor.plan import IDLE_EXIT_S

ACTOR = "cli:demo"
LINK_TIMEOUT_S = 180.0
ANSWER_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.2
FOLLOW_EVERY_S = 0.3


@dataclass(frozen=True)
class Teller:
    """Where the demonstration says what it does: steps, and lines of conversation."""

    step: Callable[[str], None]
    line: Callable[[LogLine], None]
    up: Callable[[list[SignInOf]], None]


async def run(settings: Settings, tell: Teller) -> None:
    """Run until cancelled; raises FlowError where a part ends by itself. Whatever happens, no process is left."""
    await _check(settings)
    parts = Parts(settings)
    try:
        await _start(settings, parts, tell)
        async with Phones(settings.sandbox_url) as phones, asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(parts))
            await _set_up(settings, phones, tell)
            sign_ins = people.ensure(settings.state_dir)
            tasks.create_task(_show_conversations(tell))
            await _say_first_words(phones)
            tell.up(sign_ins)
            await _finish_something(phones, tell)
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        if parts.running:
            tell.step("Ending the workers and everything else")
        await asyncio.shield(parts.end())


async def _check(settings: Settings) -> None:
    if settings.production:
        raise Conflict("The demo is not for a production host: unset FLOWHQ_PRODUCTION to try things out.")
    if not await _is_alone(settings):
        raise Conflict(f"Another demo or supervisor runs on {settings.state_dir}: end it first, "
                       "or set FLOWHQ_STATE_DIR to another directory.")
    ports.require_free(settings.web_port, "the web", "FLOWHQ_PORT")
    ports.require_free(settings.sandbox_port, "the sandbox", "FLOWHQ_SANDBOX_PORT")


async def _is_alone(settings: Settings) -> bool:
    """Whether no supervisor runs, or one without a worker that ends itself while we wait."""
    deadline = asyncio.get_running_loop().time() + IDLE_EXIT_S + 2.0
    while supervisor_answers(settings.state_dir):
        is_busy = any(state.running or state.next_start_at for state in Processes(settings).states().values())
        if is_busy or asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    return True


async def _start(settings: Settings, parts: Parts, tell: Teller) -> None:
    tell.step("Preparing the database")
    schema.upgrade(settings.database)
    tell.step("Starting the WhatsApp sandbox")
    await parts.start("sandbox", programs.sandbox(settings), lambda: _answers(f"{settings.sandbox_url}/healthz"))
    tell.step("Starting the web")
    await parts.start("web", programs.web(settings), lambda: _answers(f"http://127.0.0.1:{settings.web_port}/healthz"))
    await parts.start("jobs", list(programs.JOBS), _at_once)
    tell.step("Starting the workers")
    await parts.start("supervisor", list(programs.SUPERVISOR), lambda: _is_supervised(settings))


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def _at_once() -> bool:
    """Nothing waits for the jobs, and whether they end is watched."""
    return True


async def _is_supervised(settings: Settings) -> bool:
    return supervisor_answers(settings.state_dir)


async def _watch(parts: Parts) -> None:
    ended = await parts.first_end()
    raise FlowError(f"The demo ends, because {ended.complaint()}")


async def _set_up(settings: Settings, phones: Phones, tell: Teller) -> None:
    """Make the tenants and the phones that are not there yet, and wait until every tenant is linked."""
    processes = Processes(settings)
    await phones.create(CUSTOMER, CUSTOMER_NAME)
    await phones.create(FINISHER, FINISHER_NAME)
    for business in BUSINESSES:
        await phones.create(business.number, business.name)
        _create(business)
        with contextlib.suppress(AlreadyRunning):
            await asyncio.to_thread(workers.start_worker, business.slug, by=ACTOR, processes=processes)
    await asyncio.gather(*(_link(business, phones, processes, tell) for business in BUSINESSES))


def _create(business: Business) -> None:
    with contextlib.suppress(tenants.UnknownTenant):
        tenants.find_tenant(business.slug)
        return
    example = business.example
    tenants.create_tenant(
        slug=business.slug, name=business.name, template=business.template, language=example["language"],
        timezone=example["timezone"], hours=example["hours"], content=example["content"],
        phone_number=business.number, by=ACTOR)
    tenants.change_tenant(business.slug, by=ACTOR, **cast.CONFIG)


async def _link(business: Business, phones: Phones, processes: Processes, tell: Teller) -> None:
    """Scan the tenant's code wherever it shows one, until it is connected."""
    deadline = asyncio.get_running_loop().time() + LINK_TIMEOUT_S
    scanned = ""
    while (seen := workers.tenant_overview(business.slug, processes)).session_state != SessionState.CONNECTED:
        code = seen.row.session.qr_code or ""
        if seen.session_state == SessionState.QR_READY and code not in ("", scanned):
            tell.step(f"{business.name}: scanning the code with {business.number}")
            scanned = code
            # A code that was replaced in this very moment is refused; the next one comes by itself.
            with contextlib.suppress(FlowError):
                await phones.scan(business.number, code)
        if asyncio.get_running_loop().time() > deadline or seen.gave_up:
            reason = seen.last_error or seen.row.session.detail or "it took too long"
            log = processes.settings.state_dir / "logs" / f"{business.slug}.log"
            raise FlowError(f"{business.slug} was not linked: {reason} ({log})")
        await asyncio.sleep(LOOK_EVERY_S)
    tell.step(f"{business.name} is connected as {business.number}")


async def _show_conversations(tell: Teller) -> None:
    rows = [tenants.find_tenant(business.slug) for business in BUSINESSES]
    last = {row.slug: max((line.id for line in messages.tail(row, 1)), default=0) for row in rows}
    while True:
        for row in rows:
            for line in messages.after(row, last[row.slug]):
                last[row.slug] = line.id
                tell.line(line)
        await asyncio.sleep(FOLLOW_EVERY_S)


async def _say_first_words(phones: Phones) -> None:
    """Let the customer write to each business, one after the other, each once the one before has answered."""
    for business in BUSINESSES:
        if not await _say(phones, CUSTOMER, business, business.first_words):
            raise FlowError(f"{business.slug} did not answer: `flowhq worker status` says how its worker is.")


async def _finish_something(phones: Phones, tell: Teller) -> None:
    """Let another customer book, order and open a ticket, once in the demonstration's life."""
    new = [business for business in BUSINESSES if not _has_written(business)]
    done = await asyncio.gather(*(_talk(phones, business) for business in new))
    for business, is_done in zip(new, done, strict=True):
        if not is_done:
            tell.step(f"{FINISHER_NAME} has had no answer from {business.name} and gives up.")


def _has_written(business: Business) -> bool:
    return any(line.name == FINISHER_NAME for line in messages.export(tenants.find_tenant(business.slug)))


async def _talk(phones: Phones, business: Business) -> bool:
    # A sandbox that is away ends the demonstration with a reason of its own.
    with contextlib.suppress(FlowError):
        for text in business.talk:
            if not await _say(phones, FINISHER, business, text):
                return False
        return True
    return False


async def _say(phones: Phones, customer: str, business: Business, text: str) -> bool:
    """Write to the business, and wait; returns whether it answers."""
    written = await phones.write(customer, business.number, text)
    deadline = asyncio.get_running_loop().time() + ANSWER_TIMEOUT_S
    while not await _is_answered(phones, customer, business, written):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    return True


async def _is_answered(phones: Phones, customer: str, business: Business, written: str) -> bool:
    held = await phones.messages(customer)
    place = next((place for place, message in enumerate(held) if message.id == written), len(held))
    return any(message.sender == business.number for message in held[place:])
