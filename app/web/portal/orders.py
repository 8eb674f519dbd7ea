"""Orders: what customers have ordered, and what becomes of it; and how many of each product are left."""
from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from app.errors import Conflict, Invalid
from app.models import OrderEvent, OrderState
from app.models.base import utc_now
from app.replies.orders import Line
from app.services import content, order_book, stock
from app.services.order_book import Wanted
from app.web.access import current_tenant, member
from app.web.errors import said
from app.web.places import row_id
from app.web.portal.blueprint import blueprint, who
from app.web.portal.rows import number

# What the filter offers besides single states.
UNDER_WAY = "under-way"
BUTTONS: Mapping[str, LazyString] = {
    "confirmed": _l("Confirm"), "made_ready": _l("Ready"), "sent": _l("Sent"), "delivered": _l("Delivered"),
    "refused": _l("Cancel the order"),
}
HAPPENED: Mapping[str, LazyString] = {
    "placed": _l("Ordered"), "changed": _l("Changed"), "called_off": _l("Cancelled"), "confirmed": _l("Confirmed"),
    "made_ready": _l("Ready"), "sent": _l("Sent"), "delivered": _l("Delivered"), "refused": _l("Cancelled"),
}


@blueprint.app_template_global()
def amount_in_words(amount: object, currency: str) -> str:
    """An amount of an order; one that is not known has to be agreed upon."""
    if amount is None:
        return _("to be agreed")
    value = float(str(amount))
    return f"{currency} {value:,.0f}" if value == int(value) else f"{currency} {value:,.2f}"


@blueprint.app_template_global()
def goods_in_words(lines: tuple[Line, ...]) -> str:
    """What an order holds, in a line."""
    return ", ".join(f"{line.quantity} × {line.name}" for line in lines)


@blueprint.app_template_global()
def happened_in_words(event: OrderEvent) -> str:
    """What happened to an order, and who did it."""
    return _("%(deed)s by %(who)s", deed=HAPPENED[event.cause], who=event.by or _("the customer"))


@blueprint.get("/orders")
@member
def orders() -> str:
    """The orders, newest first; at first those that are under way."""
    typed = {"q": request.args.get("q", "").replace("\0", ""), "state": request.args.get("state", UNDER_WAY)}
    page = order_book.find_orders(current_tenant(), Wanted(_states(typed["state"]), typed["q"]), row_id("behind"))
    return render_template("portal/orders.html", page=page, typed=typed, counts=order_book.counts(current_tenant()),
                           states=tuple(OrderState), under_way=UNDER_WAY)


@blueprint.get("/orders/<int:order_number>")
@member
def order(order_number: int) -> str:
    """One order, with what there is to do about it."""
    return _order_page(order_number, "")


@blueprint.post("/orders/<int:order_number>/move")
@member
def move_order(order_number: int) -> Response | tuple[str, int]:
    """Confirm an order, send it, cancel it: the customer is told."""
    reason = request.form.get("reason", "")
    try:
        is_told = order_book.advance(
            current_tenant(), order_number, request.form.get("do", ""), reason=reason, now=utc_now(),
            revision=request.form.get("revision", 0, type=int), **who())
    except (Conflict, Invalid) as error:
        flash(said(error), "danger")
        return _order_page(order_number, reason), 409 if isinstance(error, Conflict) else 400
    if is_told:
        flash(_("Done: the customer is told in the chat."), "success")
    else:
        flash(_("Done. The customer wants no automatic messages: tell them yourself."), "warning")
    return redirect(url_for("portal.order", order_number=order_number), 303)


@blueprint.route("/content/stock", methods=["GET", "POST"])
@member
def content_stock() -> Response | str | tuple[str, int]:
    """How many of each product are left; it counts at once, without a draft."""
    if request.method == "GET":
        return _stock_page({})
    refused = _set_stock()
    if refused:
        return _stock_page(refused), 409
    flash(_("Saved: it counts from now on."), "success")
    return redirect(url_for("portal.content_stock"), 303)


def _order_page(order_number: int, reason: str) -> str:
    opened = order_book.open_order(current_tenant(), order_number)
    return render_template("portal/order.html", opened=opened, order=opened.order, buttons=BUTTONS, reason=reason,
                           longest=order_book.LONGEST_REASON)


def _states(typed: str) -> tuple[OrderState, ...]:
    if typed == UNDER_WAY:
        return order_book.UNDER_WAY
    return (OrderState(typed),) if typed in tuple(OrderState) else ()


def _set_stock() -> dict[str, str]:
    """Store what was changed; what could not be, by its product."""
    refused = {}
    for product, seen, typed in zip(*map(request.form.getlist, ("product", "seen", "left")), strict=False):
        if typed.strip() == seen:
            continue
        wanted = number(typed)
        if wanted is not None and type(wanted) is not int:
            flash(_("“%(typed)s” is no whole number.", typed=typed[:40]), "danger")
            refused[product] = typed
            continue
        try:
            stock.set_amount(current_tenant(), product, wanted, seen=int(seen) if seen.isdecimal() else None, **who())
        except (Conflict, Invalid) as error:
            flash(said(error), "danger")
            refused[product] = typed
    return refused


def _stock_page(refused: Mapping[str, str]) -> str:
    tenant = current_tenant()
    shop = content.workshop(tenant)
    bot = content.read_values(shop.template, content.published(tenant))
    left = stock.left_of(tenant, bot.products.items)
    return render_template("portal/content_stock.html", products=bot.products.items, left=left, refused=refused,
                           main=shop.values["language"], shop=shop, title=_("Stock"), problems=[])
