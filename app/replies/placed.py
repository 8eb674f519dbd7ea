"""Orders that are placed: where they are, changing them and calling them off, as far as their state allows."""
from app.replies.answers import Handler, ask_team
from app.replies.basket import basket_told
from app.replies.checkout import COLLECT, ORDER, go_on, order_told
from app.replies.menu import show
from app.replies.orders import OPEN, CallOffOrder, Order
from app.replies.turn import Reply, Turn, lines, paragraphs

SHOWN_ORDERS = 3
SHORTEST_NUMBER = 4
CALL_OFF = "call_off:"


def number_said(turn: Turn) -> int | None:
    """The number of an order that the message names."""
    known = {str(order.number): order.number for order in turn.records.shop.orders}
    labelled = turn.slots.labels.order
    said = next((word for word in turn.raw_words if word in known), labelled)
    return int(said) if said.isdecimal() and SHORTEST_NUMBER <= len(said) <= 9 else None


def orders_meant(turn: Turn) -> list[Order]:
    """The order that is named, else those under way, else the last one."""
    number = number_said(turn)
    orders = turn.records.shop.orders
    if number is not None:
        return [order for order in orders if order.number == number]
    under_way = [order for order in orders if order.state in OPEN]
    return under_way or list(orders[:1])


def track(turn: Turn) -> Reply:
    """Where the customer's orders are."""
    found = orders_meant(turn)
    if not found:
        return _no_order(turn, "track_order")
    told = [_state_told(turn, order) for order in found[:SHOWN_ORDERS]]
    return Reply(paragraphs(*told, turn.say("offer.hint")), "track_order")


def order_named(turn: Turn) -> Reply | None:
    """An order's number in a message of which nothing else is sure asks where that order is."""
    is_shop = turn.config.template == "ECOMMERCE" and not turn.intent and not turn.chat.form
    return track(turn) if is_shop and number_said(turn) else None


def _state_told(turn: Turn, order: Order) -> str:
    state = turn.say(f"order.state_{order.state}")
    if order.state == "READY" and not order.collect:
        state = turn.say("order.state_READY_TO_SEND")
    return lines(turn.say("order.status", number=order.number, state=state), _in_short(turn, order))


def _in_short(turn: Turn, order: Order) -> str:
    goods = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines)
    return goods if order.total is None else turn.say("order.in_short", goods=goods, value=turn.money(order.total))


def _no_order(turn: Turn, because: str) -> Reply:
    """The customer has none here: say so, and offer to ask."""
    turn.chat.offer = "person"
    number = number_said(turn)
    said = turn.say("order.unknown_number", number=number) if number else turn.say("order.none")
    return Reply(paragraphs(said, turn.say("offer.person")), because)


def cancel(turn: Turn) -> Reply:
    """Ask whether the order shall really be called off; which one, where there are several."""
    found = orders_meant(turn)
    if not found:
        return _no_order(turn, "cancel_order")
    changeable = [order for order in found if order.is_changeable]
    if len(changeable) > 1:
        options = [(f"{CALL_OFF}{order.number}", f"{order.number}: {_in_short(turn, order)}") for order in changeable]
        return Reply(lines(turn.say("order.which"), show(turn, options)), "cancel_order")
    return ask_whether(turn, changeable[0]) if changeable else _cannot(turn, found[0], "cancel_order")


def ask_whether(turn: Turn, order: Order) -> Reply:
    """Ask whether this order shall be called off."""
    turn.chat.offer, turn.chat.menu = f"{CALL_OFF}{order.number}", []
    return Reply(turn.say("order.really", number=order.number, goods=_in_short(turn, order)), "cancel_order")


def choose(turn: Turn, number: str) -> Reply | None:
    """The order chosen from the menu of those that may be called off."""
    order = turn.records.shop.order(int(number)) if number.isdecimal() else None
    if order is None:
        return None
    return ask_whether(turn, order) if order.is_changeable else _cannot(turn, order, "cancel_order")


def called_off(turn: Turn, offered: str) -> Reply:
    """Yes or no to the question whether the order shall be called off."""
    order = turn.records.shop.order(int(offered.removeprefix(CALL_OFF)))
    if order is None or turn.intent == "no":
        return Reply(turn.say("order.stays", number=offered.removeprefix(CALL_OFF)), "order:kept")
    if not order.is_changeable:
        return _cannot(turn, order, "cancel_order")
    if turn.chat.changing == order.number:
        turn.chat.empty_basket()
    return Reply(turn.say("order.called_off", number=order.number), "order:called_off",
                 deeds=(CallOffOrder(order.number, order.revision),))


def _cannot(turn: Turn, order: Order, because: str) -> Reply:
    turn.chat.offer = "person"
    told = "" if order.state == "CANCELLED" else turn.say("order.cannot")
    return Reply(paragraphs(_state_told(turn, order), told, turn.say("offer.person")), because)


def change(turn: Turn) -> Reply:
    """Lay the order that is to be changed out as a basket; what is picked but not ordered is shown instead."""
    if turn.chat.basket:
        return go_on(turn, basket_told(turn))
    found = orders_meant(turn)
    if not found:
        return _no_order(turn, "change_order")
    order = changeable_order(turn)
    if order is None:
        return _cannot(turn, found[0], "change_order")
    load(turn, order)
    turn.chat.shown = [line.product for line in order.lines]
    turn.chat.asked = "change"
    turn.chat.slots["more"] = turn.chat.slots["count"] = 1
    title = turn.say("order.title_change", number=order.number)
    return Reply(paragraphs(lines(title, order_told(turn, order)), turn.say("order.ask_change")), "order:change")


def changeable_order(turn: Turn) -> Order | None:
    """The newest order that is meant and may still be changed."""
    return next((order for order in orders_meant(turn) if order.is_changeable), None)


def load(turn: Turn, order: Order) -> None:
    """Take an order into the basket, to be changed."""
    turn.chat.drop_form()
    turn.chat.empty_basket()
    turn.chat.form, turn.chat.changing = ORDER.name, order.number
    turn.chat.basket = [[line.product, line.quantity] for line in order.lines]
    turn.chat.touched = order.lines[-1].product if len(order.lines) == 1 else ""
    areas = turn.config.areas.find(tuple(order.area.casefold().split())).items
    known = {"area": COLLECT if order.collect else areas[0].key if len(areas) == 1 else "",
             "address": COLLECT if order.collect else order.address, "name": order.name}
    turn.chat.slots = {name: value for name, value in known.items() if value}


def change_address(turn: Turn) -> Reply:
    """Ask anew where the order in hand, or one that is placed, shall go."""
    order = changeable_order(turn)
    if turn.chat.form != ORDER.name or not turn.chat.basket:
        if order is None:
            return _without_order(turn)
        load(turn, order)
        turn.chat.slots |= {"count": 1, "more": 1}
    for name in ("area", "address"):
        turn.chat.slots.pop(name, None)
    return go_on(turn)


def _without_order(turn: Turn) -> Reply:
    found = orders_meant(turn)
    answer: Handler = ask_team("change_shipping_address")
    return _cannot(turn, found[0], "change_shipping_address") if found else answer(turn)
