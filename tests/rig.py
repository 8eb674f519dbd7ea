"""A tenant's real worker, in a process of its own, on a real browser and a sandbox of its own."""
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil

from app.models import Message, Tenant, TenantConfig, WhatsAppSession, WorkerProcess
from app.settings import Settings
from tests.faults.crash_points import CrashPoint
from tests.patience import DEADLINE_S, eventually
from worker.profile import DRIVER, processes_on

BUSINESS = "+255700000002"
SLUG = "acme"


class Api:
    """The sandbox's HTTP API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> Any:
        with urlopen(self.url + "/api" + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, **body: Any) -> Any:
        request = Request(self.url + "/api" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def delete(self, path: str) -> Any:
        with urlopen(Request(self.url + "/api" + path, method="DELETE"), timeout=30) as answer:
            return json.load(answer)

    def is_up(self) -> bool:
        try:
            urlopen(self.url + "/healthz", timeout=5).close()
        except (HTTPError, OSError):
            return False
        return True


@dataclass
class Rig:
    """Sandbox and worker of one tenant; everything is ended by `close`, however the test ended."""

    settings: Settings
    sandbox_options: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    worker: subprocess.Popen[bytes] | None = None
    sandbox: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.api = Api(self.settings.sandbox_url)
        self.directory = self.settings.tenant_dir(SLUG)
        self.log = self.settings.state_dir / "worker.log"
        self.settings.state_dir.mkdir(exist_ok=True)

    # ---- what is started and ended

    def start_sandbox(self) -> None:
        self.sandbox = self._start("worker.sandbox", "--port", str(self.settings.sandbox_port), "--state-dir",
                                   str(self.settings.state_dir / "sandbox"), *self.sandbox_options)
        eventually(self.api.is_up, "the sandbox answers")

    def start_worker(self, slug: str = SLUG) -> subprocess.Popen[bytes]:
        self.worker = self._start("worker", "--tenant", slug)
        return self.worker

    def start_dying_worker(self, point: CrashPoint, slug: str = SLUG) -> subprocess.Popen[bytes]:
        """A worker that kills itself at a crash point."""
        self.worker = self._start(
            "tests.faults.dying_worker", point.place, point.when, str(point.nth), "--tenant", slug)
        return self.worker

    def await_death(self) -> int:
        """Wait until the worker has ended by itself; returns its exit code, a signal's number negative."""
        assert self.worker
        return self.worker.wait(2 * DEADLINE_S)

    def stop_worker(self, number: int = signal.SIGTERM) -> int:
        assert self.worker
        self.worker.send_signal(number)
        return self.worker.wait(60)

    def close(self) -> None:
        for process in (self.worker, self.sandbox):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        for leftover in self.browser_processes():
            leftover.kill()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=log, stderr=log,
                                    env=self.settings.child_environ() | self.environ)

    # ---- what the worker started

    def browser_processes(self) -> list[psutil.Process]:
        """Driver and browsers on this tenant's profile."""
        return processes_on(self.directory)

    def browser(self) -> psutil.Process:
        """The browser itself, which Debian starts by a shell that carries the same words and waits for it."""
        return next(process for process in self.browser_processes()
                    if process.name() != DRIVER and Path(process.cmdline()[0]).name != "sh")

    def renderer(self) -> psutil.Process:
        """The process that runs the page."""
        return next(process for process in self.browser().children(recursive=True)
                    if "--type=renderer" in process.cmdline())

    def chromedriver(self) -> psutil.Process:
        return next(process for process in self.browser_processes() if process.name() == DRIVER)

    # ---- what people do

    def link(self) -> None:
        """Scan the code that the worker's page shows, with the business's phone."""
        self.api.post("/phones", number=BUSINESS, name="Acme")
        code = eventually(lambda: self.session().qr_code, "a code is shown")
        self.api.post(f"/phones/{BUSINESS}/scan", qr=code)
        self.await_state("CONNECTED")

    def customers(self, count: int, **options: Any) -> list[str]:
        numbers = [f"+25571100{number:04d}" for number in range(1, count + 1)]
        for number in numbers:
            self.api.post("/phones", number=number, name=f"Customer {number[-2:]}", **options)
        return numbers

    def write(self, customer: str, text: str) -> str:
        return str(self.api.post(f"/phones/{customer}/messages", to=BUSINESS, text=text)["id"])

    def on_screen(self, customer: str) -> list[dict[str, Any]]:
        """What the customer sees of the business, oldest first."""
        chat: list[dict[str, Any]] = self.api.get(f"/phones/{customer}/messages?with={BUSINESS[1:]}&limit=1000")
        return chat

    def answers(self, customer: str) -> list[str]:
        """What the business has said to the customer, oldest first."""
        return [line["text"] for line in self.on_screen(customer) if line["from"] == BUSINESS]

    def ask(self, customer: str, text: str, expected: str) -> None:
        """Write a line, and read these words in its answer."""
        before = len(self.answers(customer))
        self.write(customer, text)
        eventually(lambda: len(self.answers(customer)) > before, f"“{text}” is answered")
        assert expected in self.answers(customer)[-1]

    # ---- what is known

    def session(self) -> WhatsAppSession:
        session: WhatsAppSession = WhatsAppSession.get()
        return session

    def process(self) -> WorkerProcess:
        row: WorkerProcess = WorkerProcess.get()
        return row

    def await_state(self, state: str) -> None:
        eventually(lambda: self.session().state == state, f"the session is {state}")

    def log_text(self) -> str:
        return self.log.read_text()


def make_tenant(**config: Any) -> Tenant:
    """The rig's tenant, without limits and typing unless they are given."""
    tenant = Tenant.create(slug=SLUG, name="Acme Ltd", phone_number=BUSINESS)
    free = {"chat_limit": 0, "tenant_limit": 0, "typing_ms_per_char": 0}
    TenantConfig.create(tenant=tenant, business_name="Acme", **(free | config))
    WhatsAppSession.create(tenant=tenant)
    WorkerProcess.create(tenant=tenant)
    return tenant


def promised() -> int:
    """How many replies the log promises."""
    return int(Message.select().where(Message.direction == "OUT", Message.author == "").count())


def await_answers(rig: Rig, customers: list[str], written: dict[str, list[str]]) -> None:
    """Wait until every line written is logged once and every reply that the log promises is on its phone."""
    count = sum(map(len, written.values()))
    eventually(lambda: Message.select().where(Message.direction == "IN").count() == count, "every line is logged")
    eventually(lambda: arrived(rig, customers) >= promised(), "every reply has arrived")


def arrived(rig: Rig, customers: list[str]) -> int:
    """How many lines of the business the customers see."""
    return sum(line["from"] == BUSINESS for customer in customers for line in rig.on_screen(customer))


def assert_each_answered_once_in_order(rig: Rig, written: dict[str, list[str]]) -> None:
    """Each line logged once; each reply on the phone once, in the order in which its customer wrote."""
    for customer, ids in written.items():
        logged = [row for row in Message.select().order_by(Message.id) if f"_{customer[1:]}@" in row.wa_message_id]
        asked = [row for row in logged if row.direction == "IN"]
        assert [row.wa_message_id.split("_")[-1] for row in asked] == ids
        replies = [row for row in logged if row.direction == "OUT"]
        answered = [int(row.in_reply_to or 0) for row in replies]
        assert answered == sorted(answered)
        shown = [line["id"] for line in rig.on_screen(customer) if line["from"] == BUSINESS]
        assert shown == [row.wa_message_id.split("_")[-1] for row in replies]
        assert {row.in_reply_to for row in replies} == {row.id for row in asked if row.outcome != "JOINED"}
        assert not asked or asked[-1].outcome != "JOINED"


@contextmanager
def rig(settings: Settings, *sandbox_options: str, **changes: Any) -> Iterator[Rig]:
    """A rig whose sandbox runs; its worker is started by the test."""
    made = Rig(replace(settings, **changes), sandbox_options)
    made.start_sandbox()
    try:
        yield made
    finally:
        made.close()
