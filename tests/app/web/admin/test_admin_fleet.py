import logging
from datetime import timedelta

import pytest

from app.models import (
    AuditEntry,
    Chat,
    Desired,
    Message,
    SessionState,
    Tenant,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.models.base import utc_now
from app.processes import ProcessState
from app.services.fleet import PAGE
from app.services.tenants import create_tenant
from app.web.admin.fleet import as_query, read_wanted


@pytest.fixture
def processes(web_app):
    return web_app.extensions["flowhq_processes"]


@pytest.fixture
def ada(client_of):
    return client_of("ada")


def verb(client, slug, name, **more):
    return client.post(f"/admin/tenants/{slug}/worker", data={"verb": name, **more}, headers={
        "Referer": "http://localhost/admin/?q=ac"})


def row(soup, slug):
    return soup.find(id=f"tick-{slug}").find_parent("tr")


def says(slug, **values):
    WorkerProcess.update(**values).where(WorkerProcess.tenant == Tenant.get(Tenant.slug == slug)).execute()


def test_the_fleet_shows_every_tenant_with_its_states(ada, page):
    soup = page(ada, "/admin/")
    assert [each["value"] for each in soup.find_all("input", attrs={"name": "slug"})] == ["acme", "other"]
    assert "New" in row(soup, "acme").text
    assert soup.find(id="fleet")["data-refresh"] == "5"


def test_an_empty_platform_says_what_to_do(ada, page):
    Tenant.delete().execute()
    assert "There are no tenants yet" in page(ada, "/admin/").main.text


def test_a_search_that_finds_nothing_keeps_what_was_typed(ada, page):
    soup = page(ada, "/admin/?q=<b>nobody&status=ERROR&sort=-seen&page=3")
    assert "Nothing fits" in soup.main.text
    assert soup.find("input", attrs={"name": "q"})["value"] == "<b>nobody"
    assert soup.find("select", attrs={"name": "status"}).find(selected=True)["value"] == "ERROR"


@pytest.mark.parametrize("query", ["page=x", "page=0", "page=99999999999999999999", "sort=secret", "status=NOPE",
                                   "q=%00%25%E2%80%AE", "worker=RUNNING&desired=running&session=CONNECTED"])
def test_odd_questions_are_answered(ada, page, query):
    page(ada, f"/admin/?{query}")


def test_a_question_survives_the_way_through_an_address():
    asked = {"q": "ac", "status": "ACTIVE", "worker": "STALE", "desired": "running", "sort": "-seen", "page": "2"}
    assert as_query(read_wanted(asked)) == asked
    assert as_query(read_wanted({"sort": "name", "page": "1"})) == {}


@pytest.mark.parametrize("count", [0, PAGE + 10])
def test_a_page_costs_the_same_queries_however_many_tenants(ada, caplog, count):
    for number in range(count):
        create_tenant(slug=f"t{number}", name=f"T{number}", template="BOOKING", by="ada")
    with caplog.at_level(logging.DEBUG, logger="peewee"):
        assert ada.get("/admin/").status_code == 200
    queries = [record.args[0] if record.args else record.msg for record in caplog.records if record.name == "peewee"]
    assert len([query for query in queries if '"tenant_config"' in str(query)]) == 1
    assert len(queries) <= 5


def test_names_that_strangers_chose_are_text(ada, page):
    create_tenant(slug="evil", name="<script>alert(1)</script>\u202e", template="BOOKING", by="ada")
    says("evil", status=WorkerStatus.ERROR, last_error="<img src=x onerror=alert(1)>")
    soup = page(ada, "/admin/")
    assert row(soup, "evil").find("script") is None
    assert "<script>alert(1)</script>" in row(soup, "evil").text


def test_a_start_is_shown_as_starting_until_it_is_seen(ada, page, processes):
    answer = verb(ada, "acme", "start")
    assert (answer.status_code, answer.location) == (303, "/admin/?q=ac")
    shown = page(ada, answer.location)
    assert "worker is starting" in shown.main.text
    assert "starting…" in row(shown, "acme").text
    says("acme", status=WorkerStatus.RUNNING, pid=processes.running["acme"].pid, last_seen_at=utc_now())
    shown = row(page(ada, "/admin/"), "acme").text
    assert "Running" in shown
    assert "starting…" not in shown
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.actor, entry.action, entry.address) == ("ada@example.com", "worker.start", "127.0.0.1")


def test_a_second_start_is_refused_in_words(ada, page, processes):
    verb(ada, "acme", "start")
    answer = verb(ada, "acme", "start")
    assert "already running" in page(ada, answer.location).main.text
    assert AuditEntry.select().where(AuditEntry.action == "worker.start").count() == 1


def test_a_worker_that_was_to_start_and_failed_is_not_called_starting(ada, page, processes):
    verb(ada, "acme", "start")
    processes.running["acme"] = ProcessState("acme", last_exit=1, last_error="no such browser")
    shown = row(page(ada, "/admin/"), "acme").text
    assert "no such browser" in shown
    assert "starting…" not in shown


def test_stopping_asks_first_while_a_chat_is_being_answered(ada, page, processes):
    verb(ada, "acme", "start")
    acme = Tenant.get(Tenant.slug == "acme")
    chat = Chat.create(tenant=acme, wa_chat_id="1@c.us", phone="1")
    Message.create(tenant=acme, chat=chat, direction="IN", wa_message_id="m", sent_at=utc_now())
    for name in ("stop", "restart", "force-restart"):
        asked = verb(ada, "acme", name)
        assert asked.status_code == 200
        assert "A chat is being answered" in asked.text
        assert "/admin/?q=ac" in asked.text
    assert "acme" in processes.running
    answer = verb(ada, "acme", "stop", confirmed="yes", back="/admin/?q=ac")
    assert answer.location == "/admin/?q=ac"
    assert processes.running == {}


def test_stopping_asks_first_while_a_code_is_scanned(ada, processes):
    verb(ada, "acme", "start")
    WhatsAppSession.update(state=SessionState.QR_READY, qr_wanted_at=utc_now()).execute()
    assert "Somebody is looking at the code" in verb(ada, "acme", "restart").text
    WhatsAppSession.update(qr_wanted_at=utc_now() - timedelta(minutes=5)).execute()
    assert verb(ada, "acme", "restart").status_code == 303


def test_a_forced_restart_is_forced(ada, processes):
    assert verb(ada, "acme", "force-restart").status_code == 303
    assert processes.forced == ["acme"]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/admin/", "/admin/\\evil", "/admin//evil"])
def test_nobody_is_led_elsewhere_after_a_verb(ada, back):
    answer = verb(ada, "acme", "start", back=back)
    assert answer.location == "/admin/?q=ac"


def test_an_unknown_verb_or_tenant_changes_nothing(ada, processes):
    assert verb(ada, "acme", "explode").status_code == 400
    assert verb(ada, "nobody", "start").status_code == 404
    assert processes.running == {}


def test_ticked_workers_are_started_in_the_background(ada, page, processes):
    answer = ada.post("/admin/workers", data={"verb": "start", "slug": ["acme", "other"]})
    assert processes.settled == ["acme", "other"]
    assert Tenant.select().where(Tenant.desired == Desired.RUNNING).count() == 2
    assert "2 workers are being started" in page(ada, answer.location).main.text
    again = ada.post("/admin/workers", data={"verb": "start", "slug": ["acme"]})
    assert "nothing to change" in page(ada, again.location).main.text
    assert processes.settled == ["acme", "other"]


def test_all_that_fit_can_be_started_at_once(ada, processes):
    ada.post("/admin/workers", data={"verb": "start", "all": "1", "q": "oth"})
    assert processes.settled == ["other"]


def test_stopping_many_is_confirmed_on_a_page_of_its_own(ada, processes):
    ada.post("/admin/workers", data={"verb": "start", "slug": ["acme", "other"]})
    asked = ada.post("/admin/workers", data={"verb": "stop", "slug": ["acme", "other"]})
    assert "Stop 2 workers?" in asked.text
    assert processes.settled == ["acme", "other"]
    ada.post("/admin/workers", data={"verb": "stop", "slug": ["acme", "other"], "confirmed": "yes"})
    assert processes.settled == ["acme", "other"] * 2
    assert Tenant.select().where(Tenant.desired == Desired.RUNNING).count() == 0


def test_nothing_ticked_is_said(ada, page):
    answer = ada.post("/admin/workers", data={"verb": "start"}, headers={"Referer": "http://localhost/admin/"})
    assert "Choose the tenants first" in page(ada, answer.location).main.text


def test_the_way_back_to_a_question_leads_on(ada):
    assert ada.get("/admin/tenants/acme/worker").location == "/admin/tenants/acme"
    assert ada.get("/admin/tenants/acme/pause").location == "/admin/tenants/acme"
    assert ada.get("/admin/workers").location == "/admin/"
