from pathlib import Path

import pytest

from app.models import AuditEntry, SessionState, Tenant, WhatsAppSession, WorkerProcess, WorkerStatus
from app.services.tenants import tenant_row

pytestmark = pytest.mark.usefixtures("database")
ACME = ("tenant", "create", "acme", "--name", "Acme Salon", "--template", "booking", "--phone", "0712 345 678")


def test_a_created_tenant_is_in_the_list(flowhq, ask):
    assert "flowhq worker start acme" in flowhq(*ACME).stdout
    assert ask("tenant", "list") == [{
        "slug": "acme", "name": "Acme Salon", "phone_number": "+255712345678", "template": "BOOKING", "language": "EN",
        "status": "NEW", "session_state": "DISCONNECTED", "worker_status": "STOPPED", "desired": "stopped",
        "last_seen": None, "last_error": ""}]
    assert AuditEntry.get().actor.startswith("cli:")


def test_a_person_reads_a_table_with_a_line_for_each_tenant(flowhq):
    flowhq(*ACME)
    flowhq("tenant", "create", "duka", "--name", "Duka", "--template", "ECOMMERCE")
    lines = flowhq("tenant", "list").stdout.splitlines()
    assert lines[0].split() == ["SLUG", "NAME", "PHONE", "TEMPLATE", "STATUS", "SESSION", "WORKER", "LAST", "SEEN"]
    assert [line.split()[0] for line in lines[1:]] == ["acme", "duka"]


def test_an_empty_list_says_how_to_make_a_tenant(flowhq, ask):
    assert "flowhq tenant create --help" in flowhq("tenant", "list").stdout
    assert ask("tenant", "list") == []


def test_create_says_with_json_what_was_made(ask):
    made = ask(*ACME, "--language", "sw", "--timezone", "Africa/Nairobi")
    assert (made["slug"], made["language"], made["timezone"]) == ("acme", "SW", "Africa/Nairobi")


@pytest.mark.parametrize(("words", "code", "complaint"), [
    (("tenant", "create", "Acme!", "--name", "x", "--template", "BOOKING"), 2, "'Acme!' cannot be a slug"),
    (("tenant", "create", "a", "--name", "x", "--template", "BOOKING", "--phone", "1"), 2, "'1' is not a phone number"),
    (("tenant", "create", "a", "--name", "x", "--template", "BAKERY"), 2, "'BAKERY' is not one of"),
    (("tenant", "create", "a", "--name", "x", "--template", "BOOKING", "--timezone", "Mars"), 2, "no time zone"),
    (ACME, 4, "There is a tenant 'acme' already"),
    ((*ACME[:2], "other", *ACME[3:]), 4, "+255712345678 belongs to the tenant 'acme'"),
    (("tenant", "show", "nobody"), 3, "There is no tenant 'nobody'. `flowhq tenant list` shows the slugs."),
    (("tenant", "set", "nobody", "--name", "x"), 3, "There is no tenant 'nobody'"),
    (("tenant", "set", "acme"), 2, "Nothing to change"),
    (("tenant", "set", "acme", "--chat-limit", "0"), 2, "chat_limit cannot be 0"),
    (("tenant", "set", "acme", "--phone", "hello"), 2, "'hello' is not a phone number"),
    (("tenant", "set", "acme", "--away-policy", "FORGET"), 2, "'FORGET' is not one of"),
    (("tenant", "set", "acme", "--away-hours", "169"), 2, "a whole number up to 168"),
])
def test_a_mistake_gets_its_code_and_one_line_that_says_what_to_do(flowhq, words, code, complaint):
    flowhq(*ACME)
    result = flowhq(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_show_tells_everything_a_program_needs(flowhq, ask):
    flowhq(*ACME)
    WorkerProcess.update(last_error="it broke", status=WorkerStatus.ERROR).execute()
    shown = ask("tenant", "show", "acme")
    assert {"slug", "qr_code", "qr_generation", "qr_expires_at", "desired", "last_seen"} <= set(shown)
    assert shown["limits"]["chat_limit"] == 20
    assert (shown["worker_status"], shown["last_error"]) == ("ERROR", "it broke")


def test_show_notes_that_somebody_looks_and_gives_no_code_of_a_dead_worker(flowhq, ask):
    flowhq(*ACME)
    WhatsAppSession.update(state=SessionState.QR_READY, qr_code="1,2,3,4", qr_generation=5).execute()
    WorkerProcess.update(status=WorkerStatus.RUNNING, pid=None).execute()
    assert ask("tenant", "show", "acme")["qr_code"] is None
    assert WhatsAppSession.get().qr_wanted_at is not None


def test_set_changes_what_is_named_and_nothing_else(flowhq):
    flowhq(*ACME)
    result = flowhq("tenant", "set", "acme", "--chat-limit", "7", "--typing-ms-per-char", "0", "--language", "sw")
    assert "Changed acme: chat_limit, language, typing_ms_per_char (version 2)." in result.stdout
    config = tenant_row("acme").config
    assert (config.chat_limit, config.typing_ms_per_char, config.language, config.tenant_limit) == (7, 0, "SW", 60)


def test_what_becomes_of_missed_messages_is_set_and_shown(flowhq, ask):
    flowhq(*ACME)
    assert flowhq("tenant", "set", "acme", "--away-policy", "leave", "--away-hours", "6").exit_code == 0
    shown = ask("tenant", "show", "acme")
    assert (shown["away_policy"], shown["limits"]["away_hours"], shown["limits"]["away_limit"]) == ("LEAVE", 6, 200)


def test_a_number_can_be_taken_away_with_an_empty_text(flowhq):
    flowhq(*ACME)
    assert flowhq("tenant", "set", "acme", "--phone", "").exit_code == 0
    assert Tenant.get().phone_number == ""


@pytest.mark.parametrize(("name", "text"), [
    ("content.json", '{"address": "Uhuru Street 5"}'), ("content.yaml", "address: Uhuru Street 5\n"),
])
def test_content_is_read_from_json_and_from_yaml(flowhq, tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    assert flowhq(*ACME, "--content", tmp_path / name).exit_code == 0
    assert tenant_row("acme").config.content == {"address": "Uhuru Street 5"}


@pytest.mark.parametrize(("text", "complaint"), [
    ("{", "is neither JSON nor YAML"), ("- a\n", "has to hold names and values"), ("services: 5", "Services"),
])
def test_content_that_cannot_be_used_is_refused_with_a_reason(flowhq, tmp_path: Path, text: str, complaint: str):
    (tmp_path / "content.yaml").write_text(text)
    result = flowhq(*ACME, "--content", tmp_path / "content.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert complaint in result.stderr
    assert Tenant.select().count() == 0


def test_the_templates_example_can_be_filled_in(flowhq, ask):
    flowhq(*ACME, "--example-content")
    shown = ask("tenant", "show", "acme")
    assert shown["content"]["services"]
    assert shown["hours"]


def test_a_name_cannot_take_over_the_terminal(flowhq):
    flowhq("tenant", "create", "acme", "--name", "Ac\x1b[2Jme\u202e", "--template", "BOOKING")
    assert "Ac·[2Jme·" in flowhq("tenant", "list").stdout
