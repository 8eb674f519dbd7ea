"""Quick lines of one customer are answered once by a real worker in the sandbox, slow ones one by one."""
import signal
import sqlite3
from contextlib import closing

import pytest

from app.models import Message, Template
from app.replies.examples import example_content
from tests.patience import eventually
from tests.rig import assert_each_answered_once_in_order, await_answers, make_tenant, rig

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
LINES = ("hi", "I want to book a facial", "for 2 tomorrow at 2 pm")


@pytest.fixture
def running(database, settings):
    """A linked tenant that takes bookings; its worker waits as one in production does."""
    example = example_content(Template.BOOKING)
    example.pop("business_name")
    make_tenant(**example | {"hours": {}})
    with rig(settings, quiet_s=2.5, heartbeat_s=2.0, log_level="DEBUG") as made:
        made.start_worker()
        made.link()
        yield made


def outcomes() -> list[str]:
    return [row.outcome for row in Message.select().where(Message.direction == "IN").order_by(Message.id)]


def test_three_quick_lines_get_one_reply_and_slow_ones_one_each(running):
    quick, slow = running.customers(2)
    written = {quick: [running.write(quick, line) for line in LINES], slow: []}
    await_answers(running, [quick], written)
    (answer,) = running.answers(quick)
    assert all(words in answer for words in ("Facial", "14:00", "name")), answer
    assert outcomes() == ["JOINED", "JOINED", "ANSWERED"]
    for line in LINES:
        written[slow].append(running.write(slow, line))
        await_answers(running, [quick, slow], written)
    assert len(running.answers(slow)) == 3
    assert_each_answered_once_in_order(running, written)
    assert outcomes()[3:] == ["ANSWERED"] * 3


def test_a_stop_among_quick_lines_is_obeyed(running):
    (customer,) = running.customers(1)
    written = {customer: [running.write(customer, line) for line in ("STOP", "please", "hello?")]}
    await_answers(running, [customer], written)
    assert outcomes() == ["ANSWERED", "SILENT", "SILENT"]
    assert len(running.answers(customer)) == 1


def test_a_worker_that_is_told_to_stop_answers_what_waits(running):
    (customer,) = running.customers(1)
    written = {customer: [running.write(customer, line) for line in LINES]}
    eventually(lambda: running.log_text().count('"message_waits"') == len(LINES), "the worker has heard all lines")
    assert running.stop_worker(signal.SIGTERM) == 0
    eventually(lambda: len(outcomes()) == 3 and len(running.answers(customer)) >= 1, "they are answered")
    running.start_worker()
    running.await_state("CONNECTED")
    await_answers(running, [customer], written)
    assert_each_answered_once_in_order(running, written)


def copy(source, target):
    """One SQLite database over another, both at rest."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def test_what_was_read_together_since_a_backup_is_not_answered_again_after_it_was_put_back(
        running, database, database_url, tmp_path):
    (customer,) = running.customers(1)
    written = {customer: [running.write(customer, "hello")]}
    await_answers(running, [customer], written)
    running.stop_worker()
    stored = database_url.removeprefix("sqlite:///")
    copy(stored, tmp_path / "backup.db")
    running.start_worker()
    eventually(lambda: running.log_text().count('"caught_up"') == 1, "nothing is held any more")
    written[customer] += [running.write(customer, line) for line in LINES]
    await_answers(running, [customer], written)
    said = running.answers(customer)
    assert len(said) == 2
    running.stop_worker()
    database.close()
    copy(tmp_path / "backup.db", stored)
    database.connect(reuse_if_open=True)
    assert outcomes() == ["ANSWERED"]

    running.start_worker()
    eventually(lambda: len(outcomes()) == 4, "what was lost is in the log again")
    assert outcomes()[1:] == ["JOINED", "JOINED", "ANSWERED"]
    written[customer].append(running.write(customer, "thanks"))
    await_answers(running, [customer], written)
    assert_each_answered_once_in_order(running, written)
    assert running.answers(customer)[:2] == said and len(running.answers(customer)) == 3
