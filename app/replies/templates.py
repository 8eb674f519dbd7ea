"""What each template can do: its answers by intent, its forms by name, and what the numbers of its menus open."""
from collections.abc import Callable, Mapping

from app.replies import booking, checkout, ecommerce, own_bookings, placed, support
from app.replies.answers import Handler, own_question, show_item
from app.replies.forms import Form, advance
from app.replies.listing import catalogue_of, list_categories, list_category, list_items, list_questions
from app.replies.lookup import Found
from app.replies.notes import COMPLAINT, PROBLEM, REVIEW
from app.replies.tickets import ADDITION
from app.replies.troubleshoot import TROUBLESHOOTING
from app.replies.turn import Reply, Turn

INTENTS: Mapping[str, Mapping[str, Handler]] = {
    "BOOKING": booking.INTENTS,
    "ECOMMERCE": ecommerce.INTENTS,
    "SUPPORT": support.INTENTS,
}

FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        booking.BOOKING, own_bookings.MOVE, checkout.ORDER, PROBLEM, COMPLAINT, REVIEW, ADDITION, TROUBLESHOOTING,
    )
}


def open_option(turn: Turn, option: str) -> Reply | None:
    """What a number of a menu stands for; None where the content has changed and it is there no more."""
    kind, _, key = option.partition(":")
    opener = _OPENERS.get(kind)
    return opener(turn, key) if opener else None


def _do(turn: Turn, intent: str) -> Reply | None:
    handler = INTENTS[turn.config.template].get(intent)
    turn.chat.drop_form()
    turn.services = turn.products = Found()
    return handler(turn) if handler else None


def _item(kind: str) -> Callable[[Turn, str], Reply | None]:
    def opened(turn: Turn, key: str) -> Reply | None:
        item = catalogue_of(turn, kind).by_key.get(key)
        if item is None:
            return None
        if kind == "service" and turn.config.template == "BOOKING":
            return booking.book_service(turn, key)
        if kind == "product" and turn.config.template == "ECOMMERCE":
            return ecommerce.order_product(turn, key)
        return show_item(turn, kind, item, kind)

    return opened


def _question(turn: Turn, key: str) -> Reply | None:
    turn.question = turn.config.questions.by_key.get(key)
    return own_question(turn) if turn.question else None


def _more(turn: Turn, rest: str) -> Reply | None:
    what, _, start = rest.rpartition(":")
    first = int(start) if start.isdecimal() else 0
    if what == "question":
        return list_questions(turn, first)
    if what == "area":
        return checkout.list_areas(turn, first)
    if what == "categories":
        return list_categories(turn, first)
    if what.startswith("category:"):
        return list_category(turn, what.removeprefix("category:"), first)
    return list_items(turn, what, f"items.{what}s", first)


def _time(turn: Turn, moment: str) -> Reply | None:
    """A free time that was offered goes into the form that it was offered for."""
    form = FORMS.get(turn.chat.form)
    if form is None or form.slot("time") is None:
        return None
    booking.take_offered(turn, moment)
    return advance(turn, form)


_OPENERS: Mapping[str, Callable[[Turn, str], Reply | None]] = {
    "do": _do,
    "service": _item("service"),
    "product": _item("product"),
    "category": list_category,
    "question": _question,
    "more": _more,
    "time": _time,
    "cancel": own_bookings.ask_to_cancel,
    "ticket": support.told_ticket,
    "ticket_add": support.added_ticket,
    "ticket_close": support.closed_ticket,
    "call_off": placed.choose,
}
