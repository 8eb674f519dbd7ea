"""What a shop answers: its products, orders, and what customers ask around an order."""
from dataclasses import replace

from app.replies import placed
from app.replies.answers import (
    COMMON,
    LISTED_ITEMS,
    Handler,
    ask_team,
    catalogue,
    from_content,
    pass_on,
    with_what_is_missing,
)
from app.replies.basket import basket_told
from app.replies.checkout import areas_told, go_on
from app.replies.listing import list_items, list_some
from app.replies.notes import COMPLAINT, REVIEW, describe, problem
from app.replies.shopping import how_many
from app.replies.turn import Reply, Turn, lines, paragraphs


def place_order(turn: Turn) -> Reply:
    """Begin an order with what the message names, or go on with the one in the basket."""
    named = turn.products.items
    if not turn.config.products:
        return ask_team("place_order")(turn)
    if len(named) == 1:
        return how_many(turn, named[0])
    if 1 < len(named) <= LISTED_ITEMS:
        turn.chat.doubts = [[0, [item.key for item in named]]]
        return list_some(turn, "product", named, "order:which")
    if turn.chat.basket:
        return go_on(turn, basket_told(turn))
    listed = list_items(turn, "product", "items.products")
    if turn.own_words():
        return with_what_is_missing(turn, listed)
    return replace(listed, text=lines(turn.say("order.ask_product"), listed.text))


def order_product(turn: Turn, key: str) -> Reply:
    """Begin an order of the product chosen from a menu."""
    return how_many(turn, turn.config.products.by_key[key])


def delivery(turn: Turn) -> Reply:
    """What delivery costs where, and what else the business says of it."""
    areas, text = areas_told(turn), turn.content_text("delivery")
    if not areas and not text:
        return ask_team("delivery_options", "delivery")(turn)
    return Reply(paragraphs(text, areas, turn.say("offer.hint")), "delivery_options")


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

INTENTS: dict[str, Handler] = COMMON | AROUND_ORDERS | {
    "place_order": place_order,
    "products": catalogue("product"),
    "track_order": placed.track,
    "change_order": placed.change,
    "cancel_order": placed.cancel,
    "change_shipping_address": placed.change_address,
    "set_up_shipping_address": placed.change_address,
    "delivery_options": delivery,
}
