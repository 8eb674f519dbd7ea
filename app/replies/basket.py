"""What a customer has picked: kept in the chat's state as keys and counts, bounded by what is left."""
from dataclasses import dataclass

from app.replies.content import Item
from app.replies.menu import HIGHEST_NUMBER
from app.replies.orders import Line, sum_of
from app.replies.turn import Turn, lines

MOST_LINES = 30


@dataclass(frozen=True)
class Picked:
    """A product of the basket, and how many of it."""

    item: Item
    count: int


def picked_items(turn: Turn) -> list[Picked]:
    """The basket, as far as its products are still sold."""
    products = turn.config.products.by_key
    return [Picked(products[key], count) for key, count in turn.chat.basket if key in products]


def count_of(turn: Turn, item: Item) -> int:
    """How many of a product are in the basket."""
    return next((count for key, count in turn.chat.basket if key == item.key), 0)


def available(turn: Turn, item: Item) -> int | None:
    """How many of a product the customer may have: what is left and what the order in change holds; None for any."""
    left = turn.left_of(item)
    held = turn.records.shop.order(turn.chat.changing)
    return None if left is None else left + (held.quantities[item.key] if held and held.is_changeable else 0)


def put(turn: Turn, item: Item, count: int) -> str:
    """Have so many of a product in the basket; what keeps it from that is told, and then it stays as it was."""
    limit = available(turn, item)
    if count > 0 and limit is not None and count > limit:
        key = "order.only_left" if limit else "order.sold_out"
        return turn.say(key, name=turn.name_of(item), stock=limit)
    if count > HIGHEST_NUMBER:
        return turn.say("order.too_many", most=HIGHEST_NUMBER)
    _store(turn, item, count)
    return ""


def _store(turn: Turn, item: Item, count: int) -> None:
    basket = turn.chat.basket
    known = next((entry for entry in basket if entry[0] == item.key), None)
    if known and count > 0:
        known[1] = count
    elif known:
        basket.remove(known)
    elif count > 0:
        basket.append([item.key, count])
        del basket[:-MOST_LINES]
    turn.chat.touched = item.key if count > 0 else basket[-1][0] if basket else ""


def mend(turn: Turn) -> str:
    """Take out what is not sold any more and what others have bought meanwhile; what was done is told."""
    told = []
    for key, count in list(turn.chat.basket):
        item = turn.config.products.by_key.get(key)
        limit = available(turn, item) if item else 0
        if item is None or (limit is not None and count > limit):
            turn.chat.basket = [entry for entry in turn.chat.basket if entry[0] != key]
            if item and limit:
                turn.chat.basket.append([key, limit])
            name = turn.name_of(item) if item else key
            told.append(turn.say("order.only_kept" if limit else "order.gone", name=name, stock=limit))
    return lines(*told)


def order_lines(turn: Turn) -> tuple[Line, ...]:
    """The basket as lines of an order, named in the chat's language."""
    return tuple(
        Line(one.item.key, turn.name_of(one.item), _price(one.item), one.count) for one in picked_items(turn))


def _price(item: Item) -> float | None:
    return None if item.price is None else round(item.price, 2)


def told_lines(turn: Turn, ordered: tuple[Line, ...], numbered: bool = False) -> str:
    """Lines of an order or of the basket as the customer reads them."""
    return lines(*(
        turn.say("order.numbered" if numbered else "order.line", number=number, quantity=line.quantity, name=line.name,
                 amount=turn.say("money.ask") if line.total is None else turn.money(line.total))
        for number, line in enumerate(ordered, 1)))


def basket_told(turn: Turn) -> str:
    """The basket with its total; the customer may count in it from now on."""
    ordered = order_lines(turn)
    if not ordered:
        return turn.say("order.empty")
    turn.chat.shown, turn.chat.menu = [line.product for line in ordered], []
    total = sum_of(line.total for line in ordered)
    return lines(
        turn.say("order.basket"), told_lines(turn, ordered, numbered=True),
        turn.say("order.goods", value=turn.money(total)) if total is not None else "")
