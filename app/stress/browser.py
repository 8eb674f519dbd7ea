"""A person's browser without a window: pages over HTTP, forms filled in and sent."""
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import aiohttp
from bs4 import BeautifulSoup, Tag

from app.errors import FlowError, NotFound, Unreachable

TIMEOUT_S = 90.0
# What a browser leaves out of what it sends unless it is ticked or pressed.
UNSENT = ("submit", "button", "image", "reset", "file")
TICKED = ("checkbox", "radio")


class Refused(FlowError):
    """The page did not take what was asked of it; the message is the page's own."""


@dataclass(frozen=True)
class Page:
    """What a browser shows after it was led there."""

    url: str
    status: int
    text: str

    @property
    def path(self) -> str:
        """The address without host and query."""
        return urlsplit(self.url).path

    @property
    def soup(self) -> BeautifulSoup:
        """The page, to look things up in."""
        return BeautifulSoup(self.text, "html.parser")

    @property
    def complaint(self) -> str:
        """What the page says is wrong, or an empty text."""
        found = self.soup.select("main .alert-danger, main .invalid-feedback")
        return " ".join(" ".join(each.get_text(" ").split()) for each in found)

    def form(self, action: str = "") -> Tag:
        """The form that is sent to this path, or to the page itself; raises FlowError where there is none."""
        for form in self.soup.select("main form[method=post]"):
            if urlsplit(urljoin(self.url, str(form.get("action") or ""))).path == (action or self.path):
                return form
        raise FlowError(f"The page {self.path} has no form for {action or 'itself'}: is the server of this version?")


class Browser:
    """A browser of one person at the web server `url`; use it as `async with Browser(url) as browser`.

    Every call raises Unreachable where the server does not answer.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    async def __aenter__(self) -> "Browser":
        origin = urlsplit(self.url)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            # A connection that is kept may be ended just as the next form sets out, which must not be sent twice.
            connector=aiohttp.TCPConnector(limit=8, force_close=True),
            # A host in production marks its cookies for https, and the machine itself may ask without.
            cookie_jar=aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=f"{origin.scheme}://{origin.netloc}"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def look(self, path: str) -> Page:
        """The page, whatever its status."""
        return await self._ask("GET", path)

    async def open(self, path: str) -> Page:
        """The page; raises NotFound where there is none and Refused where it is not shown."""
        return _shown(await self.look(path))

    async def send(self, page: Page, action: str = "", **fields: str) -> Page:
        """Fill in the page's form for `action` and send it; raises Refused with what the next page complains about."""
        form = page.form(action)
        sent = await self.post(action or page.path, values_of(form) | fields, page.url)
        if sent.status < HTTPStatus.BAD_REQUEST and not sent.complaint:
            return sent
        raise Refused(sent.complaint or f"{action or page.path} answered {sent.status}.")

    async def post(self, path: str, fields: dict[str, str], referrer: str) -> Page:
        """Send fields as they are; the page that follows, whatever its status."""
        return await self._ask("POST", path, fields, {"Referer": referrer})

    async def _ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None,
    ) -> Page:
        try:
            async with self._session.request(method, self.url + path, data=fields, headers=headers) as answer:
                return Page(str(answer.url), answer.status, await answer.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"The web server at {self.url} does not answer ({type(error).__name__}): start it with "
                              "`flowhq demo`, or name it with --url.") from None


def values_of(form: Tag) -> dict[str, str]:
    """What a browser would send of the form as it stands, by the names of its fields."""
    values: dict[str, str] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "input" and not _is_sent(field):
            continue
        values[str(field["name"])] = _value(field)
    return values


def _is_sent(field: Tag) -> bool:
    kind = field.get("type", "text")
    return kind not in UNSENT and (kind not in TICKED or field.has_attr("checked"))


def _value(field: Tag) -> str:
    if field.name == "textarea":
        # The line break after the tag belongs to the writing, not to the text.
        return field.get_text().removeprefix("\r").removeprefix("\n")
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", chosen.get_text())) if chosen else ""
    return str(field.get("value", "on" if field.get("type") in TICKED else ""))


def _shown(page: Page) -> Page:
    if page.status == HTTPStatus.NOT_FOUND:
        raise NotFound(f"{page.path}: there is no such page.")
    if page.status >= HTTPStatus.BAD_REQUEST:
        raise Refused(page.complaint or f"{page.path} answered {page.status}.")
    return page
