"""What the bot knows: change it in a draft, publish it, go back."""
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models.base import utc_now
from app.replies.hours import DAYS
from app.services import content as service
from app.services.content import LIMITS, Workshop
from app.web import problems
from app.web.access import current_tenant, member, owner
from app.web.labels import AWAY_POLICIES, LABELS, ZONES
from app.web.portal import rows, texts, week
from app.web.portal.blueprint import blueprint, who

SECTIONS: Mapping[str, LazyString] = {
    "services": _l("Services and prices"), "products": _l("Products"), "stock": _l("Stock"),
    "delivery_areas": _l("Delivery areas"), "questions": _l("Questions and answers"),
    "problems": _l("Problems and steps to try"),
    "hours": _l("Hours and holidays"), "booking": _l("How bookings are taken"),
    "texts": _l("Name, address and texts"), "limits": _l("Limits"), "conversations": _l("Test conversations"),
}
RULE_HINTS: Mapping[str, LazyString] = {
    "lead_minutes": _l("Nobody can book for a time that is nearer than this. Empty: 30 minutes."),
    "ahead_days": _l("Nobody can book for a day that is farther away than this. Empty: 365 days."),
    "reminder_hours": _l("The bot reminds customers who booked in WhatsApp, not at night. Empty or 0: no reminders."),
    "at_once": _l("How many you can serve at the same time in all. Empty or 0: as many as each service takes."),
}
BLANK_ROWS, MORE_BLANK_ROWS = 1, 5


@blueprint.app_template_global()
def problems_in_words(found: Iterable[str]) -> list[str]:
    """What is wrong with a draft, as its page says it."""
    return problems.in_words(found)


@blueprint.get("/content")
@member
def content() -> str:
    """The sections, and what has to be done before the draft can be published."""
    shop = service.workshop(current_tenant())
    counts = {name: len(_listed(shop, name)) for name in rows.LISTS}
    changed = service.changed_fields(service.published(current_tenant()), shop.values) if shop.draft else []
    sections = {name: title for name, title in SECTIONS.items() if name != "booking" or shop.template == "BOOKING"}
    return render_template("portal/content.html", shop=shop, sections=sections, counts=counts, changed=changed,
                           labels=LABELS, problems=service.problems(shop.template, shop.values),
                           alike=service.alike_questions(shop.values))


@blueprint.get("/content/<section>")
@member
def content_list(section: str) -> str:
    """A page of a list."""
    shop, start = _shop_with(section), max(0, request.args.get("start", 0, type=int))
    page = _listed(shop, section)[start:start + rows.PAGE]
    return _list_page(shop, section, start, rows.shown_rows(page, section, shop.values["language"]))


@blueprint.post("/content/<section>")
@member
def save_list(section: str) -> Response | tuple[str, int]:
    """Keep a page of a list in the draft; what was changed by somebody else meanwhile is not overwritten unseen."""
    shop, start = _shop_with(section), max(0, request.form.get("start", 0, type=int))
    stored = _listed(shop, section)
    typed = rows.read_rows(_without_removed(request.form), section, rows.PAGE + MORE_BLANK_ROWS)
    if request.form.get("stamp") != rows.stamp(stored[start:start + rows.PAGE]):
        flash(_("Somebody has changed this list since you opened it. Here is yours: save again to keep it."), "warning")
        return _list_page(shop, section, start, rows.shown_rows(typed, section, shop.values["language"])), 409
    changed = rows.replaced(stored, start, typed)
    _save({"content": {**shop.values["content"], section: changed}})
    if request.form.get("do") != "add":
        return redirect(url_for("portal.content_list", section=section, start=start), 303)
    last = (max(len(changed), 1) - 1) // rows.PAGE * rows.PAGE
    return redirect(url_for("portal.content_list", section=section, start=last, blank=MORE_BLANK_ROWS), 303)


@blueprint.route("/content/hours", methods=["GET", "POST"])
@member
def content_hours() -> Response | str:
    """Opening hours and holidays."""
    if request.method == "POST":
        _save({"hours": week.read_week(request.form)})
        return redirect(url_for("portal.content_hours"), 303)
    return _section_page("hours", lambda shop: week_fields(shop.values["hours"]))


@blueprint.route("/content/texts", methods=["GET", "POST"])
@member
def content_texts() -> Response | str:
    """Names, addresses and the tenant's own words."""
    if request.method == "POST":
        _save(texts.read_texts(request.form, service.workshop(current_tenant()).values["content"]))
        return redirect(url_for("portal.content_texts"), 303)
    return _section_page("texts", lambda shop: {"fields": texts.shown_texts(shop.values), "zones": ZONES,
                                                "long_texts": texts.LONG_TEXTS, "short_texts": texts.SHORT_TEXTS})


@blueprint.route("/content/booking", methods=["GET", "POST"])
@member
def content_booking() -> Response | str:
    """Who confirms bookings, how early and how far ahead they are taken, and reminders."""
    if request.method == "POST":
        _save(texts.read_rules(request.form, service.workshop(current_tenant()).values["content"]))
        return redirect(url_for("portal.content_booking"), 303)
    return _section_page("booking", lambda shop: {"rules": texts.RULES, "hints": RULE_HINTS,
                                                  "values": texts.shown_rules(shop.values["content"])})


@blueprint.route("/content/limits", methods=["GET", "POST"])
@member
def content_limits() -> Response | str:
    """How much the bot answers, and how long it keeps out."""
    if request.method == "POST":
        _save(texts.read_limits(request.form))
        return redirect(url_for("portal.content_limits"), 303)
    return _section_page("limits", lambda shop: {"limits": LIMITS, "values": shop.values,
                                                 "away_policies": AWAY_POLICIES})


@blueprint.post("/content/publish")
@owner
def publish() -> Response:
    """Let the bot answer by the draft."""
    service.publish(current_tenant(), now=utc_now(), **who())
    flash(_("Published: the bot answers by it from now on."), "success")
    return redirect(url_for("portal.content"), 303)


@blueprint.post("/content/discard")
@member
def discard() -> Response:
    """Throw the draft away."""
    service.discard_draft(current_tenant(), **who())
    flash(_("The draft is gone; what is published stands."), "success")
    return redirect(url_for("portal.content"), 303)


@blueprint.get("/content/versions")
@member
def versions() -> str:
    """What was published, newest first, and what each changed."""
    found = service.versions(current_tenant())
    earlier: list[Any] = [*found[1:], None][:len(found)]
    changes = [service.changed_fields(before.values, version.values) if before else []
               for version, before in zip(found, earlier, strict=True)]
    return render_template("portal/versions.html", versions=list(zip(found, changes, strict=True)), labels=LABELS)


@blueprint.post("/content/versions/<int:number>/go-back")
@owner
def go_back(number: int) -> Response:
    """Publish an earlier version again."""
    service.go_back(current_tenant(), number, now=utc_now(), **who())
    flash(_("The bot answers by version %(number)s again.", number=number), "success")
    return redirect(url_for("portal.versions"), 303)


def week_fields(hours: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of the week shows."""
    spans = week.spans_of(hours)
    return {"week": spans, "span_count": max(map(len, spans.values())), "always": week.is_always_open(hours),
            "holidays": "\n".join(map(str, hours.get("holidays") or ())), "days": DAYS}


def list_fields(kind: str, shown: list[dict[str, Any]], blank: int) -> dict[str, Any]:
    """What the form of a list shows, with some rows to fill in."""
    empty = rows.shown_rows([{}] * blank, kind, rows.LANGUAGES[0])
    return {"kind": kind, "rows": [*shown, *empty], "columns": rows.LISTS[kind], "filled": len(shown)}


def _list_page(shop: Workshop, section: str, start: int, shown: list[dict[str, Any]]) -> str:
    stored = _listed(shop, section)
    if start > len(stored):
        abort(404)
    is_last = start + rows.PAGE >= len(stored)
    blank = min(request.args.get("blank", BLANK_ROWS, type=int), MORE_BLANK_ROWS) if is_last else 0
    return _section_page(section, lambda _shop: list_fields(section, shown, max(blank, 0)) | {
        "start": start, "stamp": rows.stamp(stored[start:start + rows.PAGE]), "total": len(stored),
        "page_length": rows.PAGE, "alike": service.alike_questions(shop.values) if section == "questions" else ()},
        template="list")


def _section_page(section: str, fields: Callable[[Workshop], dict[str, Any]], template: str = "") -> str:
    shop = service.workshop(current_tenant())
    found = service.problems(shop.template, shop.values) if shop.draft else []
    return render_template(f"portal/content_{template or section}.html", section=section, title=SECTIONS[section],
                           shop=shop, problems=found, labels=LABELS, sections=SECTIONS, **fields(shop))


def _shop_with(section: str) -> Workshop:
    """What is being worked on; answers 404 where there is no such list."""
    return service.workshop(current_tenant()) if section in rows.LISTS else abort(404)


def _save(changes: Mapping[str, Any]) -> None:
    shop = service.save_draft(current_tenant(), changes, now=utc_now(), **who())
    if service.problems(shop.template, shop.values):
        flash(_("Saved in the draft. Some things have to be mended before it can be published."), "warning")
    else:
        flash(_("Saved in the draft. Customers read it once it is published."), "success")


def _listed(shop: Workshop, section: str) -> list[Any]:
    stored = shop.values["content"].get(section) or []
    if not isinstance(stored, list):
        raise Invalid("This list cannot be shown: ask the team.")
    return stored


def _without_removed(form: Mapping[str, str]) -> dict[str, str]:
    """The form without the row whose button was pressed."""
    do, _colon, place = form.get("do", "").partition(":")
    gone = tuple(f"-{place}{language}" for language in ("", *(f"-{each}" for each in rows.LANGUAGES)))
    return {name: value for name, value in form.items() if do != "remove" or not name.endswith(gone)}
