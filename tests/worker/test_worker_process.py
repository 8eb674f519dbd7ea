"""The worker as a process: a real browser, the real wa-js, the sandbox."""
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest

from app.models import DRAFT_ID, OWNER_PHONE, Chat, Delivery, Message, StateChange, Tenant, WhatsAppSession
from tests.patience import eventually
from tests.rig import BUSINESS, SLUG, Rig, assert_each_answered_once_in_order, await_answers, make_tenant, promised, rig
from worker.profile import DRIVER

pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def running(database, settings):
    """A linked tenant whose worker runs."""
    make_tenant()
    with rig(settings) as made:
        made.start_worker()
        made.link()
        yield made


def write_round(rig: Rig, customers: list[str], lines: int, written: dict[str, list[str]] | None = None):
    written = written if written is not None else {customer: [] for customer in customers}
    for number in range(lines):
        for customer in customers:
            written[customer].append(rig.write(customer, f"hello {number}"))
    return written


def test_customers_get_their_answers_and_the_log_has_both_lines(running):
    customers = running.customers(3)
    written = write_round(running, customers, 5)
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)
    undelivered = Message.select().where(Message.delivery.in_(["PENDING", "SENT"]))
    eventually(lambda: not undelivered.exists(), "all are delivered")
    eventually(lambda: running.on_screen(customers[0])[0]["ack"] == 3, "the customer's message shows as read")
    assert_the_log_is_discreet(running, customers, written)


def assert_the_log_is_discreet(rig, customers, written):
    """A line for each message and each reply, with ids by which both are found, and nobody's words or number."""
    text = rig.log_text()
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    taken = {event["message_id"]: event["chat"] for event in events if event["event"] == "message_taken"}
    settled = [event for event in events if event["event"] == "reply_settled"]
    assert set(taken) == {each for ids in written.values() for each in ids}
    assert len(settled) == promised() and {event["chat"] for event in settled} == set(taken.values())
    assert {event["tenant"] for event in events} == {SLUG}
    said = [line["text"] for customer in customers for line in rig.on_screen(customer)]
    assert not [words for words in said if words in text]
    assert not [number for number in (*customers, BUSINESS) if number[1:] in text]


@on_sqlite
def test_a_restarted_worker_is_linked_and_answers_what_was_written_meanwhile(running):
    customers = running.customers(2)
    written = write_round(running, customers, 2)
    await_answers(running, customers, written)
    assert running.stop_worker() == 0
    assert running.session().state == "DISCONNECTED" and running.process().status == "STOPPED"
    assert running.browser_processes() == []
    write_round(running, customers, 3, written)
    running.start_worker()
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)
    assert running.session().qr_code is None


@on_sqlite
@pytest.mark.parametrize("victim", ["worker", "chromedriver", "browser"])
def test_a_killed_part_costs_no_message_and_doubles_none(running, victim):
    customers = running.customers(4)
    written = write_round(running, customers, 3)
    killed = {"worker": lambda: psutil.Process(running.worker.pid), "chromedriver": running.chromedriver,
              "browser": running.browser}[victim]()
    killed.kill()
    if victim == "worker":
        running.worker.wait()
    write_round(running, customers, 3, written)
    if victim == "worker":
        running.start_worker()
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)
    eventually(lambda: [one.name() for one in running.browser_processes()].count(DRIVER) == 1, "one driver is left")


@on_sqlite
def test_what_the_page_had_taken_when_everything_died_is_read_from_the_history(running):
    customers = running.customers(2)
    written = write_round(running, customers, 1)
    await_answers(running, customers, written)
    os.kill(running.worker.pid, signal.SIGSTOP)
    write_round(running, customers[:1], 120, written)
    write_round(running, customers[1:], 3, written)
    eventually(lambda: running.api.get(f"/phones/{BUSINESS}")["devices"][0]["waiting"] == 0, "the page has taken all")
    running.browser().kill()
    running.stop_worker(signal.SIGKILL)
    running.start_worker()
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)


@on_sqlite
def test_the_phone_can_end_the_link_and_the_number_can_be_linked_again(running):
    running.api.post(f"/phones/{BUSINESS}/unlink")
    code = eventually(lambda: running.session().qr_code, "a new code is shown")
    assert running.session().state == "QR_READY" and "ended" in running.session().detail
    running.api.post(f"/phones/{BUSINESS}/scan", qr=code)
    running.await_state("CONNECTED")
    customers = running.customers(1)
    written = write_round(running, customers, 1)
    await_answers(running, customers, written)


@on_sqlite
def test_only_customers_are_answered_and_the_others_are_counted(running):
    customers = running.customers(2)
    group = running.api.post("/groups", name="Family", owner=customers[0], members=[BUSINESS, *customers[1:]])["id"]
    running.api.post(f"/phones/{customers[0]}/messages", to=group, text="hello group")
    running.api.post(f"/phones/{customers[0]}/messages", to="status", text="my status")
    running.api.post(f"/phones/{BUSINESS}/messages", to=customers[1], text="from the owner's own hand")
    written = write_round(running, customers[:1], 1)
    await_answers(running, customers[:1], written)
    running.stop_worker()
    assert {row.author for row in Message.select()} == {"", OWNER_PHONE} and Message.select().count() == 3
    assert running.process().ignored == {"group": 1, "status": 1, "own": 1}


@on_sqlite
def test_the_bot_keeps_out_of_a_chat_in_which_the_owner_has_written_on_the_phone(running):
    customers = running.customers(2)
    written = write_round(running, customers, 1)
    await_answers(running, customers, written)
    running.api.post(f"/phones/{BUSINESS}/messages", to=customers[0], text="I will see to it myself")
    eventually(lambda: Message.get_or_none(Message.author == OWNER_PHONE), "the owner's line is logged")
    write_round(running, customers, 1, written)
    await_answers(running, customers, written)
    outcomes = {row.chat.phone: row.outcome for row in Message.select().where(Message.direction == "IN")}
    assert outcomes == {customers[0][1:]: "SILENT", customers[1][1:]: "ANSWERED"}


@on_sqlite
def test_a_line_written_in_the_portal_reaches_the_customer_once(running):
    (customer,) = running.customers(1)
    written = write_round(running, [customer], 1)
    await_answers(running, [customer], written)
    now = datetime.now(UTC)
    line = Message.create(tenant=Tenant.get(), chat=Chat.get(), direction="OUT", wa_message_id=f"{DRAFT_ID}1",
                          text="From a person", sent_at=now, delivery=Delivery.PENDING, author="alice@example.com")
    eventually(lambda: [line["text"] for line in running.on_screen(customer)][-1] == "From a person", "it has arrived")
    eventually(lambda: Message.get_by_id(line.id).delivery != Delivery.PENDING, "it counts as sent")
    assert len(running.on_screen(customer)) == 3


@on_sqlite
def test_a_phone_that_cannot_scan_is_linked_by_a_code_typed_on_it(database, settings):
    make_tenant()
    with rig(settings) as made:
        made.start_worker()
        made.api.post("/phones", number=BUSINESS, name="Acme")
        made.await_state("QR_READY")
        WhatsAppSession.update(pairing_wanted_at=datetime.now(UTC)).execute()
        code = eventually(lambda: made.session().pairing_code, "a pairing code is shown")
        made.api.post(f"/phones/{BUSINESS}/pair", code=code)
        made.await_state("CONNECTED")
        assert made.session().pairing_code == ""
        assert [change.state for change in StateChange.select().where(StateChange.machine == "tenant")] == [
            "QR_PENDING", "ACTIVE"]


@on_sqlite
def test_a_customer_behind_a_lid_is_answered(running):
    (customer,) = running.customers(1, lid=True)
    running.write(customer, "hello")
    eventually(lambda: len(running.on_screen(customer)) == 2, "the answer has arrived")
    chat = Chat.get()
    assert chat.lid and chat.wa_chat_id.endswith("@lid")


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_messages_wait_for_a_database_that_is_away(running, database, postgres_server):
    customers = running.customers(2)
    name = database.database
    database.close()
    postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    written = write_round(running, customers, 2)
    eventually(lambda: "database_lost" in running.log_text(), "the worker noticed")
    postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    database.connect(reuse_if_open=True)
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)


@on_sqlite
def test_a_page_that_never_gets_ready_is_told_in_a_sentence(database, settings, tmp_path):
    make_tenant()
    (tmp_path / "index.html").write_text("<!doctype html><title>not WhatsApp</title>")
    with rig(settings, ready_timeout_s=1.0, whatsapp_url=f"file://{tmp_path}/index.html") as made:
        made.start_worker()
        eventually(lambda: "did not get ready within 1 s" in made.session().detail, "the session says so")
        eventually(lambda: made.process().status == "ERROR", "after some tries the worker counts as failed")
        assert "did not get ready within 1 s" in made.process().last_error
        assert made.stop_worker() == 0


def refusal(settings, slug=SLUG, **changes):
    """Exit code and the last line of a worker that does not start."""
    made = Rig(replace(settings, **changes))
    code = made.start_worker(slug).wait(60)
    return code, made.log_text().strip().splitlines()[-1]


@on_sqlite
def test_an_unknown_tenant_is_refused_in_one_line(database, settings):
    code, line = refusal(settings, "nobody")
    assert code == os.EX_CONFIG
    assert line == "worker: there is no tenant 'nobody': `flowhq tenant list` shows those there are"


@on_sqlite
def test_another_wa_js_is_refused_and_the_row_says_why(database, settings):
    make_tenant()
    code, line = refusal(settings, wa_js_sha256="0" * 64)
    assert code == os.EX_CONFIG and "make wa-js" in line and "Traceback" not in line
    rig_row = Rig(settings).process()
    assert rig_row.status == "ERROR" and "not the expected wa-js" in rig_row.last_error


@on_sqlite
def test_a_missing_browser_is_refused_with_what_to_do(database, settings, tmp_path):
    make_tenant()
    code, line = refusal(settings, browser=tmp_path / "nothing")
    assert code == os.EX_CONFIG and "FLOWHQ_BROWSER" in line


def test_a_database_that_is_down_is_told_in_one_line(settings, tmp_path):
    code, line = refusal(settings, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    assert code == os.EX_UNAVAILABLE and "PostgreSQL does not answer" in line
    (tmp_path / "file").write_text("")
    code, line = refusal(settings, database_url=f"sqlite:///{tmp_path}/file/flowhq.db")
    assert code == os.EX_UNAVAILABLE and "Traceback" not in line


@on_sqlite
def test_a_second_worker_of_a_tenant_is_refused_and_the_first_goes_on(running):
    second = Rig(running.settings)
    second.log = running.settings.state_dir / "second.log"
    assert second.start_worker().wait(60) == os.EX_TEMPFAIL
    assert f"pid {running.worker.pid}" in second.log_text()
    customers = running.customers(1)
    await_answers(running, customers, write_round(running, customers, 1))


@on_sqlite
def test_a_stop_in_the_middle_of_a_send_finishes_it(database, settings):
    make_tenant()
    with rig(settings) as made:
        made.start_worker()
        made.link()
        customers = made.customers(1)
        written = write_round(made, customers, 5)
        eventually(lambda: Message.select().where(Message.direction == "OUT").exists(), "a reply is under way")
        assert made.stop_worker(signal.SIGINT) == 0
        assert not Message.select().where(Message.delivery == Delivery.SENDING).exists()
        made.start_worker()
        await_answers(made, customers, written)
        assert_each_answered_once_in_order(made, written)


@on_sqlite
def test_a_full_state_directory_is_told_in_one_line_and_costs_nothing(database, settings):
    """In a mount namespace of its own, which ends with the process: a disk of 8 MB."""
    make_tenant()
    tenants = settings.state_dir / "tenants"
    tenants.mkdir(parents=True)
    command = f"mount -t tmpfs -o size=8m tmpfs {tenants} && exec {sys.executable} -m worker --tenant {SLUG}"
    ended = subprocess.run(["unshare", "--mount", "sh", "-c", command], env=settings.child_environ(), check=False,
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode == os.EX_UNAVAILABLE
    assert "MB left" in ended.stderr.splitlines()[-1] and "make room" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
