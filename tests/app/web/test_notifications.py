"""What owners and admins are told of, and their webhooks."""
from dataclasses import replace

import pytest

from app.models import Account, AuditEntry, Dispatch, Incident, Tenant, Webhook, WebhookDelivery
from app.models.base import utc_now

PAGE, ADMINS = "/portal/notifications", "/admin/notifications"
URL = "https://example.com/hook"


def test_an_owner_chooses_what_to_be_told_of(client_of, page):
    client = client_of("alice")
    shown = page(client, PAGE)
    assert [shown.find(id=name).has_attr("checked") for name in ("alerts", "digest")] == [True, True]
    assert shown.find(id="after_min")["value"] == "10"
    assert "no mail server" in shown.text
    assert client.post(PAGE, data={"alerts": "yes", "after_min": "30"}).status_code == 303
    alice = Account.get(Account.email == "alice@example.com")
    assert (alice.wants_alerts, alice.wants_digest, alice.tenant.alert_after_min) == (True, False, 30)
    assert not page(client, PAGE).find(id="digest").has_attr("checked")
    assert Account.get(Account.email == "charlie@example.com").wants_digest
    assert Tenant.get(Tenant.slug == "other").alert_after_min == 10


@pytest.mark.parametrize("minutes", ["1", "1441", "-5", "ten", ""])
def test_minutes_that_cannot_be_used_are_kept_and_explained(client_of, minutes):
    answer = client_of("alice").post(PAGE, data={"after_min": minutes})
    assert (answer.status_code, f'value="{minutes}"' in answer.text) == (400, True)
    assert "from 2 to 1440" in answer.text
    assert Account.get(Account.email == "alice@example.com").wants_alerts


@pytest.mark.parametrize(("who", "path"), [("alice", PAGE), ("ada", ADMINS)])
def test_a_webhook_is_saved_tested_given_a_new_secret_and_removed(client_of, page, who, path):
    client = client_of(who)
    first = client.post(f"{path}/webhook", data={"url": URL}).text
    webhook = Webhook.get()
    assert webhook.secret in first
    assert (webhook.tenant and webhook.tenant.slug) == {"alice": "acme", "ada": None}[who]
    assert webhook.secret not in str(page(client, path))
    assert client.post(f"{path}/webhook/test").status_code == 303
    WebhookDelivery.update(last_error="The name leads nowhere.", attempts=3).execute()
    shown = page(client, path).text
    assert [each in shown for each in ("The name leads nowhere.", "3 tries", "Waiting")] == [True] * 3
    assert "Jina hilo haliongozi popote." in page(client, f"{path}?lang=sw").text
    client.get("/?lang=en")
    renewed = client.post(f"{path}/webhook/secret").text
    assert webhook.secret not in renewed
    assert Webhook.get().secret in renewed
    assert client.post(f"{path}/webhook", data={"url": URL + "/2"}).status_code == 303
    assert client.post(f"{path}/webhook/remove").status_code == 303
    assert (Webhook.select().count(), WebhookDelivery.select().count()) == (0, 0)
    assert client.post(f"{path}/webhook/remove").status_code == 404


def test_a_bad_address_is_kept_and_explained(client_of):
    answer = client_of("alice").post(f"{PAGE}/webhook", data={"url": "http://10.0.0.1/x"})
    assert (answer.status_code, "begin with https" in answer.text, 'value="http://10.0.0.1/x"' in answer.text) == (
        400, True, True)
    assert Webhook.select().count() == 0


@pytest.mark.parametrize(("production", "status"), [(False, 200), (True, 400)])
def test_this_machine_is_a_receiver_for_trying_out_alone(web_app, client_of, production, status):
    client = client_of("alice")
    web_app.extensions["flowhq_settings"] = replace(web_app.extensions["flowhq_settings"], production=production)
    assert client.post(f"{PAGE}/webhook", data={"url": "http://127.0.0.1:9/"}).status_code == status


def test_a_webhook_that_was_given_up_says_so(client_of, page):
    client = client_of("alice")
    client.post(f"{PAGE}/webhook", data={"url": URL})
    client.post(f"{PAGE}/webhook/test")
    Webhook.update(enabled=False).execute()
    WebhookDelivery.update(state=Dispatch.FAILED).execute()
    shown = page(client, PAGE)
    assert "was turned off" in shown.text
    assert "Send a test" not in shown.text
    answer = client.post(f"{PAGE}/webhook/test", follow_redirects=True)
    assert "save its address again" in answer.text


def test_the_last_troubles_are_shown_in_words(client_of, page):
    acme, now = Tenant.get(Tenant.slug == "acme"), utc_now()
    Incident.create(tenant=acme, trouble="BANNED", since=now, told_at=now)
    Incident.create(tenant=acme, trouble="LOGGED_OUT", since=now, told_at=now, ended_at=now)
    Incident.create(tenant=acme, trouble="DISCONNECTED", since=now)
    shown = page(client_of("alice"), PAGE).text
    assert [each in shown for each in ("Number blocked", "Lasting", "Unlinked by the phone", "Over")] == [True] * 4
    assert "No connection to WhatsApp" not in shown
    assert "No trouble so far" in page(client_of("charlie"), PAGE).text


def test_what_was_done_is_in_the_audit_log_without_the_secret(client_of, page):
    client = client_of("alice")
    client.post(f"{PAGE}/webhook", data={"url": URL})
    assert Webhook.get().secret not in " ".join(str(each.detail) for each in AuditEntry.select())
    assert "gave the webhook its address" in page(client, "/portal/people").text
    assert "Arifa" in page(client, f"{PAGE}?lang=sw").text
