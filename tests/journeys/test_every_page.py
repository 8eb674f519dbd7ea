"""Every page there is, as whom it is for: usable by everybody, in both widths and both schemes, and without complaint.

The list is the application's own: a page that is added is opened here, or fails the test where its address has a part
that VALUES does not know.
"""
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule as Route

from app.models import RequestStatus
from app.models.base import utc_now
from app.services import sign_ins
from app.services.onboarding import STEPS
from app.web.access import Rule, is_static, public
from tests.journeys import world as stage
from tests.journeys.conftest import Site
from tests.journeys.visitor import Visitor
from tests.journeys.world import MOODS, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Who looks at a page by its rule; Nina's business is not set up yet.
WHO = {"public": None, "signed_in": "alice", "member": "alice", "owner": "alice", "applicant": "nina", "admin": "ada"}
# What answers with something else than a page, and why.
NO_PAGE = {
    "health.healthz": "for programs", "admin.audit_csv": "a download", "portal.chat_csv": "a download",
    "portal.messages_csv": "a download", "portal.booking_file": "a download", "portal.bookings_file": "a download",
    "portal.conversations_file": "a download", "portal.ticket_part": "a part", "portal.tickets_part": "a part",
    "admin.page_picture": "a picture", "admin.tenant_state": "a part", "portal.status_part": "a part",
    "portal.whatsapp_part": "a part", "portal.chats_part": "a part", "portal.chat_part": "a part",
    "portal.waiting_part": "a part",
    "admin.change_worker_again": "leads back", "admin.change_many_again": "leads back",
    "auth.enter_code": "leads back without a password: the states below have it",
}
SAME_AS_ANOTHER = {"portal.onboarding": "the first step that is unfinished"}
PURPOSES = {"auth.reset": "RESET", "auth.verify": "VERIFY", "auth.accept_invitation": "INVITE"}


@dataclass(frozen=True)
class Page:
    """A page in some state: how to come there, and the status it has."""

    name: str
    who: str | None
    path: str
    status: int = 200
    before: Callable[[World], object] | None = None
    sent: Mapping[str, str] | None = None
    form: str = "main form"
    session: Mapping[str, Any] = field(default_factory=dict)


def values_of(route: Route, world: World) -> dict[str, list[Any]]:
    """What can stand in the parts of an address."""
    numbers = {name: [number] for name, number in world.numbers.items()}
    return numbers | {"slug": ["acme"], "step": list(STEPS), "place": [0],
                      "section": ["services", "products", "delivery_areas", "questions", "problems"],
                      "request_id": [world.numbers["waiting"]],
                      "token": [world.tokens.get(PURPOSES.get(route.endpoint, ""))]}


def whom_for(app: Flask, route: Route) -> str | None:
    """Who looks at the page."""
    rule: Rule = getattr(app.view_functions[route.endpoint], "access_rule")  # noqa: B009 - mypy knows of no such name
    return WHO[rule.name]


def every_page(app: Flask, world: World) -> Iterator[Page]:
    """All pages of the application."""
    for route in sorted(app.url_map.iter_rules(), key=str):
        if "GET" not in (route.methods or ()) or is_static(route.endpoint) or route.endpoint in NO_PAGE:
            continue
        who = whom_for(app, route)
        values, names = values_of(route, world), sorted(route.arguments)
        for chosen in product(*(values[name] for name in names)):
            built = route.build(dict(zip(names, chosen, strict=True)))
            assert built
            yield Page(route.endpoint, who, built[1])


def of_strangers(_: World) -> Iterator[Page]:
    """Before anybody is signed in."""
    yield Page("no such page", None, "/nowhere", 404)
    yield Page("no such method", None, "/sign-out", 405)
    yield Page("a spent link", None, "/reset/spent", 409)
    yield Page("a wrong password", None, "/sign-in", 400, sent={"email": "alice@example.com", "password": "wrong"})
    yield Page("nothing typed", None, "/sign-in", 400, sent={})
    yield Page("a bad password", None, "/sign-up", 400, sent={"name": "Eve", "email": "no", "password": "short"})
    yield Page("no address", None, "/forgotten", 400, sent={})
    yield Page("a forged form", None, "/sign-in", 400, sent={"email": "eve@example.com", "csrf_token": "stale"})


def of_account(_: World) -> Iterator[Page]:
    """One's own account."""
    pending = {"at": utc_now().timestamp(), "next": ""}
    yield Page("asked for a code", None, "/sign-in/code", session={"pending": pending | {"id": "tom"}})
    yield Page("a wrong code", None, "/sign-in/code", 400, sent={"code": "000000"},
               session={"pending": pending | {"id": "tom"}})
    yield Page("a second factor that is on", "tom", "/account/second-factor")
    yield Page("a wrong first code", "alice", "/account/second-factor", 400, sent={"code": "000000"})
    yield Page("another wrong password", "alice", "/account", 400, form="main form[action$='/password']",
               sent={"password-old": "wrong", "password-password": "short"})
    yield Page("no new address", "alice", "/account", 400, form="main form[action$='/email']", sent={})
    yield Page("an address to be confirmed", "mira", "/account")


def of_portal(world: World) -> Iterator[Page]:
    """A business's pages, with its staff, when they are empty, and when something was refused."""
    chat = f"/portal/chats/{world.numbers['chat_id']}"
    yield Page("an admin's page", "alice", "/admin/", 403)
    yield Page("another business's chat", "charlie", chat, 404)
    yield Page("staff's content", "bob", "/portal/content")
    yield Page("staff's people", "bob", "/portal/people")
    yield Page("an owner's page", "bob", "/portal/data", 403)
    yield Page("a chat with a person", "alice", f"/portal/chats/{world.numbers['handed_over']}")
    yield Page("no text", "alice", chat, 400, form="main form[action$='/messages']", sent={"text": " "})
    yield Page("an erasure unconfirmed", "alice", f"{chat}/erase", 400, sent={"confirmed": "no"})
    yield Page("nothing found", "alice", "/portal/chats?q=nothing-like-it")
    yield Page("a day that is none", "alice", "/portal/chats?day=yesterday")
    yield Page("nobody invited", "alice", "/portal/people", 400, form="main form[action$='/people']",
               sent={"name": "Eve", "email": "no"})
    yield Page("all orders", "alice", "/portal/orders?state=")
    yield Page("orders not found", "alice", "/portal/orders?q=nobody")
    yield Page("an order cancelled without a reason", "alice", f"/portal/orders/{world.numbers['order_number']}", 400,
               form="main details form", sent={"reason": " ", "do": "refused"})
    yield Page("a talk", "alice", "/portal/preview", sent={"text": "How much are braids?"})
    for path in ("content", "content/products", "content/stock", "content/versions", "orders", "chats", "preview",
                 "people", ""):
        yield Page("an empty page", "charlie", f"/portal/{path}")
    yield Page("a draft with faults", "alice", "/portal/content", before=lambda _: stage.break_draft())
    yield Page("a list with faults", "alice", "/portal/content/services")
    yield Page("no draft", "alice", "/portal/content", before=lambda _: stage.drop_draft())


def of_moods(_: World) -> Iterator[Page]:
    """The pages that say how a business is, in every state."""
    for mood in MOODS:
        yield Page(f"a business that is {mood}", "mira", "/portal/", before=partial(_put, mood))
        yield Page(f"the phone of a business that is {mood}", "mira", "/portal/whatsapp")
        if mood in ("scannable", "needed", "failed", "paused"):
            yield Page(f"a business that is {mood}, for an admin", "ada", "/admin/tenants/moods")
    for status in RequestStatus:
        yield Page(f"a request that is {status}", "mira", "/portal/",
                   before=partial(_decide, status, "The number is not yours."))
    yield Page("requests that are decided", "ada", f"/admin/requests?status={RequestStatus.REJECTED}")


def _put(mood: str, world: World) -> None:
    stage.decide(RequestStatus.ACTIVE)
    stage.put(world, mood)


def _decide(status: RequestStatus, reason: str, _: World) -> None:
    stage.decide(status, reason)


def of_onboarding(_: World) -> Iterator[Page]:
    """The steps with what was typed wrongly, and after a rejection."""
    faults = {"business": {}, "template": {}, "number": {"number": "12"}, "language": {"timezone": "Mars"},
              "hours": {"holidays": "tomorrow"}, "content": {"price-0": "much"}}
    for step, sent in faults.items():
        yield Page(f"{step} with faults", "nina", f"/portal/onboarding/{step}", 400, sent=sent)
    yield Page("a rejected request", "mira", "/portal/onboarding/business",
               before=partial(_decide, RequestStatus.REJECTED, "The number is not yours."))


def of_admin(world: World) -> Iterator[Page]:
    """What admins read when something was refused or asked back, and where nothing is."""
    tenant = "/admin/tenants/acme"
    yield Page("no tenant found", "ada", "/admin/?q=nothing-like-it")
    yield Page("nothing in the audit log", "ada", "/admin/audit?q=nothing-like-it&day=never")
    yield Page("no such tenant", "ada", "/admin/tenants/nobody", 404)
    for path in ("messages", "chats", "events", "log"):
        yield Page(f"no {path}", "ada", f"/admin/tenants/other/{path}")
    yield Page("no request", "ada", "/admin/requests?status=APPROVED")
    yield Page("a tenant with faults", "ada", "/admin/tenants/new", 400, sent={"slug": "NO", "name": ""})
    yield Page("no YAML", "ada", f"{tenant}/edit", 400, sent={"content": "{"})
    yield Page("a deletion unconfirmed", "ada", f"{tenant}/delete", 400, sent={"typed": "no"})
    yield Page("a stop asked back", "ada", tenant, form="main form.verbs", sent={})
    yield Page("a pause asked back", "ada", tenant, form="main form[action$='/pause']", sent={})
    yield Page("an empty note", "ada", tenant, 400, form="main form[action$='/notes']", sent={"text": ""})
    yield Page("an owner of no address", "ada", tenant, 400, form="main form[action$='/people']",
               sent={"name": "Neema", "email": "neema"})
    yield Page("no reason", "ada", f"/admin/requests/{world.numbers['waiting']}", 400,
               form="main form[action$='/reject']", sent={"reason": ""},
               before=partial(_decide, RequestStatus.SUBMITTED, ""))


def visit(visitor: Visitor, world: World, page: Page, *, thoroughly: bool = False) -> list[str]:
    """Come to the page and say what is wrong there."""
    if page.before:
        page.before(world)
    session = {name: value | {"id": world.accounts[value["id"]].id} for name, value in page.session.items()}
    visitor.becomes(world.accounts[page.who] if page.who else None, **session)
    visitor.opens(page.path)
    if page.sent is not None:
        visitor.sends(dict(page.sent), page.form)
    amiss = list(visitor.finds(thoroughly=thoroughly))
    if visitor.status() != page.status:
        amiss.append(f"status {visitor.status()} instead of {page.status}")
    return [f"{page.name} {page.path}: {each}" for each in amiss]


@pytest.mark.parametrize("who", dict.fromkeys(WHO.values()))
def test_every_page_is_usable_and_has_a_title_of_its_own(site: Site, visitor: Visitor, who: str | None):
    amiss: list[str] = []
    titles: dict[str, list[str]] = {}
    for page in (each for each in every_page(site.app, site.world) if each.who == who):
        amiss += visit(visitor, site.world, page, thoroughly=True)
        if page.name not in SAME_AS_ANOTHER:
            titles.setdefault(visitor.driver.title, []).append(page.path)
    assert not amiss, "\n".join(amiss)
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("states", [of_strangers, of_account, of_portal, of_moods, of_onboarding, of_admin])
def test_pages_are_usable_in_every_state(site: Site, visitor: Visitor, states: Callable[[World], Iterator[Page]]):
    """What was refused, is asked back, fails or is not there."""
    amiss = [each for page in states(site.world) for each in visit(visitor, site.world, page)]
    assert not amiss, "\n".join(amiss)


def test_the_page_of_a_page_that_fails_is_usable(site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(site.app.view_functions, "auth.welcome", public(lambda: str(1 / 0)))
    amiss = visit(visitor, site.world, Page("a page that fails", None, "/", 500))
    assert not amiss, "\n".join(amiss)


def test_pages_in_swahili_are_usable(site: Site, visitor: Visitor):
    amiss: list[str] = []
    for page in every_page(site.app, site.world):
        if page.name in SWAHILI:
            amiss += visit(visitor, site.world, Page(page.name, page.who, f"{page.path}?lang=sw"))
            assert visitor.looks()["lang"] == "sw"
    assert not amiss, "\n".join(amiss)


SWAHILI = ("auth.sign_up", "auth.account", "portal.index", "portal.whatsapp", "portal.chats", "portal.chat",
           "portal.content_hours", "portal.people", "admin.index", "admin.tenant", "admin.audit")


def test_what_is_no_page_is_none(site: Site):
    """So that nothing that people read hides among what is not looked at."""
    pages = [route.endpoint for route in site.app.url_map.iter_rules() if route.endpoint in NO_PAGE
             and "GET" in (route.methods or ()) and is_page(site, route)]
    assert pages == []
    assert set(NO_PAGE) <= {route.endpoint for route in site.app.url_map.iter_rules()}


def is_page(site: Site, route: Route) -> bool:
    """Whether the address answers with a whole page to whom it is for."""
    values = values_of(route, site.world)
    built = route.build({name: values[name][0] for name in route.arguments})
    assert built
    client = site.app.test_client()
    if who := whom_for(site.app, route):
        with client.session_transaction() as session:
            session["_user_id"] = sign_ins.begin(site.world.accounts[who], now=utc_now())
    answer = client.get(built[1])
    return answer.status_code == 200 and "<!doctype" in answer.text.lower()
