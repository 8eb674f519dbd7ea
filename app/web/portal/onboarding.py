"""Set a business up, step by step; whatever was typed is kept, and the last step is a talk with the bot."""
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.models import Template
from app.models.base import utc_now
from app.replies.hours import DAYS
from app.services import onboarding as service
from app.services.onboarding import STEPS
from app.services.preview import PICTURE
from app.web.access import applicant, current_account
from app.web.errors import said
from app.web.labels import LABELS, ZONES
from app.web.portal import rows, week
from app.web.portal.blueprint import blueprint, who
from app.web.portal.content import list_fields, week_fields
from app.web.portal.preview import talk_about
from app.web.words import TEMPLATES

TITLES: Mapping[str, LazyString] = {
    "business": _l("Business"), "template": _l("What the bot does"), "number": _l("WhatsApp number"),
    "language": _l("Language and zone"), "hours": _l("Opening hours"), "content": _l("First content"),
    "preview": _l("Try and send"),
}
ABOUT_TEMPLATES: Mapping[Template, LazyString] = {
    Template.BOOKING: _l("Customers ask for prices and book a day and a time: salons, clinics, workshops."),
    Template.ECOMMERCE: _l("Customers ask for products and order them: shops and restaurants."),
    Template.SUPPORT: _l("Customers ask questions and report problems: providers, schools, offices."),
}
FIRST_LIST = {Template.BOOKING: "services", Template.ECOMMERCE: "products", Template.SUPPORT: "questions"}
BLANK_ROWS = 4
Answer = Response | str | tuple[str, int]


@blueprint.get("/onboarding")
@applicant
def onboarding() -> Answer:
    """The first step that something is missing from."""
    return _page(service.first_unfinished(service.draft_of(current_account())))


@blueprint.route("/onboarding/<step>", methods=["GET", "POST"])
@applicant
def onboarding_step(step: str) -> Answer:
    """One step: shown, or kept and left for the next one where nothing is wrong with it."""
    if step not in STEPS:
        abort(404)
    if request.method == "GET" or step == STEPS[-1]:
        return _page(step)
    values = _keep(step)
    place = STEPS.index(step)
    if request.form.get("do") == "back":
        return redirect(url_for("portal.onboarding_step", step=STEPS[max(place - 1, 0)]), 303)
    if problems := service.problems(step, values):
        return _page(step, {field: said(error) for field, error in problems.items()})
    return redirect(url_for("portal.onboarding_step", step=STEPS[place + 1]), 303)


@blueprint.post("/onboarding/<step>/keep")
@applicant
def keep_step(step: str) -> Answer:
    """Keep what is being typed, from a script."""
    _keep(step)
    return "", 204


@blueprint.post("/onboarding/submit")
@applicant
def submit_onboarding() -> Response:
    """Hand the form in."""
    service.submit(current_account(), now=utc_now(), **who())
    flash(_("Your request has been sent. This page says how it goes on."), "success")
    return redirect(url_for("portal.index"), 303)


def _keep(step: str) -> dict[str, Any]:
    account = current_account()
    if step not in STEPS[:-1] or not service.may_submit(account):
        abort(404)
    return service.save_draft(account, _changes(step, service.draft_of(account)), now=utc_now())


def _changes(step: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a step brings."""
    form = request.form
    if step == "hours":
        return {"hours": week.read_week(form)}
    if step == "content":
        kind = _first_list(values)
        read = {kind: rows.read_rows(form, kind, rows.PAGE), "address": rows.stored_text(form, "address")}
        kept = {name: value for name, value in values["content"].items() if name not in read}
        return {"content": kept | {name: value for name, value in read.items() if value}}
    fields = {"business": ("business_name",), "language": ("language", "timezone")}.get(step, (step,))
    return {field: rows.clean(form.get(field, ""))[:200] for field in fields}


def _page(step: str, problems: Mapping[str, str] | None = None) -> Answer:
    account = current_account()
    if not service.may_submit(account):
        return redirect(url_for("portal.index"), 303)
    values = service.draft_of(account)
    page = render_template(
        f"portal/onboarding_{step}.html", step=step, steps=STEPS, titles=TITLES, values=values, labels=LABELS,
        done=service.done_steps(account), problems=problems or {}, request_of=service.latest_request(account.tenant),
        **_fields(step, values))
    return page, 400 if problems else 200


def _fields(step: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's page shows besides the values."""
    if step == "hours":
        return week_fields(values["hours"])
    if step == "content":
        kind = _first_list(values)
        shown = rows.shown_rows(values["content"].get(kind) or [], kind, values["language"])
        return {**list_fields(kind, shown, BLANK_ROWS), "address": rows.both(values["content"].get("address"),
                                                                             values["language"])}
    if step == "preview":
        missing = next((each for each in STEPS if service.problems(each, values)), "")
        talk = None if missing else talk_about(request.form, lambda: service.read_bot(values))
        return {"talk": talk, "missing": missing, "days": DAYS, "picture": PICTURE, "which": "", "has_draft": False,
                "templates": TEMPLATES}
    return {"zones": ZONES, "templates": TEMPLATES, "about": ABOUT_TEMPLATES}


def _first_list(values: Mapping[str, Any]) -> str:
    return FIRST_LIST.get(values["template"], "services")
