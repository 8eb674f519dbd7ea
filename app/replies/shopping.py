"""A basket by words: put in, take out, make it another number, look, empty, and go on to the order."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.replies.answers import LISTED_ITEMS, menu
from app.replies.basket import available, basket_told, count_of, put
from app.replies.checkout import ORDER, ask_count, go_on, step_back, waiting_for_count
from app.replies.content import Item
from app.replies.forms import HELD
from app.replies.listing import card, list_some
from app.replies.menu import chosen
from app.replies.picks import Pick, items_of, picks_in, sized
from app.replies.placed import changeable_order, load
from app.replies.turn import Reply, Turn, lines, paragraphs

ABOUT_WHAT_IS_PLACED = frozenset({
    "track_order", "track_refund", "get_refund", "check_refund_policy", "check_cancellation_fee", "payment_issue",
    "complaint", "contact_human_agent", "check_invoice", "get_invoice", "delivery_period",
})
"""Intents whose messages have nothing to do with the basket, whatever they name."""
ASKED_ABOUT = frozenset({"prices", "products", "discount", "delivery_options", "hours", "location"})
"""Intents of questions that name products without wanting them."""
WANTING = frozenset({"place_order", "change_order"})
SETTLING = ("more", "area", "address", "name", "confirm", "change")


@dataclass
class Outcome:
    """What came of the picks of a message, as it is told."""

    told: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    doubts: list[list[object]] = field(default_factory=list)
    short: Item | None = None

    @property
    def text(self) -> str:
        """All of it."""
        return lines(*self.told)


_CALLING_OFF = frozenset({"cancel", "remove", "not_coming"})
"""Concepts of which one must be heard before a basket is thrown away: a likely guess is not enough."""


def basket_step(turn: Turn) -> Reply | None:
    """What a message does to the basket; None where it is about something else."""
    if turn.config.template != "ECOMMERCE" or not turn.config.products or not turn.text:
        return None
    if turn.chat.form not in ("", ORDER.name):
        return None
    return next((reply for step in _STEPS if (reply := step(turn))), None)


def _afresh(turn: Turn) -> Reply | None:
    if not turn.says_one_of("afresh", whole=True) or not (turn.chat.basket or turn.chat.form):
        return None
    turn.chat.empty_basket()
    return menu(turn)


def _give_up(turn: Turn) -> Reply | None:
    """Drop the order in hand, and with it the basket; an order that was being changed stays as it was."""
    in_hand = turn.chat.form == ORDER.name and turn.chat.asked != HELD
    is_whole = "order" in turn.meaning.concepts or not turn.says_one_of("take_out")
    is_said = turn.intent == "cancel_order" and is_whole and not _CALLING_OFF.isdisjoint(turn.meaning.concepts)
    if not in_hand or not (turn.says_one_of("drop", whole=True) or is_said):
        return None
    changing = turn.chat.changing
    turn.chat.drop_form()
    turn.chat.empty_basket()
    turn.chat.menu = []
    text = turn.say("order.stays", number=changing) if changing else turn.say("form.dropped")
    return Reply(text, "order:dropped")


def _back(turn: Turn) -> Reply | None:
    is_going = turn.chat.form == ORDER.name and turn.chat.asked in SETTLING
    return step_back(turn) if is_going and turn.says_one_of("back", whole=True) else None


def _resolved(turn: Turn) -> Reply | None:
    """Which of several products was meant."""
    if not turn.chat.doubts:
        return None
    (count, keys), *rest = turn.chat.doubts
    option = chosen(turn) or ""
    key = option.removeprefix("product:") if option.startswith("product:") else ""
    named = [item.key for item in turn.products.items if item.key in keys]
    key = key if key in keys else named[0] if len(named) == 1 else ""
    if not key:
        turn.chat.doubts = []
        return None
    turn.chat.doubts = rest
    item = turn.config.products.by_key[key]
    if not count:
        return how_many(turn, item)
    outcome = Outcome(doubts=rest)
    _add(turn, item, count, outcome)
    return _told(turn, outcome)


def _counted(turn: Turn) -> Reply | None:
    """How many of the product that waits for it."""
    item = waiting_for_count(turn) if turn.chat.form == ORDER.name else None
    if item is None or turn.chat.asked not in ("count", HELD):
        return None
    counts = {pick.count for pick in picks_in(turn) if pick.count}
    others = [named for named in turn.products.items if named.key != item.key]
    if len(counts) != 1 or others or turn.asks_something():
        return None
    count = counts.pop()
    trouble = put(turn, item, count)
    if trouble:
        return ask_count(turn, item, trouble)
    turn.chat.slots.pop("product")
    return go_on(turn, lines(_added(turn, item, count), basket_told(turn)))


def _emptied(turn: Turn) -> Reply | None:
    if not turn.says_one_of("basket_empty"):
        return None
    turn.chat.drop_form()
    turn.chat.empty_basket()
    return Reply(paragraphs(turn.say("order.emptied"), turn.say("order.to_begin")), "order:emptied")


def _taken_out(turn: Turn) -> Reply | None:
    """Take something out, or as many of it as was said."""
    takes_out = turn.says_one_of("take_out") or not _NONE.isdisjoint(turn.raw_words)
    if not turn.chat.basket or not takes_out or turn.intent in ABOUT_WHAT_IS_PLACED:
        return None
    found = [(pick, item) for pick in picks_in(turn) for item in _in_basket(turn, pick)]
    is_short = len(turn.raw_words) <= _FEW_WORDS and turn.intent != "discount"
    if not found and is_short and turn.products.items and not turn.asks_something():
        return go_on(turn, lines(turn.say("order.not_inside"), basket_told(turn)))
    if not found and is_short and turn.chat.touched in turn.config.products.by_key:
        found = [(Pick(), turn.config.products.by_key[turn.chat.touched])]
    if not found:
        return None
    told = []
    for pick, item in found:
        rest = count_of(turn, item) - pick.count if pick.count else 0
        put(turn, item, max(rest, 0))
        told.append(turn.say("order.made" if rest > 0 else "order.removed", quantity=rest, name=turn.name_of(item)))
    return _after_change(turn, lines(*told))


_FEW_WORDS = 4
_NONE = frozenset({"0", "zero", "sifuri"})
"""As many of it as nothing: `make it zero`."""
_DENIALS = (("no",), ("hapana",), ("siyo",), ("sio",))


def _in_basket(turn: Turn, pick: Pick) -> list[Item]:
    """The products of the basket that a pick means; a bare number counts in the list shown last."""
    if not pick.words and pick.nth is None and pick.count and pick.count <= len(turn.chat.shown):
        pick = Pick(nth=pick.count)
    named = items_of(turn, pick)
    inside = [item for item in named if count_of(turn, item)]
    return inside if len(inside) <= 1 or len(named) == len(inside) else inside[:1]


def _made(turn: Turn) -> Reply | None:
    """Make it another number: "make it 4", "no, 3", "change the soap to 5"."""
    products = turn.config.products.by_key
    # `Ongeza moja` adds to what there is, though the talk is of changing.
    adds, is_changing = turn.says_one_of("put_in"), turn.chat.asked == "change" or turn.says_one_of("make_it")
    corrects = turn.raw_words[:1] in _DENIALS or (is_changing and not adds)
    picks = picks_in(turn) if turn.chat.basket and corrects else []
    counts = [pick for pick in picks if pick.count]
    if len(counts) != 1 or turn.asks_something():
        return None
    named = [item for pick in picks for item in items_of(turn, pick)]
    named = [item for item in named if count_of(turn, item)] or named
    item = named[0] if len(named) == 1 else products.get(turn.chat.touched) if not named else None
    if item is None or not count_of(turn, item):
        return None
    count = counts[0].count or 0
    trouble = put(turn, item, count)
    return _after_change(turn, trouble or turn.say("order.made", quantity=count, name=turn.name_of(item)))


def _shown(turn: Turn) -> Reply | None:
    if not turn.says_one_of("basket_show") or turn.intent in ABOUT_WHAT_IS_PLACED or _wanted(turn, picks_in(turn)):
        return None
    if not turn.chat.basket:
        return Reply(paragraphs(turn.say("order.empty"), turn.say("order.to_begin")), "order:basket")
    if turn.chat.form == ORDER.name and turn.chat.asked in SETTLING[1:]:
        return go_on(turn, basket_told(turn))
    turn.chat.slots.pop("more", None)
    return go_on(turn, basket_told(turn))


def _picked(turn: Turn) -> Reply | None:
    """Put what was named into the basket."""
    if turn.intent in ABOUT_WHAT_IS_PLACED or (turn.asks_something() and turn.intent in ASKED_ABOUT):
        return None
    picks = [_sized(turn, pick) for pick in picks_in(turn)]
    adds = turn.says_one_of("put_in")
    wanted = _wanted(turn, picks)
    is_counted = any(pick.count for pick in wanted) and turn.chat.asked not in ("address", "name")
    if not wanted or not (adds or is_counted):
        return None
    order = changeable_order(turn) if turn.says_one_of("placed") and not turn.chat.basket else None
    if order:
        load(turn, order)
    outcome = Outcome()
    for pick in picks:
        _take(turn, pick, outcome, adds=adds)
    return _told(turn, outcome)


def _wanted(turn: Turn, picks: Sequence[Pick]) -> list[Pick]:
    """The picks that name something that is sold, or more of what was spoken of."""
    return [pick for pick in picks if _meant(turn, pick)]


def _meant(turn: Turn, pick: Pick) -> tuple[Item, ...]:
    """The products that a pick may mean; a bare number to add is of what was shown or picked last."""
    found = items_of(turn, pick)
    is_bare = pick.count and pick.nth is None and not set(pick.words) & set(turn.own_words())
    if found or not is_bare:
        return found
    shown = turn.chat.shown[0] if len(turn.chat.shown) == 1 and turn.says_one_of("put_in") else ""
    key = turn.chat.touched if turn.says_one_of("more_of_it") else shown
    item = turn.config.products.by_key.get(key)
    return (item,) if item else ()


def _sized(turn: Turn, pick: Pick) -> Pick:
    found = _meant(turn, pick)
    return sized(turn, pick, found[0]) if len(found) == 1 else pick


def _take(turn: Turn, pick: Pick, outcome: Outcome, *, adds: bool) -> None:
    found = _meant(turn, pick)
    if not found:
        if pick.count and pick.words:
            outcome.missed.append(" ".join(pick.words))
        return
    if len(found) > 1:
        outcome.doubts.append([pick.count or 0, [item.key for item in found[:LISTED_ITEMS]]])
    elif pick.count or adds:
        _add(turn, found[0], pick.count or 1, outcome)
    else:
        outcome.doubts.append([0, [found[0].key]])


def _add(turn: Turn, item: Item, count: int, outcome: Outcome) -> None:
    trouble = put(turn, item, count_of(turn, item) + count)
    outcome.told.append(trouble or _added(turn, item, count))
    if trouble and available(turn, item) and not count_of(turn, item):
        outcome.short = item


def _added(turn: Turn, item: Item, count: int) -> str:
    return turn.say("order.added", quantity=count, name=turn.name_of(item))


def _told(turn: Turn, outcome: Outcome) -> Reply:
    """What was put in, what was not found, and the question which of several was meant or how to go on."""
    if outcome.missed:
        outcome.told.append(turn.say("order.not_found", value=", ".join(outcome.missed)))
    if outcome.doubts:
        return _in_doubt(turn, outcome)
    if outcome.short:
        return ask_count(turn, outcome.short, outcome.text)
    if not turn.chat.basket:
        return Reply(paragraphs(outcome.text, turn.say("order.to_begin")), "order:nothing")
    return _after_change(turn, outcome.text)


def _in_doubt(turn: Turn, outcome: Outcome) -> Reply:
    (_count, keys), *_rest = turn.chat.doubts = outcome.doubts
    items = [item for key in keys if (item := turn.config.products.by_key.get(str(key)))]  # type: ignore[attr-defined]
    if len(items) == 1:
        turn.chat.doubts = []
        return how_many(turn, items[0], outcome.text)
    asked = list_some(turn, "product", items, "order:which")
    return Reply(paragraphs(outcome.text, asked.text), "order:which")


def how_many(turn: Turn, item: Item, before: str = "") -> Reply:
    """Ask how many of a product are wanted, with its card; one that is sold out is only shown."""
    if turn.left_of(item) == 0:
        return Reply(paragraphs(before, card(turn, item)), "product")
    return ask_count(turn, item, paragraphs(before, card(turn, item)))


def _after_change(turn: Turn, told: str) -> Reply:
    """The basket as it is now and, where an order is under way, its next question."""
    if not turn.chat.basket:
        turn.chat.drop_form()
        return Reply(paragraphs(told, turn.say("order.empty"), turn.say("order.to_begin")), "order:emptied")
    is_late = turn.chat.form == ORDER.name and turn.chat.asked in ("confirm", "change")
    return go_on(turn, told if is_late else lines(told, basket_told(turn)))


def _done(turn: Turn) -> Reply | None:
    """Go on to the order with what is in the basket."""
    if not turn.chat.basket or not turn.says_one_of("done", whole=True):
        return None
    if turn.chat.form == ORDER.name and turn.chat.asked in SETTLING[1:]:
        return go_on(turn)
    turn.chat.slots.pop("product", None)
    turn.chat.doubts = []
    keep = dict(turn.chat.slots) if turn.chat.form == ORDER.name else {}
    turn.chat.drop_form()
    turn.chat.form, turn.chat.slots = ORDER.name, keep | {"more": 1}
    return go_on(turn)


def _bare_item(turn: Turn) -> Reply | None:
    """Nothing but a product's name in answer to "anything else?"."""
    if turn.chat.asked != "more" or len(turn.products.items) != 1 or turn.asks_something():
        return None
    return how_many(turn, turn.products.items[0]) if turn.intent in ("", "products", *WANTING) else None


def lost(turn: Turn) -> Reply | None:
    """Where nothing was understood in the middle of an order: say so and ask again, so that nothing is lost."""
    if turn.chat.form != ORDER.name or not turn.chat.basket:
        return None
    turn.chat.unknown += 1
    hint = turn.say("offer.hint") if turn.chat.unknown > 1 else ""
    asked = go_on(turn, lines(turn.say("form.not_understood"), hint))
    return Reply(asked.text, "unknown:order")


_STEPS: tuple[Callable[[Turn], Reply | None], ...] = (
    _afresh, _give_up, _back, _resolved, _counted, _emptied, _taken_out, _made, _shown, _picked, _bare_item, _done,
)
