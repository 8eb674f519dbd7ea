"""The page on which somebody chooses what to be told of, and where events are posted.

Owners and admins have it in their own area, with the webhook of the business and with that of the platform.
"""
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_domain
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models import Dispatch, Tenant, Trouble
from app.models.base import utc_now
from app.services import alerts, webhooks, wishes
from app.web.access import Rule, current_account
from app.web.errors import said

Answer = str | Response | tuple[str, int]
STATES = {Dispatch.WAITING: ("wait", _l("Waiting")), Dispatch.SENT: ("good", _l("Taken")),
          Dispatch.FAILED: ("bad", _l("Given up"))}
TROUBLES = {
    Trouble.DISCONNECTED: _l("No connection to WhatsApp"), Trouble.CONFLICT: _l("WhatsApp Web opened elsewhere"),
    Trouble.LOGGED_OUT: _l("Unlinked by the phone"), Trouble.ACTION_REQUIRED: _l("WhatsApp asked for something"),
    Trouble.NOT_DELIVERED: _l("Replies could not be delivered"),
    Trouble.STOPPED: _l("Stopped by an error"), Trouble.BANNED: _l("Number blocked by WhatsApp"),
}


@dataclass(frozen=True)
class Area:
    """Whose page it is: the blueprint, the rule, the template, and the business it is about, if it is about one."""

    blueprint: Blueprint
    rule: Rule
    template: str
    tenant: Callable[[], Tenant | None]

    @property
    def page(self) -> str:
        """The address of the page."""
        return url_for(f"{self.blueprint.name}.notifications")


def add_pages(area: Area) -> None:
    """Add the page and what its buttons do to the area's blueprint."""
    for endpoint, method, path, view in (
            ("notifications", "GET", "", show), ("choose_notifications", "POST", "", choose),
            ("save_webhook", "POST", "/webhook", save), ("renew_webhook_secret", "POST", "/webhook/secret", renew),
            ("test_webhook", "POST", "/webhook/test", test), ("remove_webhook", "POST", "/webhook/remove", remove)):
        # The guard against forged requests asks a view for its name, which a partial has none of.
        named = update_wrapper(partial(view, area), view)
        area.blueprint.add_url_rule(f"/notifications{path}", endpoint, area.rule(named), methods=[method])


def show(area: Area) -> Answer:
    """What is chosen, the webhook with its last calls, and the last troubles."""
    return _page(area)


def choose(area: Area) -> Answer:
    """Choose which letters to get."""
    account, form = current_account(), request.form
    typed = form.get("after_min", "")
    try:
        after_min = wishes.read_minutes(typed) if account.tenant else None
    except Invalid as error:
        return _page(area, after_min=typed, problem=said(error)), 400
    wishes.change(account, alerts="alerts" in form, digest="digest" in form, orders="orders" in form,
                  after_min=after_min, address=request.remote_addr or "")
    flash(_("Saved."), "success")
    return redirect(area.page, 303)


def save(area: Area) -> Answer:
    """Post events to an address from now on; a new webhook's secret is shown this once."""
    typed = request.form.get("url", "")
    production = current_app.extensions["flowhq_settings"].production
    try:
        secret = webhooks.save(area.tenant(), typed, production=production, now=utc_now(), **_who())
    except Invalid as error:
        return _page(area, url=typed, url_problem=said(error)), 400
    if secret:
        return _page(area, secret=secret)
    flash(_("Saved."), "success")
    return redirect(area.page, 303)


def renew(area: Area) -> Answer:
    """Make a new secret, which is shown this once."""
    return _page(area, secret=webhooks.renew_secret(area.tenant(), now=utc_now(), **_who()))


def test(area: Area) -> Answer:
    """Post an event that says nothing, to see whether it arrives."""
    webhooks.test(area.tenant(), now=utc_now(), **_who())
    flash(_("A test is on its way. Load this page again to see what became of it."), "success")
    return redirect(area.page, 303)


def remove(area: Area) -> Answer:
    """Post nothing any more."""
    webhooks.remove(area.tenant(), **_who())
    flash(_("The webhook is removed."), "success")
    return redirect(area.page, 303)


def _page(area: Area, **more: Any) -> str:
    tenant, account = area.tenant(), current_account()
    webhook = webhooks.webhook_of(tenant)
    shown = {"after_min": tenant.alert_after_min if tenant else "", "url": webhook.url if webhook else "",
             "problem": "", "url_problem": "", "secret": ""} | more
    return render_template(
        area.template, area=area.blueprint.name, mine=account, webhook=webhook, **shown,
        reason=_reason, calls=webhooks.calls(webhook) if webhook else [], states=STATES, troubles=TROUBLES,
        has_mail=bool(current_app.extensions["flowhq_settings"].smtp_url),
        incidents=alerts.incidents_of(tenant) if tenant else [])


def _reason(text: str) -> str:
    """Why a call failed; what has no words of ours is shown as it came."""
    return str(get_domain().get_translations().gettext(text))


def _who() -> dict[str, str]:
    return {"by": current_account().email, "address": request.remote_addr or ""}
