"""Tickets of a support desk: the list, and one with its story."""
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models import CUSTOMER, TicketEntry, TicketState
from app.models.base import utc_now
from app.services import chats, tenant_data
from app.services import tickets as service
from app.services.tickets import Wanted
from app.web.access import current_tenant, member
from app.web.errors import said
from app.web.places import behind, chat_place
from app.web.portal.blueprint import blueprint, who

FILTERS: Mapping[str, LazyString] = {
    "": _l("Open and waiting"), TicketState.OPEN: _l("Open"), TicketState.WAITING: _l("Waiting for the customer"),
    TicketState.SOLVED: _l("Solved"), TicketState.CLOSED: _l("Closed"), "all": _l("All tickets"),
}
CAUSES: Mapping[str, LazyString] = {
    "opened": _l("opened it"), "tried": _l("gave a step, which did not help"), "told": _l("wrote"),
    "answered": _l("answered"), "customer_wrote": _l("wrote: it is open again"), "solved": _l("solved it"),
    "closed_by_customer": _l("closed it"), "lapsed": _l("closed it, as nothing more was said"),
    "reopened": _l("opened it again"),
}


@blueprint.get("/tickets")
@member
def tickets() -> str:
    """The tickets that were looked for, the last changed first."""
    return render_template("portal/tickets.html", **_found())


@blueprint.get("/tickets/part")
@member
def tickets_part() -> str:
    """The part of the page that renews itself."""
    return render_template("portal/tickets_part.html", **_found())


@blueprint.get("/tickets/<int:number>")
@member
def ticket(number: int) -> str:
    """One ticket, with what there is to do about it."""
    return render_template("portal/ticket.html", **_opened(number), typed="")


@blueprint.get("/tickets/<int:number>/part")
@member
def ticket_part(number: int) -> str:
    """The part of the page that renews itself."""
    return render_template("portal/ticket_part.html", **_opened(number))


@blueprint.post("/tickets/<int:number>/answer")
@member
def answer_ticket(number: int) -> Response | tuple[str, int]:
    """Send the customer an answer."""
    typed = request.form.get("text", "")
    try:
        service.answer(current_tenant(), number, typed, now=utc_now(), **who())
    except Invalid as error:
        flash(said(error), "danger")
        return render_template("portal/ticket.html", **_opened(number), typed=typed), 400
    flash(_("Your answer is on its way to the customer."), "success")
    return _back_to(number)


@blueprint.post("/tickets/<int:number>/solve")
@member
def solve_ticket(number: int) -> Response:
    """Solve a ticket."""
    return _changed(number, service.solve, _("Ticket %(number)s is solved, and the bot answers the customer again.",
                                             number=number))


@blueprint.post("/tickets/<int:number>/reopen")
@member
def reopen_ticket(number: int) -> Response:
    """Open a ticket again."""
    return _changed(number, service.reopen, _("Ticket %(number)s is open again.", number=number))


def author_of_entry(entry: TicketEntry, name: str) -> str:
    """Who did it: the customer by name, the bot, or somebody by e-mail address."""
    if entry.author == CUSTOMER:
        return name
    return entry.author or _("Bot")


def _changed(number: int, change: Callable[..., Any], told: str) -> Response:
    change(current_tenant(), number, now=utc_now(), **who())
    flash(told, "success")
    return _back_to(number)


def _back_to(number: int) -> Response:
    return redirect(url_for("portal.ticket", number=number), 303)


def _found() -> dict[str, object]:
    typed = {name: request.args.get(name, "").replace("\0", "") for name in ("q", "state")}
    page = service.find_tickets(current_tenant(), Wanted(typed["q"], service.wanted_states(typed["state"])),
                                chat_place())
    return {"page": page, "typed": typed, "filters": FILTERS, "behind": behind(page.following),
            "is_first": "behind" not in request.args, "is_narrowed": any(typed.values())}


def _opened(number: int) -> dict[str, object]:
    found = service.find_ticket(current_tenant(), number)
    customer = tenant_data.customer_of(found.chat)
    return {"ticket": found, "story": service.story(found), "customer": customer,
            "name": found.chat.name or customer, "causes": CAUSES, "author_of_entry": author_of_entry,
            "can": service.allowed(found), "longest": chats.LONGEST_MESSAGE}
