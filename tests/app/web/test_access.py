"""Who may see which page: every route for every kind of person, in one table."""
from dataclasses import dataclass
from typing import Any

import peewee
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule as Route

from app.models import (
    Account,
    Chat,
    ContentVersion,
    Message,
    Note,
    Order,
    RequestStatus,
    SetupRequest,
    SignIn,
    Template,
    Tenant,
)
from app.models.base import utc_now
from app.web.access import Rule, is_static, public
from tests.app.web.conftest import CAST, ClientOf

PEOPLE = (None, *CAST)
# Whom the rule of a page lets in; "nobody" is let in by `public` alone.
MAY: dict[str, set[str | None]] = {
    "public": {None, "ada", "alice", "bob", "charlie"}, "signed_in": {"ada", "alice", "bob", "charlie"},
    "member": {"alice", "bob", "charlie"}, "owner": {"alice", "charlie"}, "applicant": {"alice", "charlie"},
    "admin": {"ada"}}
# A page of a business that names one of acme's things by its number: to charlie they do not exist.
PORTAL = "portal."


@dataclass(frozen=True)
class Things:
    """What the addresses of pages name; all of it is acme's, or its owner's."""

    numbers: dict[str, int]
    words: dict[str, str]

    def path(self, app: Flask, route: Route) -> str:
        """The address of a route, of these things; fails for a name that none of them has."""
        values: dict[str, Any] = {}
        for name in route.arguments:
            if route._converters[name].__class__.__name__ == "IntegerConverter":
                values[name] = self.numbers.get(name, self.numbers["anything"])
            else:
                values[name] = self.words.get(name, "anything")
        with app.test_request_context():
            return app.url_for(route.endpoint, **values)


@pytest.fixture
def things(cast: dict[str, Account]) -> Things:
    acme = Tenant.get(Tenant.slug == "acme")
    chat = Chat.create(tenant=acme, wa_chat_id="255711000001@c.us", phone="+255711000001", name="Asha")
    now = utc_now()
    message = Message.create(tenant=acme, chat=chat, direction="IN", wa_message_id="m1", text="Habari", sent_at=now)
    request = SetupRequest.create(tenant=acme, account=cast["alice"], template=Template.BOOKING, business_name="Acme",
                                  whatsapp_number="+255700000001", status=RequestStatus.SUBMITTED)
    first = ContentVersion.get(ContentVersion.tenant == acme)
    version = ContentVersion.create(tenant=acme, number=7, values=first.values, published_by="alice@example.com")
    note = Note.create(tenant=acme, author="ada@example.com", text="Pays in cash")
    sign_in = SignIn.create(account=cast["alice"], token_hash="x" * 64)
    order = Order.create(tenant=acme, chat=chat, number=1001)
    numbers = {"order_number": order.number,
               "chat_id": chat.id, "message_id": message.id, "request_id": request.id, "number": version.number,
               "version_id": version.id, "note_id": note.id, "account_id": cast["bob"].id, "sign_in_id": sign_in.id,
               "anything": 1}
    return Things(numbers, {"slug": "acme"})


def routes(app: Flask) -> list[tuple[str, Route]]:
    """Every method and route that is not a file."""
    return [(method, route) for route in sorted(app.url_map.iter_rules(), key=str)
            for method in sorted((route.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
            if not is_static(route.endpoint)]


def rule_of(app: Flask, route: Route) -> Rule | None:
    return getattr(app.view_functions[route.endpoint], "access_rule", None)


def outcome(client: FlaskClient, method: str, path: str) -> str:
    """What became of a request: let in, turned away, sent to sign in, or told that there is no such thing."""
    answer = client.open(path, method=method)
    if answer.status_code == 303 and (answer.location or "").startswith("/sign-in?next=") or \
            answer.location == "/sign-in" and not path.startswith("/sign-in"):
        return "sign in"
    assert answer.status_code < 500, f"{method} {path}: {answer.status_code}"
    return {403: "turned away", 404: "no such thing"}.get(answer.status_code, "let in")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database")
def test_every_page_has_a_rule(web_app: Flask):
    assert [route.endpoint for _, route in routes(web_app) if rule_of(web_app, route) is None] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_lets_in_whom_its_rule_names_and_nobody_else(
    web_app: Flask, client_of: ClientOf, things: Things, who: str | None, database: peewee.Database,
):
    amiss = []
    for method, route in routes(web_app):
        rule = rule_of(web_app, route)
        assert rule is not None
        path = things.path(web_app, route)
        with database.atomic() as kept:
            seen = outcome(client_of(who), method, path)
            # What a page changes is taken back, so that no page finds what another one left.
            kept.rollback()
        if who in MAY[rule.name]:
            is_right = seen in ("let in", "no such thing") if rule is not public else seen != "turned away"
        else:
            is_right = seen == ("sign in" if who is None else "turned away")
        if not is_right:
            amiss.append(f"{method} {path} ({rule.name}): {seen}")
    assert amiss == []


def test_another_tenants_things_do_not_exist(web_app: Flask, client_of: ClientOf, things: Things):
    named = [(method, things.path(web_app, route)) for method, route in routes(web_app)
             if route.endpoint.startswith(PORTAL) and route.arguments & set(things.numbers)]
    found = {f"{method} {path}": client_of("charlie").open(path, method=method).status_code for method, path in named}
    assert {what: status for what, status in found.items() if status != 404} == {}


def test_a_page_without_a_rule_is_shown_to_nobody(web_app: Flask, client_of: ClientOf):
    web_app.add_url_rule("/forgotten-rule", "forgotten_rule", lambda: "secret")
    assert [client_of(who).get("/forgotten-rule").status_code for who in PEOPLE] == [500] * 5
    web_app.config["TESTING"] = False
    assert client_of("ada").get("/forgotten-rule").status_code == 404


def test_an_ended_sign_in_is_turned_away_at_once(client_of: ClientOf):
    client = client_of("alice")
    assert client.get("/account").status_code == 200
    SignIn.delete().execute()
    assert client.get("/account").status_code == 303


def test_a_disabled_account_is_turned_away_at_once(client_of: ClientOf):
    client = client_of("bob")
    assert client.get("/account").status_code == 200
    Account.update(disabled=True).where(Account.email == "bob@example.com").execute()
    assert client.get("/account").status_code == 303


def test_an_owner_without_a_business_is_led_to_onboarding(web_app: Flask, client_of: ClientOf):
    Account.update(tenant=None).where(Account.email == "alice@example.com").execute()
    client = client_of("alice")
    assert client.get("/portal/").location == "/portal/onboarding"
    assert client.get("/portal/onboarding").status_code == 200


def test_a_page_that_was_wanted_comes_after_signing_in(client_of: ClientOf):
    answer = client_of(None).get("/portal/?day=2026-01-31")
    assert answer.location == "/sign-in?next=/portal/?day%3D2026-01-31"
