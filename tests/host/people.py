"""An admin at the web panel of a host, a business's phone and its customers, all of them outside the machine."""
import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pyotp

from app.stress.browser import Browser
from app.stress.panel import Panel, State, drawn
from tests.host.installed import ADMIN, PASSWORD
from tests.patience import eventually
from tests.rig import Api

T = TypeVar("T")


class Admin:
    """An admin who has signed in with a second factor."""

    def __init__(self, url: str, runner: asyncio.Runner) -> None:
        self._run: Callable[[Coroutine[Any, Any, T]], T] = runner.run
        self._browser = Browser(url)

    def sign_in(self) -> None:
        """Come in for the first time, which sets up the second factor that this host asks for."""
        async def enter() -> str:
            await self._browser.__aenter__()
            page = await self._browser.open("/sign-in?lang=en")
            page = await self._browser.send(page, email=ADMIN, password=PASSWORD)
            secret = page.soup.select_one("main code")
            assert secret, page.text
            page = await self._browser.send(page, code=pyotp.TOTP(secret.get_text(strip=True)).now())
            return page.text

        assert "Recovery codes" in self._run(enter())
        self._panel = Panel(self._browser)

    def leave(self) -> None:
        self._run(self._browser.__aexit__(None, None, None))

    def creates(self, slug: str, number: str) -> None:
        """Make a tenant by its form, whose number sends at once as fast as it will later."""
        async def create() -> None:
            page = await self._browser.open("/admin/tenants/new")
            await self._browser.send(page, name=slug.title(), slug=slug, phone_number=number, template="SUPPORT",
                                     language="EN")
            page = await self._browser.open(f"/admin/tenants/{slug}/edit")
            await self._browser.send(page, warm_up_days="0")

        self._run(create())

    def presses(self, slug: str, verb: str) -> None:
        """Press one of the buttons of a tenant's worker, and "Yes, now" where the panel asks again."""
        async def press() -> None:
            page = await self._browser.open(f"/admin/tenants/{slug}")
            page = await self._browser.send(page, f"/admin/tenants/{slug}/worker", verb=verb)
            if page.soup.select_one("main input[name=confirmed]"):
                await self._browser.send(page, f"/admin/tenants/{slug}/worker")

        self._run(press())

    def sees(self, slug: str) -> State:
        return self._run(self._panel.state(slug))

    def reads(self, path: str) -> str:
        """The words of a page, or of a part of one."""
        return " ".join(self._run(self._browser.open(path)).soup.get_text(" ").split())


@dataclass(frozen=True)
class Business:
    """A tenant as those outside meet it: its number, and what its customers see."""

    slug: str
    number: str
    sandbox: Api

    @property
    def unit(self) -> str:
        return f"flowhq-worker@{self.slug}.service"

    def scans(self, admin: Admin) -> None:
        """Scan the code on the admin's page with the business's phone."""
        self.sandbox.post("/phones", number=self.number, name=self.slug)
        code = eventually(lambda: self._code(admin.sees(self.slug).qr), "the panel shows a code")
        self.sandbox.post(f"/phones/{self.number}/scan", qr=code)

    def devices(self) -> list[str]:
        """What is linked to the phone; a new scan would show here."""
        return [device["id"] for device in self.sandbox.get(f"/phones/{self.number}")["devices"]]

    def hears(self, customer: str, text: str) -> None:
        """A customer writes; the answer is not waited for."""
        self.sandbox.post("/phones", number=customer, name="Asha")
        self.sandbox.post(f"/phones/{customer}/messages", to=self.number, text=text)

    def answers(self, customer: str) -> list[str]:
        """What the business has written to the customer, oldest first."""
        chat = self.sandbox.get(f"/phones/{customer}/messages?with={self.number[1:]}&limit=1000")
        return [line["text"] for line in chat if line["from"] == self.number]

    def answers_within(self, customer: str, count: int, deadline_s: float = 120.0) -> None:
        """Wait until the customer has had so many answers from the business."""
        eventually(lambda: len(self.answers(customer)) >= count, f"{self.slug} has answered {count} times", deadline_s)

    def _code(self, picture: str) -> str:
        """The code that the picture shows: there is one page a tenant, and each draws another."""
        codes = [shown["qr"] for shown in self.sandbox.get("/codes")]
        return next((code for code in codes if picture and drawn(code) == picture), "")


@contextmanager
def signed_in(url: str) -> Iterator[Admin]:
    """An admin in the panel at `url`."""
    with asyncio.Runner() as runner:
        admin = Admin(url, runner)
        admin.sign_in()
        yield admin
        admin.leave()
