"""Everybody's own account."""
import pyotp

from app.models import Account, AuditEntry, RecoveryCode, SignIn
from app.models.base import utc_now
from app.services import passwords
from app.web.auth.account import browser_name
from tests.app.web.conftest import PASSWORD, ClientOf, Page

NEW = "another good password"


def test_name_and_language_change(client_of: ClientOf, page: Page):
    client = client_of("alice")
    client.get("/account?lang=en")
    client.post("/account/profile", data={"profile-name": "Alice  Moshi", "profile-language": "SW"})
    alice = Account.get(Account.email == "alice@example.com")
    assert (alice.name, alice.language) == ("Alice Moshi", "SW")
    assert page(client, "/account").html["lang"] == "sw"
    refused = client.post("/account/profile", data={"profile-name": " ", "profile-language": "EN"})
    assert refused.status_code == 400


def test_a_new_password_signs_the_other_browsers_out(client_of: ClientOf):
    elsewhere, client = client_of("alice"), client_of("alice")
    wrong = client.post("/account/password", data={"password-old": "not it at all", "password-password": NEW})
    assert (wrong.status_code, "The present password is not right" in wrong.text) == (400, True)
    client.post("/account/password", data={"password-old": PASSWORD, "password-password": NEW})
    assert passwords.fits(Account.get(Account.email == "alice@example.com").password_hash, NEW)
    assert [each.get("/account").status_code for each in (elsewhere, client)] == [303, 200]


def test_browsers_are_listed_and_signed_out(client_of: ClientOf, page: Page):
    elsewhere, client, third = client_of("alice"), client_of("alice"), client_of("alice")
    assert page(client, "/account").text.count("127.0.0.1") == 3
    first = SignIn.select().order_by(SignIn.id).get()
    client.post(f"/account/browsers/{first.id}/end")
    assert [each.get("/account").status_code for each in (elsewhere, client, third)] == [303, 200, 200]
    client.post("/account/browsers/end")
    assert [each.get("/account").status_code for each in (client, third)] == [200, 303]
    assert AuditEntry.select().where(AuditEntry.action == "account.sign_out").count() == 2


def test_nobody_signs_somebody_elses_browser_out(client_of: ClientOf):
    alice, bob = client_of("alice"), client_of("bob")
    of_alice = SignIn.select().join(Account).where(Account.email == "alice@example.com").get()
    assert bob.post(f"/account/browsers/{of_alice.id}/end").status_code == 404
    assert alice.get("/account").status_code == 200


def test_a_second_factor_is_set_up_renewed_and_ended(client_of: ClientOf, page: Page):
    client = client_of("alice")
    seen = page(client, "/account/second-factor")
    secret = seen.select_one("code.key").text
    assert seen.select_one("svg.qr title").text
    assert client.post("/account/second-factor", data={"code": "000000"}).status_code == 400
    codes = client.post("/account/second-factor", data={"code": pyotp.TOTP(secret).at(utc_now())}).text
    kept = [line.split("<code>")[1].split("<")[0] for line in codes.splitlines() if "<code>" in line]
    assert len(set(kept)) == 10
    assert "10 recovery codes are left" in page(client, "/account").text
    assert secret not in page(client, "/account/second-factor").text
    assert client.post("/account/second-factor/codes", data={"code": kept[0]}).text.count("<code>") == 10
    assert client.post("/account/second-factor/end", data={"code": kept[1]}).status_code == 400
    step_later = pyotp.TOTP(secret).generate_otp(pyotp.TOTP(secret).timecode(utc_now()) + 1)
    assert client.post("/account/second-factor/end", data={"code": step_later}).location == "/account"
    alice = Account.get(Account.email == "alice@example.com")
    assert (alice.totp_enabled, alice.totp_secret, RecoveryCode.select().count()) == (False, "", 0)


def test_a_second_factor_cannot_be_replaced_by_setting_it_up_again(client_of: ClientOf):
    Account.update(totp_enabled=True, totp_secret=pyotp.random_base32()).execute()
    client = client_of("alice")
    before = Account.get(Account.email == "alice@example.com").totp_secret
    client.get("/account/second-factor")
    client.post("/account/second-factor", data={"code": pyotp.TOTP(before).now()})
    assert Account.get(Account.email == "alice@example.com").totp_secret == before
    assert RecoveryCode.select().count() == 0


def test_a_browser_is_named_in_two_words():
    agents = {
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":
            "Chrome, Android",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1":
            "Safari, iPhone",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox, Linux",
    }
    assert {agent: browser_name(agent) for agent in agents} == agents
