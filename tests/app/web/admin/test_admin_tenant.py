from datetime import timedelta

import pytest

from app.models import (
    AuditEntry,
    Chat,
    Message,
    Note,
    PortalEvent,
    SessionState,
    StateChange,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
)
from app.models.base import utc_now
from app.processes import ProcessState
from app.services import chats, pictures
from app.services.removal import Holdings
from app.services.sessions import report_session
from app.services.tenants import create_tenant
from tests.app.web.pages import check_part
from tests.pictures import JPEG

HOSTILE = "<script>alert('x')</script>\u202e=cmd|'/c calc'!A1 😀 " + "x" * 65536


@pytest.fixture
def processes(web_app):
    return web_app.extensions["flowhq_processes"]


@pytest.fixture
def ada(client_of):
    return client_of("ada")


@pytest.fixture
def acme(ada):
    return Tenant.get(Tenant.slug == "acme")


def write(tenant, text, direction="IN", **more):
    chat = Chat.get_or_none(Chat.tenant == tenant) or Chat.create(
        tenant=tenant, wa_chat_id="1@c.us", phone="+255711000001", name=text[:60], last_message_at=utc_now())
    return Message.create(tenant=tenant, chat=chat, direction=direction, wa_message_id=f"m{Message.select().count()}",
                          text=text, sent_at=utc_now(), **more)


PAGES = ("", "/messages", "/chats", "/configuration", "/log", "/events", "/edit", "/new-number", "/delete")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_tenant_that_has_nothing_yet_can_be_read(ada, page, path):
    page(ada, f"/admin/tenants/acme{path}")


@pytest.mark.parametrize("path", [*PAGES, "/state", "/worker", "/pause"])
def test_a_tenant_that_is_not_there_is_not_found(ada, path):
    assert ada.get(f"/admin/tenants/nobody{path}").status_code == 404


def test_every_page_shows_hostile_text_as_text(ada, page, acme, settings):
    asked = write(acme, HOSTILE)
    write(acme, HOSTILE, "OUT", in_reply_to=asked.id, because="greeting", delivery="SENT")
    Note.create(tenant=acme, author="ada", text=HOSTILE[:3000])
    PortalEvent.create(tenant=acme, event_type="x", payload={"text": HOSTILE[:500]})
    StateChange.create(tenant=acme, machine="worker", state="ERROR", cause="failed", detail=HOSTILE[:1000])
    TenantConfig.update(content={"address": HOSTILE[:500]}).where(TenantConfig.tenant == acme).execute()
    log = Holdings.of("acme", settings).logs[0]
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(HOSTILE[:500] + "\n")
    for path in (*PAGES, f"/chats/{asked.chat.id}"):
        soup = page(ada, f"/admin/tenants/acme{path}")
        assert [script for script in soup.find_all("script") if "alert" in script.text] == []
    assert "alert('x')" in page(ada, "/admin/tenants/acme/log").main.text


def test_the_page_shows_history_charts_notes_and_what_is_wrong(ada, page, acme):
    report_session(acme, "person_needed", now=utc_now() - timedelta(minutes=3), detail="The phone asks for a PIN.")
    write(acme, "Habari")
    soup = page(ada, "/admin/tenants/acme")
    assert "The phone asks for a PIN." in soup.find(id="state").text
    timeline = soup.find("ol", class_="timeline")
    assert ["Needs you" in timeline.text, "Trouble" in timeline.text] == [True, True]
    bars = soup.find("svg", class_="chart").find_all("rect")
    assert len(bars) == 24
    assert float(bars[-1]["height"]) > 0
    assert "As a table" in soup.text


def test_a_code_is_shown_and_wanted_for_as_long_as_somebody_looks(ada, page, acme, processes):
    report_session(acme, "code_shown", now=utc_now())
    WhatsAppSession.update(qr_code="2@abc,def").where(WhatsAppSession.tenant == acme).execute()
    processes.running["acme"] = ProcessState("acme", running=True, pid=1)
    soup = page(ada, "/admin/tenants/acme")
    assert soup.find("svg", class_="qr-code") is not None
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).qr_wanted_at is not None
    part = ada.get("/admin/tenants/acme/state")
    assert "<html" not in part.text
    assert "qr-code" in part.text
    report_session(acme, "proved", now=utc_now())
    assert "qr-code" not in ada.get("/admin/tenants/acme/state").text


def test_a_picture_of_the_page_is_shown_to_admins_alone_for_as_long_as_there_is_one(ada, client_of, page, acme):
    assert ada.get("/admin/tenants/acme/picture").status_code == 404
    report_session(acme, "person_needed", now=utc_now(), detail="It asks for a PIN.")
    pictures.keep_picture(acme, JPEG, now=utc_now())
    shown = page(ada, "/admin/tenants/acme").find("figure").img
    answer = ada.get(shown["src"])
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (JPEG, "image/jpeg", "no-store")
    for somebody in ("alice", "charlie"):
        assert client_of(somebody).get(shown["src"]).status_code == 403
    assert client_of(None).get(shown["src"]).status_code == 303
    report_session(acme, "proved", now=utc_now())
    assert page(ada, "/admin/tenants/acme").find("figure") is None
    assert ada.get(shown["src"]).status_code == 404


def test_a_connected_tenants_page_wants_no_code(ada, acme):
    WhatsAppSession.update(state=SessionState.CONNECTED).execute()
    ada.get("/admin/tenants/acme")
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).qr_wanted_at is None


def test_a_note_is_written_and_deleted_and_an_endless_one_keeps_what_was_typed(ada, page):
    ada.post("/admin/tenants/acme/notes", data={"text": "Pays by M-Pesa."})
    soup = page(ada, "/admin/tenants/acme")
    assert "Pays by M-Pesa." in soup.main.text
    refused = ada.post("/admin/tenants/acme/notes", data={"text": "y" * 4001})
    assert (refused.status_code, "y" * 4001 in refused.text) == (400, True)
    note = Note.get()
    assert ada.post(f"/admin/tenants/other/notes/{note.id}/delete").status_code == 404
    ada.post(f"/admin/tenants/acme/notes/{note.id}/delete")
    assert Note.select().count() == 0


def test_the_message_log_goes_back_page_by_page(ada, page, acme):
    for number in range(60):
        write(acme, f"number {number:03}")
    first = page(ada, "/admin/tenants/acme/messages")
    older = first.find("a", string="Older ones")["href"]
    second = page(ada, older)
    assert "number 059" in first.main.text
    assert "number 009" in second.main.text
    assert "number 010" not in second.main.text
    page(ada, "/admin/tenants/acme/messages?before=99999999999999999999")


def test_chats_are_searched_and_read(ada, page, acme):
    chat = write(acme, "Nataka nywele").chat
    assert "No chats here" in page(ada, "/admin/tenants/acme/chats?q=zzz").main.text
    soup = page(ada, "/admin/tenants/acme/chats?q=nywele")
    assert soup.find("a", href=f"/admin/tenants/acme/chats/{chat.id}") is not None
    assert ada.get(f"/admin/tenants/other/chats/{chat.id}").status_code == 404
    page(ada, "/admin/tenants/acme/chats?behind=junk~1")


def test_older_chats_are_a_link_away_for_an_admin(ada, page, acme):
    for number in range(chats.PAGE + 2):
        Chat.create(tenant=acme, wa_chat_id=str(number), phone=f"+2557110{number:05}", name=f"Customer {number}",
                    last_message_at=utc_now() - timedelta(minutes=number))
    first = page(ada, "/admin/tenants/acme/chats?q=customer")
    older = page(ada, first.find("a", string="Older ones")["href"])
    names = [row.bdi.text for listed in (first, older) for row in listed.select(".rows li")]
    assert names == [f"Customer {number}" for number in range(chats.PAGE + 2)]


def test_a_tenant_is_made_and_what_was_typed_wrong_is_kept(ada, page):
    typed = {"name": "Duka Bora", "slug": "duka bora", "template": "ECOMMERCE", "language": "SW",
             "phone_number": "0712 345 678", "timezone": "Africa/Nairobi"}
    refused = ada.post("/admin/tenants/new", data=typed)
    assert refused.status_code == 400
    assert 'value="duka bora"' in refused.text
    answer = ada.post("/admin/tenants/new", data=typed | {"slug": "duka-bora"})
    assert answer.location == "/admin/tenants/duka-bora"
    assert "Duka Bora" in page(ada, answer.location).h1.text
    assert Tenant.get(Tenant.slug == "duka-bora").phone_number == "+255712345678"
    entry = AuditEntry.get(AuditEntry.tenant_slug == "duka-bora")
    assert (entry.action, entry.actor, entry.address) == ("tenant.create", "ada@example.com", "127.0.0.1")


def edit_form(ada, page):
    soup = page(ada, "/admin/tenants/acme/edit")
    form = soup.find("form", action="/admin/tenants/acme/edit")
    values = {field["name"]: field.get("value", "") for field in form.find_all("input") if field["type"] != "submit"}
    values |= {field["name"]: field.text.removeprefix("\n") for field in form.find_all("textarea")}
    return values | {field["name"]: field.find(selected=True)["value"] for field in form.find_all("select")}


def test_a_tenant_is_changed_and_the_worker_gets_a_new_version(ada, page, acme):
    typed = edit_form(ada, page) | {"chat_limit": "7", "content": "address: Samora Avenue 5\n", "phone_number": ""}
    assert ada.post("/admin/tenants/acme/edit", data=typed).location == "/admin/tenants/acme"
    config = TenantConfig.get(TenantConfig.tenant == acme)
    assert (config.chat_limit, config.content, config.version) == (7, {"address": "Samora Avenue 5"}, 2)


def test_an_admin_says_what_becomes_of_messages_that_came_while_the_bot_was_away(ada, page, acme):
    typed = edit_form(ada, page)
    assert (typed["away_policy"], typed["away_hours"], typed["away_limit"]) == ("ANSWER", "24", "200")
    ada.post("/admin/tenants/acme/edit", data=typed | {"away_policy": "LEAVE", "away_hours": "6", "away_limit": "0"})
    config = TenantConfig.get(TenantConfig.tenant == acme)
    assert (config.away_policy, config.away_hours, config.away_limit, config.version) == ("LEAVE", 6, 0, 2)
    shown = " ".join(page(ada, "/admin/tenants/acme/configuration").main.text.split())
    assert "Leave them to the business, 0 at most, none older than 6 h" in shown


def test_the_business_can_go_back_to_before_an_admins_change(ada, client_of, page, acme):
    ada.post("/admin/tenants/acme/edit", data=edit_form(ada, page) | {"content": "address: Samora Avenue 5\n"})
    versions = page(client_of("alice"), "/portal/content/versions?lang=en")
    newest, first = (" ".join(row.text.split()) for row in versions.select(".rows li"))
    assert newest.startswith("Version 2 Published ada@example.com")
    assert newest.endswith("· Address")
    assert first.endswith("Go back to version 1")
    client_of("alice").post("/portal/content/versions/1/go-back")
    assert TenantConfig.get(TenantConfig.tenant == acme).content == {}


def test_an_unchanged_form_changes_nothing(ada, page, acme):
    assert ada.post("/admin/tenants/acme/edit", data=edit_form(ada, page)).status_code == 303
    assert TenantConfig.get(TenantConfig.tenant == acme).version == 1


@pytest.mark.parametrize(("field", "text", "words"), [
    ("content", "services: [1, 2\n", "is no YAML"), ("content", "just words", "must have lines"),
    ("content", "&a [*a]", "must have lines"), ("hours", "mon: never-ever", ""), ("timezone", "Mars/Base", "time zone"),
    ("chat_limit", "-5", "whole number"), ("away_hours", "169", "up to 168"),
    ("phone_number", "abc", "not a phone number")])
def test_what_cannot_be_is_refused_with_what_was_typed(ada, page, acme, field, text, words):
    refused = ada.post("/admin/tenants/acme/edit", data=edit_form(ada, page) | {field: text})
    assert refused.status_code == 400
    assert words in refused.text
    assert text.strip() in refused.text.replace("&amp;", "&")
    assert TenantConfig.get(TenantConfig.tenant == acme).version == 1


def test_a_tenant_is_paused_and_resumed(ada, page, acme, processes):
    processes.start("acme")
    ada.post("/admin/tenants/acme/pause")
    assert (Tenant.get(Tenant.id == acme.id).status, processes.running) == (TenantStatus.PAUSED, {})
    assert "Resume" in page(ada, "/admin/tenants/acme").main.text
    ada.post("/admin/tenants/acme/resume")
    assert Tenant.get(Tenant.id == acme.id).status == TenantStatus.NEW


def test_a_pause_asks_first_while_a_chat_is_being_answered(ada, acme, processes):
    processes.start("acme")
    write(acme, "Habari")
    assert "A chat is being answered" in ada.post("/admin/tenants/acme/pause").text
    assert "acme" in processes.running
    ada.post("/admin/tenants/acme/pause", data={"confirmed": "yes"})
    assert processes.running == {}


def test_a_new_number_takes_the_profile_away(ada, acme, settings):
    directory = Holdings.of("acme", settings).directory
    (directory / "profile").mkdir(parents=True)
    WhatsAppSession.update(phone="+255712345678").execute()
    assert ada.post("/admin/tenants/acme/new-number").location == "/admin/tenants/acme"
    assert not directory.exists()
    assert WhatsAppSession.get(WhatsAppSession.tenant == acme).phone == ""


def test_a_tenant_is_deleted_only_where_its_slug_was_typed(ada, page, acme):
    refused = ada.post("/admin/tenants/acme/delete", data={"typed": "acne"})
    assert refused.status_code == 400
    assert "Type acme to delete it" in refused.text
    answer = ada.post("/admin/tenants/acme/delete", data={"typed": "acme"})
    assert answer.location == "/admin/"
    assert "deleted with everything" in page(ada, "/admin/").main.text
    assert ada.get("/admin/tenants/acme").status_code == 404


def test_the_part_that_renews_itself_is_a_good_part(ada):
    from bs4 import BeautifulSoup  # noqa: PLC0415
    check_part(BeautifulSoup(ada.get("/admin/tenants/acme/state").text, "html5lib"))


def test_pages_speak_swahili_where_the_catalogue_does(ada, page):
    create_tenant(slug="sw", name="Sw", template="BOOKING", by="ada")
    assert page(ada, "/admin/?lang=sw").html["lang"] == "sw"
