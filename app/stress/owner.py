"""A business's owner: signs up, asks for a bot, and tries what belongs to others."""
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus

from app.errors import FlowError
from app.stress.browser import Browser, Page, Refused
from app.stress.cast import Business

PASSWORD_BYTES = 18
# What an owner can open and do in a chat; with the status that a chat of one's own gives.
CHAT_PAGES = ("", "/part", "/messages.csv", "/erase")
CHAT_DEEDS = ("messages", "take-over", "give-back", "erase")
FORBIDDEN = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass
class Trespass:
    """How often an owner tried what belongs to others, and what was not refused."""

    tries: int = 0
    not_refused: list[str] = field(default_factory=list)

    def note(self, page: Page, what: str, allowed: tuple[int, ...]) -> None:
        """Count a try, and keep it where the answer is none of `allowed`."""
        self.tries += 1
        if page.status not in allowed:
            self.not_refused.append(f"{what}: {page.status}")


class Owner:
    """The owner of a business, in a browser of theirs."""

    def __init__(self, browser: Browser, business: Business) -> None:
        self._browser, self.business = browser, business

    async def ask_for_bot(self) -> None:
        """Sign up, fill in the form of a new business and hand it in; raises FlowError where signing up is refused."""
        business = self.business
        await self._sign_up()
        steps = (
            ("business", {"business_name": business.name}), ("template", {"template": business.template.value}),
            ("number", {"number": business.number}), ("language", {"language": "EN"}), ("hours", {"always": "yes"}),
            ("content", {"address-EN": business.address}))
        for step, fields in steps:
            page = await self._browser.open(f"/portal/onboarding/{step}")
            await self._browser.send(page, do="next", **fields)
        page = await self._browser.open("/portal/onboarding/preview")
        await self._browser.send(page, "/portal/onboarding/submit")

    async def _sign_up(self) -> None:
        page = await self._browser.open("/sign-up?lang=en")
        try:
            await self._browser.send(page, name=self.business.name, email=self.business.email,
                                     password=secrets.token_urlsafe(PASSWORD_BYTES), language="EN")
        except Refused as error:
            # From one address only a few can sign up in an hour.
            raise FlowError(f"Signing up the owner of {self.business.slug}: {error}") from None

    async def try_others(self, mine: int, others: dict[str, int]) -> Trespass:
        """Open and change a chat of each other tenant, and the panel's pages about it.

        `mine` is a chat of the owner's own: raises FlowError where that is not shown, since then nothing was tried.
        """
        token = await self._token(mine)
        found = Trespass()
        for slug, chat in others.items():
            await self._try_chat(found, slug, chat, token)
            found.note(await self._browser.look(f"/admin/tenants/{slug}"), f"panel of {slug}", FORBIDDEN)
        listed = (await self._browser.open("/portal/messages.csv")).text
        found.tries += 1
        found.not_refused += [f"messages.csv names {slug}" for slug in others if slug in listed]
        if self.business.slug not in listed:
            raise FlowError(f"{self.business.email} does not see what customers wrote to {self.business.slug}.")
        return found

    async def _token(self, mine: int) -> str:
        """The guard's token of a page of one's own, after looking whether each of one's own pages is shown."""
        for page in CHAT_PAGES:
            await self._browser.open(f"/portal/chats/{mine}{page}")
        opened = await self._browser.open(f"/portal/chats/{mine}")
        return str(opened.soup.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]

    async def _try_chat(self, found: Trespass, slug: str, chat: int, token: str) -> None:
        path = f"/portal/chats/{chat}"
        for page in CHAT_PAGES:
            found.note(await self._browser.look(path + page), f"{path}{page} of {slug}", (HTTPStatus.NOT_FOUND,))
        for deed in CHAT_DEEDS:
            fields = {"csrf_token": token, "text": f"I am {self.business.slug}", "hours": "1", "confirmed": ""}
            answer = await self._browser.post(f"{path}/{deed}", fields, f"{self._browser.url}/portal/chats")
            found.note(answer, f"{deed} in {path} of {slug}", (HTTPStatus.NOT_FOUND,))
