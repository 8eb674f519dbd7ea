from dataclasses import replace
from datetime import timedelta

import pytest

from app.models import Dispatch, Job, OutgoingMail
from app.models.base import utc_now
from app.services import letters, outbox, outgoing
from app.services.mailer import Letter
from app.settings import Settings
from tests.mailserver import MailServer

LETTER = Letter("asha@example.com", "Habari", "Mambo vipi?\n")


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer, database) -> Settings:
    return replace(settings, smtp_url=mail_server.url)


@pytest.fixture
def mail(mailing: Settings) -> OutgoingMail:
    assert letters.post(LETTER, mailing, now=utc_now())
    return OutgoingMail.get()


def later(seconds: float):
    return utc_now() + timedelta(seconds=seconds)


def test_a_letter_and_its_job_are_written_together_or_not_at_all(mailing, database):
    with database.atomic() as transaction:
        letters.post(LETTER, mailing, now=utc_now())
        transaction.rollback()
    assert (OutgoingMail.select().count(), Job.select().count()) == (0, 0)
    letters.post(LETTER, mailing, now=utc_now())
    assert (OutgoingMail.select().count(), Job.select().count()) == (1, 1)


def test_without_a_mail_server_nothing_is_written(settings, database):
    assert letters.post(LETTER, settings, now=utc_now()) is False
    assert OutgoingMail.select().count() == 0


def test_a_letter_is_sent_once_however_often_its_job_runs(mail, mailing, mail_server):
    mail_server.start()
    for _ in range(3):
        assert letters.deliver(mail.id, mailing, now=later(600)) is None
    assert mail_server.texts() == [LETTER.text]
    (sent,) = OutgoingMail.select()
    assert (sent.state, sent.text, sent.attempts) == (Dispatch.SENT, "", 1)


def test_waits_grow_while_the_server_is_down_and_end_when_the_letter_is_useless(mail, mailing):
    now, waits = utc_now(), []
    while (wait_s := letters.deliver(mail.id, mailing, now=now)) is not None:
        waits.append(wait_s)
        now += timedelta(seconds=wait_s)
    assert waits[:6] == [10, 30, 120, 600, 1800, 3600]
    assert set(waits[6:]) == {3600}
    assert letters.USEFUL_FOR - timedelta(hours=2) < now - mail.created_at <= letters.USEFUL_FOR
    failed = OutgoingMail.get()
    assert (failed.state, "refused" in failed.last_error) == (Dispatch.FAILED, True)


def test_a_recipient_that_is_refused_for_good_is_not_tried_again(mail, mailing, mail_server):
    mail_server.answer = "550 no such mailbox"
    mail_server.start()
    assert letters.deliver(mail.id, mailing, now=utc_now()) is None
    assert OutgoingMail.get().state == Dispatch.FAILED
    (shown,) = outgoing.unfinished()
    assert (shown.name, shown.to, "550" in shown.last_error) == (f"mail:{mail.id}", LETTER.to, True)


def test_a_letter_waits_where_the_mail_server_was_taken_out_of_the_settings(mail, mailing):
    assert letters.deliver(mail.id, replace(mailing, smtp_url=""), now=utc_now()) == 10
    assert "FLOWHQ_SMTP_URL" in OutgoingMail.get().last_error


def test_a_server_that_is_busy_is_tried_again(mail, mailing, mail_server):
    mail_server.answer = "451 come back later"
    mail_server.start()
    assert letters.deliver(mail.id, mailing, now=utc_now()) == 10
    mail_server.answer = "250 taken"
    assert letters.deliver(mail.id, mailing, now=later(10)) is None
    assert len(mail_server.letters) == 1


def test_a_letter_whose_sender_died_over_it_is_found_again_with_the_same_id(mail, mailing, mail_server):
    assert outbox.claim(OutgoingMail, mail.id, now=utc_now())
    mail_server.start()
    assert letters.deliver(mail.id, mailing, now=later(1)) is None
    assert mail_server.letters == []
    Job.delete().execute()
    assert letters.sweep(now=later(60)) == 0
    assert letters.sweep(now=later(200)) == 1
    assert Job.select().count() == 1
    letters.deliver(mail.id, mailing, now=later(200))
    assert [letter["Message-ID"] for letter in mail_server.letters] == [mail.message_id]


def test_what_was_given_up_can_be_tried_once_more(mail, mailing, mail_server):
    OutgoingMail.update(state=Dispatch.FAILED, done_at=utc_now(), attempts=9).execute()
    assert outgoing.retry(f"mail:{mail.id}", now=utc_now())
    assert not outgoing.retry(f"mail:{mail.id}", now=utc_now())
    assert not outgoing.retry("mail:x", now=utc_now())
    mail_server.start()
    letters.deliver(mail.id, mailing, now=later(1))
    assert len(mail_server.letters) == 1


def test_old_letters_are_forgotten_and_those_that_wait_are_not(mail, mailing):
    letters.post(LETTER, mailing, now=utc_now())
    OutgoingMail.update(state=Dispatch.SENT, done_at=utc_now()).where(OutgoingMail.id == mail.id).execute()
    assert letters.forget_old(now=later(29 * 86400)) == 0
    assert letters.forget_old(now=later(31 * 86400)) == 1
    assert OutgoingMail.select().count() == 1
