"""The admin panel as an admin uses it: make tenants, start their workers, see how they are, delete them."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import segno
import yaml
from bs4 import BeautifulSoup, Tag

from app.errors import FlowError, Invalid, NotFound
from app.stress.accounts import Logged
from app.stress.browser import Browser, Refused
from app.stress.cast import Business

# Nothing is to be measured but the bots themselves.
WITHOUT_LIMITS = {"chat_limit": "1000000", "tenant_limit": "1000000", "typing_ms_per_char": "0", "typing_max_ms": "0",
                  "warm_up_days": "0"}
QUIET_ZONE = 4
CONNECTED = "Connected"


@dataclass(frozen=True)
class State:
    """How the panel shows a tenant; `qr` is the drawing of the code that waits to be scanned."""

    session: str
    worker: str
    wrong: str
    pid: int | None
    memory_mib: int | None
    linked_as: str
    qr: str

    @property
    def words(self) -> str:
        """The state for somebody who wants to know why it does not go on."""
        return f"WhatsApp: {self.session}, worker: {self.worker}" + (f", {self.wrong}" if self.wrong else "")


class Panel:
    """The pages under /admin, in the browser of an admin who is signed in."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def create(self, business: Business) -> None:
        """Make the tenant."""
        page = await self._browser.open("/admin/tenants/new")
        await self._browser.send(page, name=business.name, slug=business.slug, phone_number=business.number,
                                 template=business.template.value, language="EN")

    async def configure(self, business: Business) -> None:
        """Give the bot an address of its own to tell, and no limits."""
        page = await self._browser.open(f"/admin/tenants/{business.slug}/edit")
        content = yaml.safe_dump({"address": business.address})
        await self._browser.send(page, content=content, hours="", **WITHOUT_LIMITS)

    async def approve(self, business: Business) -> None:
        """Approve the tenant's setup request, which starts its worker."""
        page = await self._browser.open(f"/admin/tenants/{business.slug}")
        link = page.soup.select_one("main a[href*='/admin/requests/']")
        if link is None:
            raise FlowError(f"No setup request of {business.slug} waits for an admin.")
        request = await self._browser.open(str(link["href"]))
        await self._browser.send(request, f"{request.path}/approve")

    async def start(self, business: Business) -> None:
        """Start the tenant's worker."""
        page = await self._browser.open(f"/admin/tenants/{business.slug}")
        await self._browser.send(page, f"{page.path}/worker", verb="start")

    async def state(self, slug: str) -> State:
        """How the tenant is now; whoever looks wants its code."""
        return _read_state((await self._browser.open(f"/admin/tenants/{slug}/state")).soup)

    async def slugs(self, beginning: str) -> list[str]:
        """The tenants whose slugs begin so."""
        page = await self._browser.open(f"/admin/?q={beginning}")
        found: list[str] = []
        while True:
            found += [str(box["value"]) for box in page.soup.select("input[name=slug]")]
            following = page.soup.select_one("nav.pages a[rel=next]")
            if following is None:
                return [slug for slug in found if slug.startswith(beginning)]
            page = await self._browser.open(str(following["href"]))

    async def delete(self, slug: str) -> None:
        """Delete the tenant with all it owns, its short name typed to confirm."""
        path = f"/admin/tenants/{slug}/delete"
        await self._browser.send(await self._browser.open(path), path, typed=slug)

    async def is_gone(self, slug: str) -> bool:
        """Whether the panel knows the tenant no more."""
        try:
            await self._browser.open(f"/admin/tenants/{slug}")
        except NotFound:
            return True
        return False

    async def chats(self, slug: str) -> list[int]:
        """The numbers of the tenant's newest chats."""
        page = await self._browser.open(f"/admin/tenants/{slug}/chats")
        links = page.soup.select("ul.rows a[href*='/chats/']")
        return [int(str(link["href"]).rpartition("/")[2]) for link in links]

    async def log(self, slug: str) -> list[Logged]:
        """The tenant's message log, newest first, as far as the pages tell it: without ids."""
        page = await self._browser.open(f"/admin/tenants/{slug}/messages")
        rows: list[Logged] = []
        while lines := page.soup.select("ul.log > li"):
            rows += [_read_line(slug, line) for line in lines]
            older = page.soup.select_one("ul.log + p a")
            if older is None:
                break
            page = await self._browser.open(str(older["href"]))
        return rows


async def sign_in(browser: Browser, email: str, password: str, ask_code: Callable[[], str]) -> Panel:
    """Sign in as an admin, asking for the second factor where the page does.

    Raises Invalid where the page does not take what was given, or it is no admin's.
    """
    page = await browser.open("/sign-in?lang=en")
    try:
        page = await browser.send(page, email=email, password=password)
        if page.path == "/sign-in/code":
            page = await browser.send(page, code=ask_code())
    except Refused as error:
        raise Invalid(f"Signing in as {email}: {error}") from None
    if page.path == "/account/second-factor":
        raise Invalid(f"{email} has no second factor, which admins of this host need: sign in by hand and set it up.")
    if not page.path.startswith("/admin/"):
        raise Invalid(f"{email} is no admin's account: give that of somebody who runs the platform.")
    return Panel(browser)


@lru_cache(maxsize=256)
def drawn(code: str) -> str:
    """A code as the panel draws it: the path of its dark modules."""
    picture = segno.make(code, error="m", micro=False).svg_inline(border=QUIET_ZONE, lineclass=None)
    return _dark(BeautifulSoup(picture, "html.parser"))


def _dark(picture: Tag) -> str:
    paths = picture.select("svg path")
    return str(paths[-1]["d"]) if paths else ""


def _read_state(soup: BeautifulSoup) -> State:
    names = [_words(each) for each in soup.select("dl.facts dt")]
    facts = dict(zip(names, soup.select("dl.facts dd"), strict=True))
    process = _words(facts.get("Process"))
    numbers = re.match(r"(\d+)(?:.*?(\d+) MiB)?", process)
    return State(
        session=_badge(facts.get("WhatsApp")), worker=_badge(facts.get("Worker")),
        wrong=_words(facts.get("What is wrong")), linked_as=_words(facts.get("Linked as")),
        pid=int(numbers[1]) if numbers else None,
        memory_mib=int(numbers[2]) if numbers and numbers[2] else None, qr=_dark(soup))


def _read_line(slug: str, line: Tag) -> Logged:
    direction = "IN" if "theirs" in (line.get("class") or []) else "OUT"
    who, text = line.select_one("a bdi"), line.select_one("p bdi")
    return Logged(slug, _words(who), direction, text.get_text() if text else "")


def _badge(fact: Tag | None) -> str:
    return _words(fact.select_one(".state") if fact else None)


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
