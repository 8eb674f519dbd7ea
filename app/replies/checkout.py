"""From a basket to an order: anything else, where to, for whom, read back, placed or changed."""
from dataclasses import replace

from app.replies.basket import basket_told, mend, order_lines, told_lines
from app.replies.content import Area, Item
from app.replies.forms import HELD, LONGEST_ANSWER, Form, Slot, advance, ask, fill, picked
from app.replies.menu import Option, number_of, page
from app.replies.orders import ChangeOrder, Order, PlaceOrder
from app.replies.picks import picks_in
from app.replies.slots.labels import without_name
from app.replies.turn import Reply, Turn, lines, paragraphs
from app.replies.voice import phrases_of, wording

COLLECT = "*"
"""Stands in a form for an order that the customer collects."""
PLACE_LIKE = frozenset({
    "delivery_options", "delivery_period", "location", "set_up_shipping_address", "change_shipping_address", "greeting",
    "place_order", "products", "change_order", "problem", "are_you_a_bot",
})
MOST_PLACE_WORDS = 25
MOST_NAME_WORDS = 4
STEPS_BACK = ("name", "address", "area", "more")


def waiting_for_count(turn: Turn) -> Item | None:
    """The product of which the customer has yet to say how many."""
    return turn.config.products.by_key.get(str(turn.chat.slots.get("product", "")))


def _take_count(turn: Turn, asked: bool) -> int | None:
    """Whether no product waits for its count; where one does, `app.replies.shopping` takes the answer."""
    return 1 if waiting_for_count(turn) is None and turn.chat.basket else None


def _take_more(turn: Turn, asked: bool) -> int | None:
    """Whether nothing else is wanted."""
    is_counted = any(pick.count for pick in picks_in(turn))
    is_order = turn.intent == "place_order" and "order" in turn.meaning.concepts and not turn.products.items
    is_no = turn.intent == "no" or is_order
    # Whoever says where it goes wants nothing more.
    is_elsewhere = _says_where(turn) and not turn.products.items
    is_done = turn.says_one_of("done", whole=True) or (asked and (is_elsewhere or (is_no and not is_counted)))
    return 1 if turn.chat.basket and is_done else None


def _says_where(turn: Turn) -> bool:
    return len(turn.config.areas.find(turn.raw_words).items) == 1 and not turn.asks_something()


def _take_area(turn: Turn, asked: bool) -> str | None:
    if not turn.config.areas:
        return "" if turn.chat.asked != HELD else None
    if turn.says_one_of("collect") and not turn.asks_something():
        return COLLECT
    key = picked(turn, "area") if asked else None
    found = turn.config.areas.find(turn.raw_words).items
    if key in turn.config.areas.by_key:
        return key
    is_address = turn.asks_something() or (turn.chat.asked == "address" and not _names_area_alone(turn))
    return found[0].key if len(found) == 1 and not is_address else None


def _area_options(turn: Turn) -> str:
    return _areas_from(turn, 0)


def _areas_from(turn: Turn, start: int) -> str:
    return page(turn, [_area_option(turn, area) for area in turn.config.areas.items], start, "more:area")


def list_areas(turn: Turn, start: int) -> Reply:
    """A further page of the delivery areas."""
    return Reply(lines(turn.say("order.ask_area"), _areas_from(turn, start)), "order:ask_area")


def _area_option(turn: Turn, item: Item) -> Option:
    fee = turn.say("order.ask_fee") if item.price is None else turn.money(item.price) if item.price else \
        turn.say("order.no_fee")
    return f"area:{item.key}", turn.say("items.row", name=turn.name_of(item), price=fee)


def areas_told(turn: Turn) -> str:
    """The delivery areas with what they cost: those that are named, or all."""
    named = turn.config.areas.find(turn.raw_words).items
    shown = named or turn.config.areas.items
    rows = [_area_option(turn, area)[1] for area in shown]
    return lines(turn.say("order.areas"), *rows) if rows else ""


def _take_address(turn: Turn, asked: bool) -> str | None:
    if turn.chat.slots.get("area") == COLLECT:
        return COLLECT
    told_with_area = turn.chat.asked in ("more", "area") and len(_besides_area(turn)) > 1
    if (not asked and not told_with_area) or _names_area_alone(turn) or _names_a_person(turn):
        return None
    if not turn.text:
        return turn.say("kind.location") if turn.incoming.kind == "location" else None
    if not turn.config.areas and turn.says_one_of("collect"):
        return COLLECT
    if turn.asks_something() or turn.intent not in ("", *PLACE_LIKE) or len(turn.raw_words) > MOST_PLACE_WORDS:
        return None
    return None if all(number_of(word) is not None for word in turn.raw_words) else turn.text[:LONGEST_ANSWER]


def _besides_area(turn: Turn) -> list[str]:
    """The words of an answer that say more than the area."""
    named = turn.config.areas.find(turn.raw_words)
    return [word for word in turn.own_words() if word not in named.words] if len(named.items) == 1 else []


def _names_area_alone(turn: Turn) -> bool:
    """Whether it says a delivery area and no place in it: `hapana, sinza`."""
    named_so = {name for part in wording().language_data.values() for name in part["slot_names"]["area"]}
    correcting = {word for said in phrases_of("make_it") | named_so for word in said.split()}
    named = turn.config.areas.find(turn.raw_words)
    has_number = any(word.isdigit() for word in turn.raw_words)
    return len(named.items) == 1 and not has_number and set(_besides_area(turn)) <= correcting


def _names_a_person(turn: Turn) -> bool:
    """Whether it says under which name, and little else."""
    return bool(turn.slots.labels.name) and len(without_name(turn.text).split()) <= MOST_NAME_WORDS


def _take_name(turn: Turn, asked: bool) -> str | None:
    named = turn.slots.labels.name
    if named or not asked:
        return named or None
    words = turn.text.split()
    is_name = 0 < len(words) <= MOST_NAME_WORDS and all(word.strip(".'’-").isalpha() for word in words)
    return turn.text[:LONGEST_ANSWER] if is_name and turn.plainly in ("", "greeting", *PLACE_LIKE) else None


def area_held(turn: Turn) -> Area | None:
    """The delivery area of the order in hand."""
    return turn.config.area(str(turn.chat.slots.get("area", "")))


def _objection(turn: Turn) -> str:
    """What others have bought meanwhile, and what is too little to be brought so far."""
    changed = mend(turn)
    if changed:
        turn.chat.slots.pop("more", None)
        return lines(changed, basket_told(turn), turn.say("order.ask_more"))
    area, goods = area_held(turn), order_in_hand(turn).goods_total
    if area is None or area.minimum is None or goods is None or goods >= area.minimum:
        return ""
    turn.chat.slots.pop("area")
    return turn.say("order.too_little", area=turn.name_of(area), value=turn.money(area.minimum))


def order_in_hand(turn: Turn) -> Order:
    """The order as the basket and the form have it by now."""
    slots, area = turn.chat.slots, area_held(turn)
    known = turn.records.shop.order(turn.chat.changing)
    collect = COLLECT in (slots.get("area"), slots.get("address"))
    order = Order(
        number=known.number if known else turn.records.shop.next_number, lines=order_lines(turn),
        currency=turn.config.currency, name=str(slots.get("name", "")), collect=collect,
        area=turn.name_of(area) if area else "", address="" if collect else str(slots.get("address", "")),
        revision=known.revision if known else 1)
    return replace(order, fee=_fee(order, area))


def _fee(order: Order, area: Area | None) -> float | None:
    if order.collect or area is None:
        return 0 if order.collect else None
    goods = order.goods_total
    is_free = area.free_from is not None and goods is not None and goods >= area.free_from
    return 0 if is_free else area.price


def order_told(turn: Turn, order: Order) -> str:
    """An order as the customer reads it, with where it goes and what it costs."""
    delivery = turn.say("order.collects") if order.collect else _delivery_told(turn, order)
    total = turn.say("order.total", value=turn.money(order.total)) if order.total is not None else ""
    return lines(
        told_lines(turn, order.lines), delivery,
        turn.say("order.address", value=order.address) if order.address and order.area else "",
        turn.say("order.name", value=order.name) if order.name else "",
        total if order.fee is not None or not total else turn.say("order.goods", value=turn.money(order.total or 0)))


def _delivery_told(turn: Turn, order: Order) -> str:
    if order.fee is None:
        return turn.say("order.fee_asked", area=order.area or order.address)
    if not order.fee:
        return turn.say("order.fee_none", area=order.area)
    return turn.say("order.fee", area=order.area, value=turn.money(order.fee))


def _summary(turn: Turn) -> str:
    order = order_in_hand(turn)
    turn.chat.slots["told"] = _price_tag(order)
    changing = turn.chat.changing
    title = turn.say("order.title_change", number=changing) if changing else turn.say("order.title")
    return lines(title, order_told(turn, order))


def _price_tag(order: Order) -> str:
    """What the customer agrees to: the goods and what they cost."""
    return f"{order.total} {order.fee} {sorted(order.quantities.items())}"[:LONGEST_ANSWER]


def _finish(turn: Turn) -> Reply:
    """Place the order, or put it in the place of the one in change, if it is still what the customer agreed to."""
    if turn.chat.changing and not _may_still_change(turn):
        return _too_late(turn)
    order = order_in_hand(turn)
    if changed := mend(turn):
        return _anew(turn, changed)
    if turn.chat.slots.get("told") != _price_tag(order):
        return advance(turn, ORDER)
    deed, key = (ChangeOrder(order), "changed") if turn.chat.changing else (PlaceOrder(order), "placed")
    said = turn.say(f"order.{key}", number=order.number)
    payment = "" if turn.chat.changing else turn.content_text("payment")
    turn.chat.drop_form()
    turn.chat.empty_basket()
    return Reply(paragraphs(said, payment, turn.say("order.hint")), f"order:{key}", deeds=(deed,))


def _anew(turn: Turn, changed: str) -> Reply:
    """Others were quicker: tell what is left of the basket, and ask whether that will do."""
    turn.chat.slots.pop("more", None)
    told = lines(changed, basket_told(turn))
    if turn.chat.basket:
        return go_on(turn, told)
    turn.chat.drop_form()
    return Reply(paragraphs(told, turn.say("order.to_begin")), "order:nothing")


def _may_still_change(turn: Turn) -> bool:
    known = turn.records.shop.order(turn.chat.changing)
    return known is not None and known.is_changeable


def _too_late(turn: Turn) -> Reply:
    number = turn.chat.changing
    turn.chat.drop_form()
    turn.chat.empty_basket()
    turn.chat.offer = "person"
    return Reply(paragraphs(turn.say("order.too_late", number=number), turn.say("offer.person")), "order:too_late")


ORDER = Form(
    name="order",
    slots=(
        Slot("count", _take_count),
        Slot("more", _take_more),
        Slot("area", _take_area, options=_area_options),
        Slot("address", _take_address, is_free=True, answers=PLACE_LIKE),
        Slot("name", _take_name),
    ),
    finish=_finish,
    summary=_summary,
    objection=_objection,
    intents=frozenset({"place_order"}),
    held=frozenset({"area", "address"}),
)


def go_on(turn: Turn, before: str = "") -> Reply:
    """Ask for what the order still needs, or read it back, after what was done to the basket."""
    if turn.chat.form != ORDER.name:
        turn.chat.drop_form()
        turn.chat.form = ORDER.name
    turn.chat.asked, turn.chat.tries = "", 0
    known_name = _name_known(turn)
    if known_name:
        turn.chat.slots.setdefault("name", known_name)
    fill(turn, ORDER)
    reply = advance(turn, ORDER)
    return replace(reply, text=paragraphs(before, reply.text))


def _name_known(turn: Turn) -> str:
    """The name on the customer's last order, else WhatsApp's where it looks like a name."""
    if turn.records.shop.orders:
        return turn.records.shop.orders[0].name
    words = " ".join(turn.incoming.name.split())
    return words[:LONGEST_ANSWER] if words.replace(" ", "").isalpha() else ""


def ask_count(turn: Turn, item: Item, before: str) -> Reply:
    """Ask how many of a product are wanted."""
    if turn.chat.form != ORDER.name:
        turn.chat.drop_form()
        turn.chat.form = ORDER.name
    turn.chat.slots |= {"product": item.key}
    turn.chat.slots.pop("count", None)
    turn.chat.asked = ""
    slot = ORDER.slot("count") or ORDER.slots[0]
    reply = ask(turn, ORDER, slot)
    return replace(reply, text=paragraphs(before, reply.text))


def step_back(turn: Turn) -> Reply:
    """Ask anew for what was asked for before."""
    at = turn.chat.asked if turn.chat.asked in STEPS_BACK else ""
    earlier = STEPS_BACK[STEPS_BACK.index(at) + 1:] if at else STEPS_BACK
    is_there = {"area": bool(turn.config.areas), "address": turn.chat.slots.get("area") != COLLECT}
    before = next((name for name in earlier if is_there.get(name, True)), "more")
    turn.chat.slots.pop(before, None)
    turn.chat.asked, turn.chat.tries = "", 0
    shown = basket_told(turn) if before == "more" else ""
    reply = ask(turn, ORDER, ORDER.slot(before) or ORDER.slots[0])
    return replace(reply, text=paragraphs(shown, reply.text))
