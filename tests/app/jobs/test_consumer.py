"""`flowhq jobs run`, as a process of its own."""
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import programs, queueing
from app.models import (
    Account,
    Desired,
    Dispatch,
    Job,
    JobLater,
    OutgoingMail,
    Role,
    SessionState,
    Tenant,
    WebhookDelivery,
    WhatsAppSession,
)
from app.models.base import utc_now
from app.services import letters, webhooks
from app.services.mailer import Letter
from app.services.tenants import create_tenant
from app.settings import Settings
from tests.mailserver import MailServer
from tests.patience import eventually
from tests.receiver import Receiver

LETTER = Letter("asha@example.com", "Habari", "http://bots.example.org/reset/secret-word\n")
Launch = Callable[..., subprocess.Popen]


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer, database) -> Settings:
    return replace(settings, smtp_url=mail_server.url)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "jobs.log"


@pytest.fixture
def launch(mailing: Settings, log: Path) -> Iterator[Launch]:
    """Starts `flowhq jobs run`; it is ended with the test."""
    running: list[subprocess.Popen] = []

    def start(**environ: str) -> subprocess.Popen:
        with log.open("ab") as stream:
            running.append(subprocess.Popen(programs.JOBS, stdout=stream, stderr=stream,
                                            env=mailing.child_environ() | environ))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def said(log: Path, event: str) -> bool:
    return f'"{event}"' in log.read_text()


def states() -> list[str]:
    return [mail.state for mail in OutgoingMail.select().order_by(OutgoingMail.id)]


@pytest.mark.slow
def test_a_letter_survives_a_server_that_is_down_and_goes_out_once(launch, mailing, mail_server, log):
    launch()
    letters.post(LETTER, mailing, now=utc_now())
    eventually(lambda: OutgoingMail.get().last_error, "the first try fails")
    assert "refused" in OutgoingMail.get().last_error
    mail_server.start()
    eventually(lambda: states() == [Dispatch.SENT], "the letter is taken")
    assert mail_server.texts() == [LETTER.text]
    assert "secret-word" not in log.read_text()
    assert (Job.select().count(), JobLater.select().count()) == (0, 0)


@pytest.mark.slow
def test_sigterm_lets_the_job_in_flight_finish(launch, mailing, log, free_port):
    # A mail server that takes the call and says nothing yet.
    with socket.create_server(("127.0.0.1", free_port)) as server:
        process = launch()
        letters.post(LETTER, mailing, now=utc_now())
        server.settimeout(60)
        connection, _ = server.accept()
        process.send_signal(signal.SIGTERM)
        eventually(lambda: OutgoingMail.get().attempts == 1)
        connection.sendall(b"421 closing\r\n")
        connection.close()
        assert process.wait(60) == 0
    assert said(log, "jobs_ended")
    mail = OutgoingMail.get()
    assert (mail.state, "421" in mail.last_error) == (Dispatch.WAITING, True)
    # What comes next is in the table, for the process that comes next.
    assert [(name, row) for name, row, _ in queueing.waiting()] == [("mail", mail.id)]


@pytest.mark.slow
def test_a_letter_whose_process_was_killed_over_it_goes_out_after_a_restart(launch, mailing, mail_server, free_port):
    with socket.create_server(("127.0.0.1", free_port)) as server:
        process = launch()
        letters.post(LETTER, mailing, now=utc_now())
        server.settimeout(60)
        connection, _ = server.accept()
        process.kill()
        process.wait()
        connection.close()
    # Whatever else falls due every minute may wait there too.
    assert (states(), queueing.waiting()) == ([Dispatch.WAITING], [])
    # As if the time that a try may take had passed.
    OutgoingMail.update(due_at=utc_now() - 2 * letters.outbox.LOST_AFTER).execute()
    mail_server.start()
    launch()
    eventually(lambda: states() == [Dispatch.SENT], "the letter is found and sent")
    assert len(mail_server.letters) == 1


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.end()


@pytest.mark.slow
def test_trouble_reaches_the_owners_mailbox_and_a_signed_webhook(launch, mail_server, receiver):
    mail_server.start()
    acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")
    Account.create(email="alice@example.com", tenant=acme, role=Role.OWNER, email_verified=True)
    secret = webhooks.save(acme, receiver.url("/hook"), production=False, by="test", address="", now=utc_now())
    Tenant.update(desired=Desired.RUNNING).execute()
    WhatsAppSession.update(state=SessionState.LOGGED_OUT, phone="+255700000001").execute()
    launch()
    eventually(lambda: mail_server.letters and receiver.posted, "both are told")
    (letter,), ((path, body, headers),) = mail_server.letters, receiver.posted
    assert (letter["To"], letter["Subject"]) == ("alice@example.com", "Acme: the bot does not answer")
    told = json.loads(body)
    assert (path, told["event"], told["trouble"]) == ("/hook", "tenant.trouble", "LOGGED_OUT")
    moment, _, digest = headers["X-FlowHQ-Signature"].removeprefix("t=").partition(",v1=")
    assert digest == hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    eventually(lambda: WebhookDelivery.get().state == Dispatch.SENT)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_systemd_hears_that_it_is_ready_and_that_it_ends(launch, mailing, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        process = launch(NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert b"READY=1" in systemd.recv(1000)
        os.kill(process.pid, signal.SIGTERM)
        assert b"STOPPING=1" in systemd.recv(1000)
        assert process.wait(60) == 0


@pytest.mark.slow
def test_many_letters_and_two_consumers_send_each_once(launch, mailing, mail_server):
    mail_server.start()
    for number in range(40):
        letters.post(replace(LETTER, subject=f"No. {number}"), mailing, now=utc_now())
    launch()
    launch()
    eventually(lambda: states() == [Dispatch.SENT] * 40, "all are sent")
    assert sorted(letter["Subject"] for letter in mail_server.letters) == sorted(f"No. {n}" for n in range(40))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_jobs_go_on_after_the_database_has_dropped_every_connection(launch, mailing, mail_server, log, database):
    mail_server.start()
    launch()
    eventually(lambda: said(log, "jobs_ready"))
    letters.post(LETTER, mailing, now=utc_now())
    eventually(lambda: states() == [Dispatch.SENT], "the first letter is taken")
    database.execute_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    letters.post(LETTER, mailing, now=utc_now())
    eventually(lambda: states() == [Dispatch.SENT] * 2, "the second letter is taken")
