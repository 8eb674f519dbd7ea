"""What a shop answers: its products, the first steps of an order, and what customers ask around an order."""
from app.replies.answers import (
    COMMON,
    LISTED_ITEMS,
    Handler,
    ask_team,
    catalogue,
    from_content,
    pass_on,
)
from app.replies.content import Item
from app.replies.forms import LONGEST_ANSWER, Form, Slot, begin, picked
from app.replies.listing import categories, options_of, row
from app.replies.menu import HIGHEST_NUMBER, number_of, page
from app.replies.notes import COMPLAINT, REVIEW, describe, problem
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.voice import wording

PLACE_LIKE = frozenset({
    "delivery_options", "delivery_period", "location", "set_up_shipping_address", "change_shipping_address", "greeting",
    "place_order", "products",
})
MOST_PLACE_WORDS = 25


def product_held(turn: Turn) -> Item | None:
    """The product that the form is about, if it is still sold."""
    return turn.config.products.by_key.get(str(turn.chat.slots.get("product", "")))


def _take_product(turn: Turn, asked: bool) -> str | None:
    if not turn.config.products:
        return turn.text[:LONGEST_ANSWER] if asked and turn.text and not turn.intent else None
    key = picked(turn, "product") if asked else None
    if key in turn.config.products.by_key:
        return key
    return turn.products.items[0].key if len(turn.products.items) == 1 else None


def _product_options(turn: Turn) -> str:
    items = turn.config.products.items
    if len(turn.products.items) > 1:
        return page(turn, options_of(turn, "product", turn.products.items), 0, "more:product")
    groups = categories(turn)
    if len(items) > LISTED_ITEMS and len(groups) > 1:
        return page(turn, [(f"category:{key}", name) for key, name in groups], 0, "more:categories")
    return page(turn, options_of(turn, "product", items), 0, "more:product") if items else ""


def _take_quantity(turn: Turn, asked: bool) -> int | None:
    if not asked and not turn.products.items or picked(turn, "product"):
        return None
    counts = [
        number
        for place, word in enumerate(turn.raw_words)
        if (number := number_of(word)) is not None and 0 < number <= HIGHEST_NUMBER and _is_a_count(turn, place)
    ]
    return counts[0] if len(set(counts)) == 1 else None


def _is_a_count(turn: Turn, place: int) -> bool:
    """Whether a number counts things, rather than being part of a name (`1 kg`) or of talk (`that one`)."""
    word, around = turn.raw_words[place], turn.raw_words[max(place - 1, 0):place + 2]
    is_talk = any(word in part["talk_numbers"] for part in wording().language_data.values()) and any(
        near in part["talk_beside"] for near in around for part in wording().language_data.values()
    )
    return word not in turn.products.words and not is_talk and not any(near in wording().units for near in around)


def _take_place(turn: Turn, asked: bool) -> str | None:
    if not asked:
        return None
    if not turn.text:
        return turn.say("kind.location") if turn.incoming.kind == "location" else None
    if turn.asks_something() or turn.intent not in ("", *PLACE_LIKE) or len(turn.raw_words) > MOST_PLACE_WORDS:
        return None
    if turn.says_one_of("collect"):
        return turn.say("order.collect")
    return None if _only_a_number(turn) else turn.text[:LONGEST_ANSWER]


def _only_a_number(turn: Turn) -> bool:
    return all(number_of(word) is not None for word in turn.raw_words)


def _objection(turn: Turn) -> str:
    """Not more is sold than there is."""
    item, quantity = product_held(turn), turn.chat.slots.get("quantity", 0)
    if item is None or item.stock is None or (item.stock and int(quantity) <= item.stock):
        return ""
    turn.chat.slots.pop("quantity", None)
    if item.stock:
        return turn.say("order.only_left", name=turn.name_of(item), stock=item.stock)
    turn.chat.slots.pop("product", None)
    return turn.say("order.sold_out", name=turn.name_of(item))


def _told(turn: Turn) -> str:
    item, quantity = product_held(turn), turn.chat.slots.get("quantity")
    name = row(turn, item) if item else turn.chat.slots.get("product", "")
    return f"{quantity} × {name}" if quantity and name else str(name or quantity or "")


def summary(turn: Turn) -> str:
    """The order as the form knows it; the total is counted where the price is known."""
    slots, item = turn.chat.slots, product_held(turn)
    total = item.price * int(slots["quantity"]) if item and item.price is not None else None
    return lines(
        turn.say("order.title"),
        turn.say("order.product", value=turn.name_of(item) if item else slots["product"]),
        turn.say("order.quantity", value=slots["quantity"]),
        turn.say("order.place", value=slots["place"]),
        turn.say("order.total", value=turn.money(total)) if total is not None else "",
    )


def _finish(turn: Turn) -> Reply:
    said = summary(turn)
    turn.chat.keep_request("order", turn.now)
    return Reply(paragraphs(said, turn.say("order.recorded")), "order:recorded")


ORDER = Form(
    name="order",
    slots=(
        Slot("product", _take_product, options=_product_options),
        Slot("quantity", _take_quantity),
        Slot("place", _take_place, is_free=True, answers=PLACE_LIKE),
    ),
    finish=_finish,
    summary=summary,
    objection=_objection,
    told=_told,
    intents=frozenset({"place_order", "products"}),
    cancels=frozenset({"cancel_order"}),
    held=frozenset({"quantity"}),
)


def place_order(turn: Turn) -> Reply:
    """Begin an order with everything the message says."""
    return begin(turn, ORDER)


def order_product(turn: Turn, key: str) -> Reply:
    """Begin an order of the product chosen from a menu."""
    return begin(turn, ORDER, product=key)


def products(turn: Turn) -> Reply:
    """The catalogue or what was named of it; a number beside a product begins the order."""
    if len(turn.products.items) == 1 and _take_quantity(turn, False):
        return place_order(turn)
    return catalogue("product")(turn)


AROUND_ORDERS: dict[str, Handler] = {
    "cancel_order": ask_team("cancel_order"),
    "change_order": ask_team("change_order"),
    "change_shipping_address": ask_team("change_shipping_address"),
    "set_up_shipping_address": ask_team("set_up_shipping_address"),
    "check_cancellation_fee": from_content("refund", "check_cancellation_fee", "cancellation_fee"),
    "check_invoice": ask_team("check_invoice", "invoice"),
    "get_invoice": ask_team("get_invoice", "invoice"),
    "check_payment_methods": from_content("payment", "check_payment_methods"),
    "payment_issue": ask_team("payment_issue"),
    "check_refund_policy": from_content("refund", "check_refund_policy"),
    "get_refund": from_content("refund", "get_refund", "get_refund"),
    "track_refund": pass_on("track_refund"),
    "delivery_options": from_content("delivery", "delivery_options"),
    "delivery_period": from_content("delivery", "delivery_period"),
    "track_order": pass_on("track_order"),
    "create_account": ask_team("create_account", "account"),
    "edit_account": ask_team("edit_account", "account"),
    "delete_account": ask_team("delete_account", "account"),
    "switch_account": ask_team("switch_account", "account"),
    "recover_password": ask_team("recover_password", "password"),
    "registration_problems": ask_team("registration_problems", "register"),
    "newsletter_subscription": ask_team("newsletter_subscription", "newsletter"),
    "review": describe(REVIEW),
    "complaint": describe(COMPLAINT),
    "problem": problem,
    "services": catalogue("service"),
}

INTENTS: dict[str, Handler] = COMMON | AROUND_ORDERS | {"place_order": place_order, "products": products}
