import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.models import AuditEntry, Dispatch, Tenant, Webhook, WebhookDelivery
from app.services import webhooks
from app.services.tenants import create_tenant
from app.services.webhooks import NotPosted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://example.com/hook?token=abc"
WHO = {"by": "alice@example.com", "address": "127.0.0.1"}


class Receiver:
    """Answers calls with the statuses it is told, the last one for ever."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.calls: list[tuple] = []

    def __call__(self, url, body, headers):
        self.calls.append((url, body, headers))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise NotPosted("no answer within 10 s")
        return status


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")


def save(tenant: Tenant | None, url: str = URL) -> str | None:
    return webhooks.save(tenant, url, production=True, now=NOW, **WHO)


def waiting(tenant: Tenant) -> WebhookDelivery:
    webhooks.tell(tenant, "tenant.trouble", {"trouble": "BANNED"}, now=NOW)
    return WebhookDelivery.select().order_by(WebhookDelivery.id.desc()).get()


@pytest.mark.parametrize("url", [
    "http://example.com/", "ftp://example.com/", "https://", "https:///x", "example.com", "https://user:pw@example.com/",
    "https://exa mple.com/", "https://example.com:99999/", "https://[::1", "http://127.0.0.1:8080/", "",
    "https://example.com/" + "x" * 500])
def test_it_refuses_an_address_that_nothing_may_be_posted_to(url):
    with pytest.raises(Invalid):
        webhooks.check_url(url, production=True)


def test_plain_http_is_for_this_machine_alone_and_not_in_production():
    assert webhooks.check_url(" http://localhost:8080/x ", production=False) == "http://localhost:8080/x"
    with pytest.raises(Invalid):
        webhooks.check_url("http://192.168.1.1/", production=False)


def test_the_secret_is_given_once_and_a_new_address_keeps_it(acme):
    secret = save(acme)
    assert secret and len(secret) >= 40
    assert save(acme, "https://other.example.com/") is None
    assert (Webhook.get().secret, Webhook.get().url) == (secret, "https://other.example.com/")
    renewed = webhooks.renew_secret(acme, now=NOW, **WHO)
    assert renewed not in (secret, "")
    entries = [(each.action, str(each.detail)) for each in AuditEntry.select() if each.action.startswith("webhook")]
    assert [action for action, _ in entries] == ["webhook.save", "webhook.save", "webhook.renew_secret"]
    assert not any(secret in detail or renewed in detail or "token" in detail for _, detail in entries)


def test_a_call_is_signed_so_that_the_receiver_can_check_it(acme):
    secret = save(acme)
    call, receiver = waiting(acme), Receiver(204)
    assert webhooks.deliver(call.id, receiver, now=NOW) is None
    ((url, body, headers),) = receiver.calls
    moment, _, digest = headers["X-FlowHQ-Signature"].removeprefix("t=").partition(",v1=")
    wanted = hmac.new(str(secret).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert (url, digest, int(moment)) == (URL, wanted, int(NOW.timestamp()))
    assert json.loads(body)["id"] == headers["X-FlowHQ-Delivery"] == call.uid
    done = WebhookDelivery.get()
    assert (done.state, done.status_code, done.attempts) == (Dispatch.SENT, 204, 1)


def test_a_call_that_fails_is_tried_again_with_the_same_id_and_body_until_it_is_taken(acme):
    save(acme)
    call, receiver, now = waiting(acme), Receiver(500, None, 302, 200), NOW
    while (wait_s := webhooks.deliver(call.id, receiver, now=now)) is not None:
        now += timedelta(seconds=wait_s)
    assert len({(body, headers["X-FlowHQ-Delivery"]) for _, body, headers in receiver.calls}) == 1
    assert len(receiver.calls) == 4
    assert len({headers["X-FlowHQ-Signature"] for _, _, headers in receiver.calls}) == 4
    assert (WebhookDelivery.get().state, WebhookDelivery.get().last_error) == (Dispatch.SENT, "")


def test_it_ends_after_a_day_and_the_webhook_is_off_until_it_is_saved_again(acme):
    save(acme)
    call, later, receiver, now = waiting(acme), waiting(acme), Receiver(None), NOW
    while (wait_s := webhooks.deliver(call.id, receiver, now=now)) is not None:
        now += timedelta(seconds=wait_s)
    assert timedelta(hours=22) < now - NOW <= timedelta(days=1)
    assert len(receiver.calls) < 40
    assert [each.state for each in WebhookDelivery.select()] == [Dispatch.FAILED] * 2
    assert webhooks.deliver(later.id, Receiver(200), now=now) is None
    webhooks.tell(acme, "tenant.trouble", {}, now=now)
    assert WebhookDelivery.select().count() == 2
    with pytest.raises(Conflict):
        webhooks.test(acme, now=now, **WHO)
    save(acme)
    webhooks.test(acme, now=now, **WHO)
    assert WebhookDelivery.select().count() == 3


def test_a_receiver_that_is_gone_is_not_asked_again(acme):
    save(acme)
    assert webhooks.deliver(waiting(acme).id, Receiver(410), now=NOW) is None
    assert not Webhook.get().enabled


def test_a_removed_webhook_takes_its_calls_with_it(acme):
    save(acme)
    call = waiting(acme)
    webhooks.remove(acme, **WHO)
    assert webhooks.deliver(call.id, Receiver(200), now=NOW) is None
    with pytest.raises(NotFound):
        webhooks.remove(acme, **WHO)


def test_the_platforms_webhook_is_one_and_not_a_tenants(acme):
    save(None)
    save(None, "https://ops.example.com/")
    assert Webhook.select().count() == 1
    assert webhooks.webhook_of(acme) is None
