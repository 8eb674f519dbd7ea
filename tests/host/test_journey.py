"""What Flow HQ is for, on a machine with systemd, PostgreSQL and Chromium: made, started, scanned, answering, whatever
happens to it."""
import itertools
import json
import re
import time
from contextlib import contextmanager

import pytest

from tests.patience import eventually

pytestmark = [pytest.mark.host, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(1200)]

_numbers = itertools.count(255711000001)


@pytest.fixture(scope="module")
def acme(host):
    """A tenant made in the panel, started there, and scanned."""
    return host.linked("acme")


@pytest.fixture
def customer():
    """A customer who has not written yet."""
    return f"+{next(_numbers)}"


@contextmanager
def answered_all_along(host, business, customer):
    """Whatever is done meanwhile: each line before, during and after it is answered once, and nobody has to scan."""
    devices = business.devices()
    business.hears(customer, "Hello")
    yield
    business.hears(customer, "Where are you?")
    began = time.monotonic()
    business.answers_within(customer, 2)
    host.took[f"{business.slug}: until the line after it was answered"] = time.monotonic() - began
    business.hears(customer, "When are you open?")
    business.answers_within(customer, 3)
    assert len(business.answers(customer)) == 3
    assert business.devices() == devices


@contextmanager
def drop_in(host, business, *lines):
    """Settings of one tenant's unit alone, as `systemctl edit` makes them."""
    place = f"/etc/systemd/system/{business.unit}.d"
    host.machine.put(f"{place}/test.conf", "\n".join(lines) + "\n")
    host.machine.run("systemctl", "daemon-reload")
    yield
    host.machine.run("rm", "-r", place)
    host.machine.run("systemctl", "daemon-reload")


def phase(host, business):
    return host.admin.reads(f"/admin/tenants/{business.slug}/state")


def test_a_tenant_made_in_the_panel_links_and_answers(host, acme, customer):
    acme.hears(customer, "Hello")
    acme.answers_within(customer, 1)

    assert "Acme" in acme.answers(customer)[0]
    assert host.admin.sees("acme").linked_as == acme.number


def test_its_worker_is_a_user_of_its_own_whom_the_web_service_is_not(host, acme):
    assert host.user_of(acme.unit) == "fhq-acme"
    assert host.user_of("flowhq-web.service") == "flowhq"


def test_the_web_services_user_manages_no_other_unit(host, acme):
    denied = host.machine.run("systemctl", "--no-ask-password", "restart", "ssh.service", user="flowhq", check=False)

    assert denied.returncode
    assert "denied" in denied.stderr or "authentication required" in denied.stderr


def test_its_status_line_says_what_it_is_doing(host, acme):
    says = re.escape(f"connected as {acme.number}, ") + r"\d+ chats?, last message .+"

    eventually(lambda: re.fullmatch(says, host.property("StatusText", acme.unit)), "the status line says so")
    assert acme.number in host.machine.run("systemctl", "status", "--no-pager", acme.unit).stdout


def test_the_journal_tells_tenant_chat_and_message(host, acme, customer):
    acme.hears(customer, "Hello")
    acme.answers_within(customer, 1)
    lines = host.machine.run("journalctl", "--unit", acme.unit, "--output=json", "CHAT=1").stdout.splitlines()

    taken = [json.loads(line) for line in lines]
    assert {line["TENANT"] for line in taken} == {"acme"}
    assert all(line["MESSAGE_ID"] for line in taken)


def test_a_killed_worker_comes_back(host, acme, customer):
    before = host.property("MainPID", acme.unit)

    with answered_all_along(host, acme, customer):
        host.machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", acme.unit)

    assert host.property("MainPID", acme.unit) not in {"0", before}


def test_a_killed_browser_is_replaced_by_the_same_worker(host, acme, customer):
    before = host.property("MainPID", acme.unit)

    with answered_all_along(host, acme, customer):
        # Brackets, since the pattern stands on the command lines of pkill and of what runs it.
        host.machine.run("pkill", "-KILL", "-f", "[-]-user-data-dir=/var/lib/flowhq/acme/")

    assert host.property("MainPID", acme.unit) == before


def test_a_unit_restarted_by_hand_goes_on(host, acme, customer):
    with answered_all_along(host, acme, customer):
        host.machine.run("systemctl", "restart", acme.unit)


def test_a_worker_that_hangs_is_replaced_by_the_watchdog(host, acme, customer):
    with drop_in(host, acme, "[Service]", "WatchdogSec=6", "TimeoutAbortSec=1"):
        host.machine.run("systemctl", "restart", acme.unit)
        host.is_connected(acme)
        hung = host.property("MainPID", acme.unit)
        with answered_all_along(host, acme, customer):
            host.machine.run("kill", "-STOP", hung)
            eventually(lambda: host.property("MainPID", acme.unit) not in {"0", hung}, "another process is there")

    said = host.machine.run("journalctl", "--unit", acme.unit, "--grep=[Ww]atchdog", "--output=cat").stdout
    assert "Watchdog timeout" in said


def test_a_unit_stopped_and_started_by_hand_shows_in_the_panel_as_that(host, acme, customer):
    with answered_all_along(host, acme, customer):
        host.machine.run("systemctl", "stop", acme.unit)
        eventually(lambda: "stopped by hand" in phase(host, acme), "the panel says so")
        host.admin.presses("acme", "stop")
        pressed = int(time.time())
        eventually(lambda: int(time.time()) > pressed, "systemd, which tells times by the second, can tell them apart")
        host.machine.run("systemctl", "start", acme.unit)
        eventually(lambda: "started by hand" in phase(host, acme), "the panel says so")
        host.admin.presses("acme", "restart")


def test_a_unit_that_fails_shows_in_the_panel_as_failed(host, acme, customer):
    with answered_all_along(host, acme, customer):
        with drop_in(host, acme, "[Service]", "Restart=no", "ExecStartPre=/bin/false"):
            host.machine.run("systemctl", "restart", acme.unit, check=False)
            eventually(lambda: host.admin.sees("acme").wrong, "the panel says what is wrong")
        host.admin.presses("acme", "start")


def test_after_a_boot_all_answer_again_without_a_scan(host, acme):
    businesses = [acme, host.linked("beta"), host.linked("gamma")]
    devices = {business.slug: business.devices() for business in businesses}
    customers = {business.slug: f"+{next(_numbers)}" for business in businesses}
    for business in businesses:
        business.hears(customers[business.slug], "Hello")
    began = time.monotonic()
    host.machine.reboot()
    host.took["shut down and booted"] = time.monotonic() - began
    eventually(host.sandbox.is_up, "the phones are there again")
    for business in businesses:
        host.is_connected(business)
        host.took[f"{business.slug}: connected after the boot began"] = time.monotonic() - began
    for business in businesses:
        business.hears(customers[business.slug], "Where are you?")
        business.answers_within(customers[business.slug], 2)

    assert {business.slug: business.devices() for business in businesses} == devices
    assert [len(business.answers(customers[business.slug])) for business in businesses] == [2, 2, 2]
