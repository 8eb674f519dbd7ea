"""Mailed links: verification, reset, invitation, and what becomes of them without a mail server."""
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import queueing
from app.models import Account, Job, Language, LinkPurpose, MailedLink, OutgoingMail, Role, Tenant
from app.models.base import utc_now
from app.services import accounts, letters, mailed_links, passwords
from app.settings import Settings
from app.web import create_app, mail
from tests.app.web.conftest import PASSWORD, ClientOf, Page
from tests.mailserver import MailServer

NEW = "another good password"


def waiting_link(purpose: LinkPurpose) -> str:
    """The path of the link that waits for an admin to pass it on."""
    url = MailedLink.get(MailedLink.purpose == purpose, MailedLink.used_at.is_null()).unsent_url
    return "/" + url.split("/", 3)[3]


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client_of: ClientOf, page: Page):
    elsewhere, client = client_of("alice"), client_of(None)
    answer = client.post("/forgotten", data={"email": "Alice@example.com"}, follow_redirects=True)
    assert "a link is on its way" in answer.text
    path = waiting_link(LinkPurpose.RESET)
    assert "For alice@example.com." in page(client, path).text
    weak = client.post(path, data={"password": "short"})
    assert (weak.status_code, "at least 10 characters" in weak.text) == (400, True)
    assert client.post(path, data={"password": NEW}).location == "/portal/"
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    alice = Account.get(Account.email == "alice@example.com")
    assert [passwords.fits(alice.password_hash, each) for each in (NEW, PASSWORD)] == [True, False]


def test_a_link_is_good_once_and_not_for_ever(client_of: ClientOf, page: Page):
    client = client_of(None)
    client.post("/forgotten", data={"email": "alice@example.com"})
    path = waiting_link(LinkPurpose.RESET)
    client.post(path, data={"password": NEW})
    assert "has been used or has expired" in page(client_of(None), path, 409).text
    client.post("/forgotten", data={"email": "bob@example.com"})
    path = waiting_link(LinkPurpose.RESET)
    MailedLink.update(expires_at=utc_now() - timedelta(seconds=1)).execute()
    assert client_of(None).post(path, data={"password": NEW}).status_code == 303
    bob = Account.get(Account.email == "bob@example.com")
    assert passwords.fits(bob.password_hash, PASSWORD)


def test_an_unknown_address_is_answered_as_a_known_one(client_of: ClientOf):
    answers = [client_of(None).post("/forgotten", data={"email": email}, follow_redirects=True).text
               for email in ("nobody@example.com", "alice@example.com")]
    assert answers[0] == answers[1]
    assert MailedLink.select().count() == 1


def test_nobody_is_flooded_with_mail(client_of: ClientOf):
    for email in ("alice@example.com", "nobody@example.com"):
        codes = [client_of(None).post("/forgotten", data={"email": email}).status_code for _ in range(7)]
        assert codes == [303] * 5 + [429] * 2


def test_a_reset_of_an_address_that_was_never_proved_takes_a_strangers_second_factor_away(client_of: ClientOf):
    Account.update(email_verified=False, totp_secret="x", totp_enabled=True).where(
        Account.email == "alice@example.com").execute()
    client = client_of(None)
    client.post("/forgotten", data={"email": "alice@example.com"})
    assert client.post(waiting_link(LinkPurpose.RESET), data={"password": NEW}).location == "/portal/"
    alice = Account.get(Account.email == "alice@example.com")
    assert (alice.totp_enabled, alice.email_verified) == (False, True)


def test_an_address_is_confirmed_by_a_button_and_not_by_opening_the_link(client_of: ClientOf, page: Page):
    Account.update(email_verified=False).where(Account.email == "alice@example.com").execute()
    client = client_of("alice")
    assert "Please open the link that was mailed to alice@example.com" in page(client, "/account").text
    client.post("/account/verification")
    path = waiting_link(LinkPurpose.VERIFY)
    page(client_of(None), path)
    assert not Account.get(Account.email == "alice@example.com").email_verified
    client_of(None).post(path, data={"submit": "yes"})
    assert Account.get(Account.email == "alice@example.com").email_verified
    assert "Please open the link" not in page(client, "/account").text


def test_an_address_changes_once_the_new_one_is_proved(client_of: ClientOf):
    client = client_of("alice")
    wrong = client.post("/account/email", data={"email-email": "al@example.com", "email-password": "not it at all"})
    assert (wrong.status_code, 'value="al@example.com"' in wrong.text) == (400, True)
    taken = client.post("/account/email", data={"email-email": "bob@example.com", "email-password": PASSWORD})
    assert (taken.status_code, "There is an account bob@example.com" in taken.text) == (400, True)
    client.post("/account/email", data={"email-email": "Al@example.com", "email-password": PASSWORD})
    assert Account.select().where(Account.email == "alice@example.com").exists()
    client_of(None).post(waiting_link(LinkPurpose.VERIFY), data={"submit": "yes"})
    assert Account.get(Account.name == "Alice").email == "al@example.com"


def test_an_invited_person_chooses_a_password_and_comes_in(web_app: Flask, client_of: ClientOf, page: Page):
    acme = Tenant.get(Tenant.slug == "acme")
    invited = accounts.invite(acme, email="dora@example.com", name="Dora", role=Role.STAFF, by="alice@example.com",
                              language=Language.SW)
    with web_app.test_request_context():
        assert mail.send_link(invited, LinkPurpose.INVITE) is False
    path, client = waiting_link(LinkPurpose.INVITE), client_of(None)
    assert "You have been invited as dora@example.com." in page(client, path).text
    assert client.post(path, data={"name": "Dora M", "password": NEW}).location == "/portal/"
    dora = Account.get(Account.email == "dora@example.com")
    assert (dora.name, dora.tenant, dora.email_verified) == ("Dora M", acme, True)


def test_admins_find_the_links_that_no_mail_server_took(client_of: ClientOf, page: Page):
    assert "There are none" in page(client_of("ada"), "/admin/mailed-links").text
    client_of(None).post("/forgotten", data={"email": "alice@example.com"})
    path = waiting_link(LinkPurpose.RESET)
    assert path in page(client_of("ada"), "/admin/mailed-links").text
    client_of(None).post(path, data={"password": NEW})
    assert path not in page(client_of("ada"), "/admin/mailed-links").text


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer) -> Settings:
    """Settings with a mail server, which is not up yet."""
    return replace(settings, smtp_url=mail_server.url, base_url="http://bots.example.org/", mail_from="hq@example.org")


@pytest.fixture
def mailing_client(mailing: Settings, cast: object) -> FlaskClient:
    """A browser on an application that has a mail server."""
    app = create_app(mailing)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app.test_client()


def test_a_letter_is_mailed_in_its_readers_language_and_kept_nowhere(mailing_client, mailing, mail_server, caplog):
    mail_server.start()
    Account.update(language=Language.SW).where(Account.email == "alice@example.com").execute()
    mailing_client.post("/forgotten", data={"email": "alice@example.com"})
    assert mailed_links.unsent(now=utc_now()) == []
    letters.deliver(OutgoingMail.get().id, mailing, now=utc_now())
    (letter,) = mail_server.letters
    assert (letter["To"], letter["From"]) == ("alice@example.com", "hq@example.org")
    (text,) = mail_server.texts()
    assert text.startswith("Mtu fulani")
    assert (MailedLink.get().unsent_url, OutgoingMail.get().text) == ("", "")
    path = re.search(r"http://bots\.example\.org(/reset/[\w-]+)", text)
    assert path
    assert path[1] not in caplog.text
    assert mailing_client.get(path[1]).status_code == 200


def test_a_mail_server_that_is_down_leaves_the_link_to_the_admins_until_it_is_up(
    mailing_client, mailing, mail_server, caplog,
):
    mailing_client.post("/forgotten", data={"email": "alice@example.com"})
    mail, now = OutgoingMail.get(), utc_now()
    wait_s = letters.deliver(mail.id, mailing, now=now)
    (link,) = mailed_links.unsent(now=now)
    assert link.unsent_url.startswith("http://bots.example.org/reset/")
    assert link.unsent_url not in caplog.text
    mail_server.start()
    assert letters.deliver(mail.id, mailing, now=now + timedelta(seconds=wait_s)) is None
    assert len(mail_server.letters) == 1
    assert mailed_links.unsent(now=now) == []


def test_a_second_link_takes_the_place_of_a_letter_that_waits(mailing_client, mailing, mail_server):
    mail_server.start()
    for _ in range(2):
        mailing_client.post("/forgotten", data={"email": "alice@example.com"})
    (mail,) = OutgoingMail.select()
    letters.deliver(mail.id, mailing, now=utc_now())
    assert len(mail_server.letters) == 1


def test_a_link_that_could_not_be_kept_is_not_mailed(mailing_client, monkeypatch):
    def die(*_args, **_values):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(queueing, "perform", die)
    with pytest.raises(RuntimeError):
        mailing_client.post("/forgotten", data={"email": "alice@example.com"})
    assert [kind.select().count() for kind in (MailedLink, OutgoingMail, Job)] == [0, 0, 0]
