"""Signing up, in and out."""
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.models import Account, AuditEntry, Language, Role, SignIn
from app.models.base import utc_now
from app.services import second_factor
from app.settings import Settings
from app.web import create_app
from app.web.auth.browser import safe_next
from tests.app.web.conftest import PASSWORD, ClientOf, Page

NEWCOMER = {"name": "Neema  Mushi", "email": "Neema@Example.com", "password": "three plain words", "language": "SW"}


def sign_in(client: FlaskClient, email: str = "alice@example.com", password: str = PASSWORD, path: str = "/sign-in"):
    return client.post(path, data={"email": email, "password": password})


def test_a_newcomer_signs_up_and_is_led_to_onboarding(client_of: ClientOf):
    client = client_of(None)
    answer = client.post("/sign-up", data=NEWCOMER, follow_redirects=True)
    assert answer.request.path == "/portal/onboarding"
    account = Account.get(Account.email == "neema@example.com")
    assert (account.name, account.role, account.tenant, account.email_verified, account.language) == (
        "Neema Mushi", Role.OWNER, None, False, Language.SW)
    assert 'lang="sw"' in answer.text
    assert AuditEntry.select().where(AuditEntry.action == "account.sign_up").count() == 1


@pytest.mark.parametrize(("field", "value", "reason"), [
    ("email", "alice@example.com", "There is an account alice@example.com already"),
    ("email", "neema", "is no e-mail address"),
    ("password", "short", "at least 10 characters"),
    ("password", "aaaaaaaaaaaa", "too easy to guess"),
    ("password", "Neema@example.com", "too easy to guess"),
    ("name", "", "Please fill this in."),
])
def test_it_says_why_a_sign_up_is_refused_and_keeps_what_was_typed(client_of, field, value, reason):
    answer = client_of(None).post("/sign-up", data=NEWCOMER | {field: value, "language": "EN"},
                                  headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert reason in answer.text
    assert field == "name" or 'value="Neema  Mushi"' in answer.text
    assert "three plain words" not in answer.text
    assert not Account.select().where(Account.name == "Neema Mushi").exists()


def test_the_right_password_opens_the_door(client_of: ClientOf):
    client = client_of(None)
    answer = sign_in(client, " Alice@EXAMPLE.com ")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert sign_in(client_of(None), "ada@example.com").location == "/admin/"
    kept = SignIn.select().join(Account).where(Account.email == "alice@example.com").get()
    assert kept.token_hash not in str(answer.headers)
    cookies = [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("flowhq=")]
    assert [("HttpOnly" in cookie, "SameSite=Lax" in cookie, "Secure" in cookie) for cookie in cookies] == [
        (True, True, False)]


@pytest.mark.parametrize(("email", "password"), [
    ("alice@example.com", "wrong password"), ("nobody@example.com", PASSWORD), ("alice@example.com", PASSWORD + " ")])
def test_it_says_the_same_of_a_wrong_password_and_an_unknown_address(client_of, email, password):
    answer = sign_in(client_of(None), email, password)
    assert answer.status_code == 400
    assert "The e-mail address or the password is not right." in answer.text
    assert f'value="{email}"' in answer.text


def test_a_disabled_account_and_one_without_a_password_stay_out(client_of: ClientOf):
    Account.update(disabled=True).where(Account.email == "bob@example.com").execute()
    Account.update(password_hash="").where(Account.email == "charlie@example.com").execute()
    assert sign_in(client_of(None), "bob@example.com").status_code == 400
    assert sign_in(client_of(None), "charlie@example.com", "").status_code == 400
    assert sign_in(client_of(None), "charlie@example.com").status_code == 400


def test_a_session_of_before_is_worth_nothing_after_signing_in(client_of: ClientOf):
    client = client_of(None)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["language"] = "sw"
    sign_in(client)
    with client.session_transaction() as session:
        assert ("planted" in session, session["language"]) == (False, "sw")


def test_signing_out_ends_the_sign_in_even_for_a_kept_cookie(client_of: ClientOf):
    client = client_of(None)
    sign_in(client)
    kept = client.get_cookie("flowhq")
    assert client.post("/sign-out").location == "/"
    assert kept
    client.set_cookie("flowhq", kept.value)
    assert client.get("/account").location == "/sign-in?next=/account"


def test_a_password_that_was_stored_the_old_way_is_stored_anew(client_of: ClientOf):
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    Account.update(password_hash=old).where(Account.email == "alice@example.com").execute()
    assert sign_in(client_of(None)).status_code == 303
    assert Account.get(Account.email == "alice@example.com").password_hash != old
    assert sign_in(client_of(None)).status_code == 303


@pytest.mark.parametrize(("wanted", "kept"), [
    ("/portal/chats?q=a", "/portal/chats?q=a"), ("https://evil.example/", None), ("//evil.example", None),
    ("/\\evil.example", None), ("/x\\y", None), ("/\t/evil.example", None), ("javascript:alert(1)", None), ("", None),
    (None, None),
])
def test_it_goes_on_to_pages_of_ours_alone(wanted: str | None, kept: str | None):
    assert safe_next(wanted) == kept


def test_it_goes_on_to_the_page_that_was_wanted(client_of: ClientOf):
    assert sign_in(client_of(None), path="/sign-in?next=/account").location == "/account"
    assert sign_in(client_of(None), path="/sign-in?next=//evil.example/").location == "/portal/"


def test_guesses_from_one_place_are_slowed_and_the_owner_elsewhere_is_not(client_of: ClientOf):
    guesser, owner = client_of(None), client_of(None)
    codes = [guesser.post("/sign-in", data={"email": "alice@example.com", "password": f"guess number {number}"},
                          environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code for number in range(12)]
    assert codes == [400] * 8 + [429] * 4
    assert owner.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD},
                      environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303


@pytest.mark.slow
def test_guesses_from_everywhere_do_not_lock_out_a_browser_that_was_signed_in_before(client_of: ClientOf):
    owner = client_of(None)
    sign_in(owner)
    owner.post("/sign-out")
    refused = 0
    for number in range(110):
        answer = client_of(None).post("/sign-in", data={"email": "alice@example.com", "password": "a wrong password"},
                                      environ_base={"REMOTE_ADDR": f"203.0.113.{number}"})
        refused += answer.status_code == 429
    assert refused >= 5
    assert sign_in(owner).status_code == 303


def test_a_browser_cannot_say_by_itself_that_it_was_signed_in_before(client_of: ClientOf):
    client = client_of(None)
    client.set_cookie("flowhq_browser", '{"id":"x","emails":["alice@example.com"]}.signed')
    codes = [sign_in(client, password=f"guess number {number}").status_code for number in range(10)]
    assert codes[-1] == 429


def test_the_second_factor_is_asked_for_after_the_password(client_of: ClientOf, cast: dict[str, Account], page: Page):
    alice, now = cast["alice"], utc_now()
    second_factor.begin(alice)
    app = pyotp.TOTP(alice.totp_secret)
    codes = second_factor.enable(alice, app.at(now - timedelta(seconds=30)), now=now)
    client = client_of(None)
    assert sign_in(client, path="/sign-in?next=/account").location == "/sign-in/code"
    assert client.get("/account").status_code == 303
    page(client, "/sign-in/code")
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert (wrong.status_code, "That is not the code" in wrong.text) == (400, True)
    assert client.post("/sign-in/code", data={"code": app.at(now)}).location == "/account"
    other = client_of(None)
    sign_in(other)
    assert other.post("/sign-in/code", data={"code": app.at(now)}).status_code == 400
    assert other.post("/sign-in/code", data={"code": codes[0].upper()}).status_code == 303
    third = client_of(None)
    sign_in(third)
    assert third.post("/sign-in/code", data={"code": codes[0]}).status_code == 400


def test_the_code_alone_signs_nobody_in(client_of: ClientOf):
    assert client_of(None).post("/sign-in/code", data={"code": "123456"}).location == "/sign-in"


@pytest.mark.usefixtures("cast")
def test_an_admin_of_a_real_host_sets_a_second_factor_up_first(settings: Settings):
    app = production(settings)
    client = app.test_client()
    assert client.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD},
                       base_url="https://bots.example.org").location == "/admin/"
    assert client.get("/admin/", base_url="https://bots.example.org").location == "/account/second-factor"
    assert client.get("/account/second-factor", base_url="https://bots.example.org").status_code == 200
    ada = Account.get(Account.email == "ada@example.com")
    answer = client.post("/account/second-factor", data={"code": pyotp.TOTP(ada.totp_secret).now()},
                         base_url="https://bots.example.org")
    assert answer.text.count("<code>") == 10
    assert client.get("/admin/audit", base_url="https://bots.example.org").status_code == 200


def production(settings: Settings) -> Flask:
    app = create_app(replace(settings, production=True, secret_key="0123456789abcdef" * 2,
                             base_url="https://bots.example.org"))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.mark.usefixtures("cast")
def test_cookies_of_a_real_host_travel_encrypted_alone(settings: Settings):
    answer = production(settings).test_client().post(
        "/sign-in", data={"email": "alice@example.com", "password": PASSWORD}, base_url="https://bots.example.org")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
    assert "max-age" in answer.headers["Strict-Transport-Security"]
