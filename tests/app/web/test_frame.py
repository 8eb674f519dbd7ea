"""What surrounds every page: headers, the guard against forged requests, errors, languages, the health check."""
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.models import Account, Language
from app.settings import Settings, SettingsError
from app.web import create_app
from app.web.access import is_static, public
from app.web.words import WORDS, of
from tests.app.web.conftest import PASSWORD, ClientOf, Page
from tests.app.web.pages import checked

KEY = "0123456789abcdef" * 2


@pytest.fixture
def guarded(settings: Settings, cast: object) -> Flask:
    """The application with its guard against forged requests."""
    app = create_app(settings)
    app.testing = True
    return app


@pytest.mark.usefixtures("database")
def test_the_health_check_says_that_the_database_answers(web_app: Flask):
    answer = web_app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok"})


@pytest.mark.parametrize("path", ["/", "/sign-in", "/account"])
def test_a_database_that_is_down_is_told_without_its_secrets(settings: Settings, tmp_path: Path, path: str):
    down = replace(settings, database_url=f"postgresql://flowhq:secret@/flowhq?host={tmp_path}")
    client = create_app(down).test_client()
    client.set_cookie("flowhq", "anything")
    answer = client.get(path)
    assert answer.status_code == 503
    assert "The database does not answer" in checked(answer.text).text
    assert "secret" not in answer.text
    assert client.get("/healthz").json == {"status": "error", "database": "does not answer"}


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/static/site.css",
                                  "/bootstrap/static/css/bootstrap.min.css"])
def test_every_answer_keeps_other_hosts_out(client_of: ClientOf, path: str):
    answer = client_of(None).get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:;")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_kept_by_no_cache_and_styles_are(client_of: ClientOf):
    assert client_of("alice").get("/account").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client_of(None).get("/static/site.css").headers["Cache-Control"]


@pytest.mark.parametrize("name", [None, "ada", "alice"])
def test_an_unknown_page_is_a_page_of_ours(client_of: ClientOf, page: Page, name: str | None):
    assert "There is no such page" in page(client_of(name), "/nowhere", 404).text


def test_a_page_that_fails_says_so_and_shows_no_traceback(web_app: Flask, client_of: ClientOf):
    web_app.add_url_rule("/fault", "fault", public(lambda: str(1 / 0)))
    web_app.config["TESTING"] = False
    web_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client_of(None).get("/fault")
    assert answer.status_code == 500
    assert "Something went wrong here" in checked(answer.text).text
    assert "ZeroDivisionError" not in answer.text


def test_what_is_too_large_is_refused_in_words(client_of: ClientOf):
    answer = client_of(None).post("/sign-in", data={"email": "a" * 3_000_000})
    assert (answer.status_code, "at most 2 MB" in answer.text) == (413, True)


def test_no_change_is_made_without_the_guards_token(guarded: Flask):
    client, before = guarded.test_client(), list(Account.select().order_by(Account.id).dicts())
    for route in guarded.url_map.iter_rules():
        if "POST" not in (route.methods or ()) or is_static(route.endpoint):
            continue
        values: dict[str, Any] = dict.fromkeys(route.arguments, 1)
        with guarded.test_request_context():
            path = guarded.url_for(route.endpoint, **values)
        answer = client.post(path)
        assert (path, answer.status_code, "Please send that again" in answer.text) == (path, 400, True)
    assert list(Account.select().order_by(Account.id).dicts()) == before


def test_what_was_typed_can_be_sent_again_from_a_page_of_ours_alone(guarded: Flask):
    client = guarded.test_client()
    typed = {"email": "alice@example.com", "password": PASSWORD, "csrf_token": "stale"}
    foreign = client.post("/sign-in", data=typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert "alice@example.com" not in foreign.text
    ours = client.post("/sign-in", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.status_code == 400
    fields = {field["name"]: field["value"] for field in checked(ours.text).select("main input")}
    assert (fields["email"], "password" in fields, PASSWORD in ours.text) == ("alice@example.com", False, False)
    again = client.post("/sign-in", data=fields | {"password": PASSWORD})
    assert again.status_code == 303


def test_the_language_is_chosen_then_kept_then_the_browsers(client_of: ClientOf, page: Page):
    client = client_of(None)
    assert 'lang="sw"' in client.get("/", headers={"Accept-Language": "sw,en;q=0.5"}).text
    assert 'lang="en"' in client.get("/", headers={"Accept-Language": "fr"}).text
    assert page(client, "/?lang=sw").html["lang"] == "sw"
    assert page(client, "/sign-in").html["lang"] == "sw"
    assert page(client, "/sign-in?lang=xx").html["lang"] == "sw"
    Account.update(language=Language.SW).execute()
    assert page(client_of("alice"), "/account").html["lang"] == "sw"
    assert page(client_of("alice"), "/account?lang=en").html["lang"] == "en"


def test_every_state_has_words(web_app: Flask):
    with web_app.test_request_context():
        for states in WORDS:
            for state in states:
                words = of(state)
                assert words.tone in ("good", "wait", "bad", "off")
                assert str(words.badge)
                assert str(words.sentence).endswith(".")


def test_a_front_page_greets_strangers_and_leads_on_who_is_signed_in(client_of: ClientOf, page: Page):
    assert page(client_of(None), "/").select_one("h1").text.startswith("Your WhatsApp")
    assert client_of("ada").get("/").location == "/admin/"
    assert client_of("alice").get("/").location == "/portal/"


@pytest.mark.parametrize("changes", [
    {}, {"secret_key": "short"}, {"secret_key": "a" * 40}, {"secret_key": "change-me-" + KEY},
    {"secret_key": KEY, "base_url": ""}, {"secret_key": KEY, "base_url": "http://bots.example.org"},
])
def test_a_real_host_does_not_start_without_its_secret_and_its_address(settings: Settings, changes: dict[str, Any]):
    real = replace(settings, production=True, base_url="https://bots.example.org")
    with pytest.raises(SettingsError, match="FLOWHQ_"):
        create_app(replace(real, **changes))


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_it_does_not_start_with_an_address_that_is_no_mail_servers(settings: Settings, url: str):
    with pytest.raises(SettingsError, match="FLOWHQ_SMTP_URL"):
        create_app(replace(settings, smtp_url=url))


def test_a_real_host_starts_with_both_and_makes_no_key(settings: Settings):
    create_app(replace(settings, production=True, secret_key=KEY, base_url="https://bots.example.org"))
    assert not (settings.state_dir / "secret_key").exists()


def test_a_key_is_made_once_for_its_owner_alone(settings: Settings):
    keys = {create_app(settings).config["SECRET_KEY"] for _ in range(3)}
    path = settings.state_dir / "secret_key"
    assert keys == {path.read_text()}
    assert len(path.read_text()) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.findall(r"secret_key\.", " ".join(each.name for each in settings.state_dir.iterdir())) == []
