"""Webhooks: where events are posted, how they are signed, and what became of each.

Each event is a POST of a JSON object in UTF-8:

    {"id": "…", "event": "tenant.trouble", "at": "2026-03-01T08:00:00+00:00", "tenant": "acme",
     "business": "Acme", "trouble": "LOGGED_OUT", "since": "2026-03-01T07:59:00+00:00"}

`event` is tenant.trouble, tenant.recovered, test, ticket.opened, ticket.reopened, what a customer did with a booking
(booking.made, booking.moved, booking.cancelled, booking.accepted, booking.refused), or what became of an order
(order.placed, order.changed, order.cancelled). `id` names the event; one that is posted twice has it twice.
The header X-FlowHQ-Signature is `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` by the webhook's secret.
Any answer of 200 to 299 within ten seconds counts as taken. Everything else is tried again, with growing waits, for a
day; then the webhook is turned off until somebody saves it again. Redirects are not followed.
"""
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from app.catalogues import N_
from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.logs import get_logger
from app.models import Dispatch, Tenant, Webhook, WebhookDelivery
from app.services import audit, outbox

CALL = "webhook"
USEFUL_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
SHOWN = 20
LONGEST_URL = 500
SECRET_BYTES = 32
GONE = 410
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Why nobody took a call, in words that the page translates.
TOO_SLOW = N_("There was no answer within ten seconds.")
NOT_OURS = N_("The address is one of a private network.")
NOWHERE = N_("The name leads nowhere.")
BAD_CERTIFICATE = N_("The certificate behind the address is not valid.")
log = get_logger(__name__)

# Posts a body with headers to a URL and returns the answer's status; raises NotPosted.
Post = Callable[[str, bytes, Mapping[str, str]], int]


class NotPosted(Exception):
    """Nobody answered; the message says why."""


def webhook_of(tenant: Tenant | None) -> Webhook | None:
    """The tenant's webhook, or the platform's for None."""
    is_theirs = Webhook.tenant.is_null() if tenant is None else Webhook.tenant == tenant
    found: Webhook | None = Webhook.get_or_none(is_theirs)
    return found


def check_url(url: str, *, production: bool) -> str:
    """The address without spaces around it; raises Invalid for one that nothing may be posted to."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise Invalid("That is no address: write one like https://example.com/flowhq.") from None
    if not is_whole or len(url) > LONGEST_URL or not url.isascii() or any(char.isspace() for char in url):
        raise Invalid("That is no address: write one like https://example.com/flowhq.")
    if not _is_safe(parts, production):
        raise Invalid("The address has to begin with https://, so that nobody on the way can read or change it.")
    if parts.username or parts.password:
        raise Invalid("Leave name and password out of the address: each call is signed instead.")
    return url


def save(
    tenant: Tenant | None, url: str, *, production: bool, by: str, address: str, now: datetime,
) -> str | None:
    """Post events to this address from now on; returns the new secret where there was no webhook. Raises Invalid."""
    url = check_url(url, production=production)
    with db.atomic():
        found = webhook_of(tenant)
        if found:
            Webhook.update(url=url, enabled=True, updated_at=now).where(Webhook.id == found.id).execute()
            secret = None
        else:
            secret = _new_secret()
            Webhook.create(tenant=tenant, url=url, secret=secret, created_at=now, updated_at=now)
        _note("webhook.save", tenant, by, address, host=urlsplit(url).hostname)
    return secret


def renew_secret(tenant: Tenant | None, *, by: str, address: str, now: datetime) -> str:
    """Sign with a new secret from now on, and return it; raises NotFound."""
    secret = _new_secret()
    with db.atomic():
        Webhook.update(secret=secret, updated_at=now).where(Webhook.id == _get(tenant).id).execute()
        _note("webhook.renew_secret", tenant, by, address)
    return secret


def remove(tenant: Tenant | None, *, by: str, address: str) -> None:
    """Post nothing any more and forget the calls; raises NotFound."""
    with db.atomic():
        _get(tenant).delete_instance()
        _note("webhook.remove", tenant, by, address)


def test(tenant: Tenant | None, *, by: str, address: str, now: datetime) -> None:
    """Post an event that says nothing; raises NotFound, and Conflict while the webhook is turned off."""
    with db.atomic():
        found = _get(tenant)
        if not found.enabled:
            raise Conflict("The webhook is turned off: save its address again to turn it on.")
        _put(found, "test", {"tenant": tenant.slug if tenant else ""}, now)
        _note("webhook.test", tenant, by, address)


def tell(tenant: Tenant, event: str, facts: Mapping[str, Any], *, now: datetime) -> None:
    """Put an event on its way to the tenant's webhook and to the platform's, where there are such."""
    told = {"tenant": tenant.slug, "business": tenant.name, **facts}
    for webhook in Webhook.select().where((Webhook.tenant == tenant) | Webhook.tenant.is_null(), Webhook.enabled):
        _put(webhook, event, told, now)


def calls(webhook: Webhook) -> list[WebhookDelivery]:
    """The last calls, newest first."""
    mine = WebhookDelivery.select().where(WebhookDelivery.webhook == webhook)
    return list(mine.order_by(WebhookDelivery.id.desc()).limit(SHOWN))


def signature(secret: str, body: bytes, *, now: datetime) -> str:
    """What the header X-FlowHQ-Signature says of the body."""
    moment = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def deliver(call_id: int, post: Post, *, now: datetime) -> float | None:
    """Try one call; the seconds until the next try, or None where there is none."""
    call = outbox.claim(WebhookDelivery, call_id, now=now)
    if call is None:
        return None
    body, webhook = call.body.encode(), call.webhook
    headers = {"Content-Type": "application/json", "User-Agent": "FlowHQ", "X-FlowHQ-Event": call.event,
               "X-FlowHQ-Delivery": call.uid, "X-FlowHQ-Signature": signature(webhook.secret, body, now=now)}
    try:
        status = post(webhook.url, body, headers)
    except NotPosted as error:
        return _fail(call, str(error), None, now)
    if not 200 <= status < 300:
        return _fail(call, f"it answered {status}", status, now)
    outbox.sent(call, now=now, status_code=status)
    return None


def sweep(*, now: datetime) -> int:
    """Ask again for the calls whose job was lost; returns how many there were."""
    return outbox.ask_for_left_over(WebhookDelivery, CALL, now=now)


def forget_old(*, now: datetime) -> int:
    """Forget the calls that were taken, or given up, long ago."""
    return outbox.forget(WebhookDelivery, before=now - KEPT_FOR)


def _fail(call: WebhookDelivery, reason: str, status: int | None, now: datetime) -> float | None:
    with db.atomic():
        again_s = outbox.failed(call, reason, now=now, for_good=status == GONE, status_code=status)
        if again_s is None:
            _give_up(call.webhook, now)
    log.warning("webhook_failed", call=call.id, attempts=call.attempts, again_s=again_s, reason=reason[:200])
    return again_s


def _give_up(webhook: Webhook, now: datetime) -> None:
    """Turn the webhook off, and what waits for it."""
    Webhook.update(enabled=False, updated_at=now).where(Webhook.id == webhook.id).execute()
    waits = (WebhookDelivery.webhook == webhook) & (WebhookDelivery.state == Dispatch.WAITING)
    WebhookDelivery.update(state=Dispatch.FAILED, done_at=now).where(waits).execute()


def _put(webhook: Webhook, event: str, facts: Mapping[str, Any], now: datetime) -> None:
    uid = str(uuid.uuid4())
    body = json.dumps({"id": uid, "event": event, "at": now.isoformat(), **facts}, ensure_ascii=False)
    outbox.put(WebhookDelivery, CALL, now=now, lives=USEFUL_FOR, webhook=webhook, uid=uid, event=event, body=body)


def _get(tenant: Tenant | None) -> Webhook:
    found = webhook_of(tenant)
    if found is None:
        raise NotFound("There is no webhook.")
    return found


def _is_safe(parts: SplitResult, production: bool) -> bool:
    return parts.scheme == "https" or (not production and parts.scheme == "http" and parts.hostname in LOOPBACK)


def _new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def _note(action: str, tenant: Tenant | None, by: str, address: str, **detail: object) -> None:
    audit.record(by=by, action=action, slug=tenant.slug if tenant else "", address=address, detail=detail)
