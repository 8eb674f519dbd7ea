"""Everything a run of chaos needs, of its own: state directory, database, sandbox, supervisor, tenants and phones."""
import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import peewee

from app import programs
from app.chaos.schedule import Plan
from app.db import db, is_sqlite, open_database
from app.demo.parts import Parts
from app.errors import Conflict
from app.models import AuditEntry, Language, Template, Tenant, TenantConfig
from app.phones import Phones
from app.processes import Processes, supervisor_answers
from app.replay.run import WITHOUT_LIMITS
from app.replies.examples import example_content
from app.services import removal, schema, tenants, workers
from app.settings import Settings

ACTOR = "cli:chaos"
MADE_BY_US = AuditEntry.select(AuditEntry.tenant_slug).where(
    AuditEntry.actor == ACTOR, AuditEntry.action == "tenant.create")
# The bot goes on in chats that it hands over, so that every line has its answer.
CONFIG: dict[str, Any] = {**WITHOUT_LIMITS, "handover_hours": 0}
# Nothing of what was missed is left to a person.
AWAY_LIMIT = 1_000_000
# A reply that never arrives is found out while the run is still waited for.
RECEIPT_TIMEOUT_S = 30.0
Answer = TypeVar("Answer")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Business:
    """A tenant of the run and its number."""

    slug: str
    number: str


@dataclass
class Scene:
    """What runs. Everything that asks the database does so through `ask`, on a thread of its own."""

    settings: Settings
    parts: Parts
    phones: Phones
    businesses: list[Business]
    customers: list[str]
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    @property
    def processes(self) -> Processes:
        """The workers' processes."""
        return Processes(self.settings)

    def business_of(self, customer: int) -> Business:
        """Whom a customer (by its place) writes to."""
        return self.businesses[customer % len(self.businesses)]

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer of the database; raises peewee's errors where it is away, after which one may ask again."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, _asked, question)

    async def start_supervisor(self) -> None:
        """Start one, in place of one that has ended."""
        count = sum(part.name.startswith("supervisor") for part in self.parts.running)
        await self.parts.start(f"supervisor-{count + 1}", list(programs.SUPERVISOR), self._is_supervised)

    async def _is_supervised(self) -> bool:
        return supervisor_answers(self.settings.state_dir)


@asynccontextmanager
async def opened(plan: Plan, given: Settings, tell: Tell, *, keep: bool = False) -> AsyncIterator[Scene]:
    """Set the scene; whatever happens in it, no process of it stays, and no tenant and no file unless they are to.

    Raises Conflict where the database has tenants of somebody else.
    """
    if given.production:
        raise Conflict("Chaos is not for a production host: unset FLOWHQ_PRODUCTION to try things out.")
    directory = Path(tempfile.mkdtemp(prefix="flowhq-chaos-"))
    settings = _own_settings(given, directory)
    parts = Parts(settings)
    try:
        _prepare_database(settings)
        tell(f"Starting sandbox, supervisor and workers in {directory}")
        await parts.start("sandbox", programs.sandbox(settings), lambda: _answers(settings.sandbox_port))
        async with Phones(settings.sandbox_url) as phones:
            customers = [_number("71", place) for place in range(plan.customers)]
            scene = Scene(settings, parts, phones, _businesses(plan), customers)
            await scene.start_supervisor()
            await _populate(scene)
            yield scene
    finally:
        await asyncio.shield(parts.end())
        try:
            if not keep:
                _clear_database(settings)
        finally:
            if db.obj is not None:
                db.close()
            if not keep:
                shutil.rmtree(directory, ignore_errors=True)


def _own_settings(given: Settings, directory: Path) -> Settings:
    url = given.database_url if given.database_url.startswith("postgres") else ""
    web_port, sandbox_port = _free_port(), _free_port()
    # Without a quiet time each line has a reply of its own, and each reply a line.
    return replace(given, state_dir=directory, database_url=url, web_port=web_port, sandbox_port=sandbox_port,
                   whatsapp_url="", receipt_timeout_s=min(given.receipt_timeout_s, RECEIPT_TIMEOUT_S),
                   quiet_s=0.0, tenant_dir_override=None, notify_socket="", journal_stream="", runtime_dir=None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _prepare_database(settings: Settings) -> None:
    open_database(settings.database)
    if Tenant.table_exists():
        _refuse_strangers()
    schema.upgrade(settings.database)
    open_database(settings.database)
    _delete_ours(settings)


def _refuse_strangers() -> None:
    stranger = Tenant.select(Tenant.slug).where(Tenant.slug.not_in(MADE_BY_US)).first()
    if stranger is not None:
        raise Conflict(f"The database of DATABASE_URL has tenants that chaos did not make ({stranger.slug}): name an "
                       "empty one, or unset DATABASE_URL for one of its own.")


def _clear_database(settings: Settings) -> None:
    """Delete what a run made in a database that stays."""
    if db.obj is not None and not is_sqlite():
        db.close()
        open_database(settings.database)
        _delete_ours(settings)
    if db.obj is not None:
        db.close()


def _delete_ours(settings: Settings) -> None:
    processes = Processes(settings)
    for slug in [tenant.slug for tenant in Tenant.select(Tenant.slug).where(Tenant.slug.in_(MADE_BY_US))]:
        removal.delete_tenant(slug, typed=slug, by=ACTOR, processes=processes, settings=settings)


def _businesses(plan: Plan) -> list[Business]:
    return [Business(f"chaos-{place + 1}", _number("70", place)) for place in range(plan.tenants)]


def _number(kind: str, place: int) -> str:
    return f"+255{kind}{place + 1:07}"


async def _populate(scene: Scene) -> None:
    for place, customer in enumerate(scene.customers, 1):
        await scene.phones.create(customer, f"Customer {place}")
    for business in scene.businesses:
        await scene.phones.create(business.number, business.slug)
        await scene.ask(partial(_make, business))
        await asyncio.to_thread(scene.processes.start, business.slug)


def _make(business: Business) -> None:
    example = example_content(Template.ECOMMERCE)
    tenants.create_tenant(
        slug=business.slug, name=business.slug, template=Template.ECOMMERCE, language=Language.EN, by=ACTOR,
        timezone=example["timezone"], hours=example["hours"], content=example["content"], phone_number=business.number)
    row = tenants.change_tenant(business.slug, by=ACTOR, **CONFIG)
    TenantConfig.update(away_limit=AWAY_LIMIT).where(TenantConfig.tenant == row.tenant).execute()
    workers.want_many([business.slug], workers.Desired.RUNNING, by=ACTOR)


def _asked(question: Callable[[], Answer]) -> Answer:
    try:
        db.connect(reuse_if_open=True)
        return question()
    except peewee.PeeweeException:
        # A connection that the server closed serves again after it was closed here too.
        db.close()
        raise
