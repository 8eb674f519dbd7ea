"""What a message says of products: which, how many, and which of the list shown last.

"2 kitenge and 3 soap", "sabuni mbili na mchele kilo 5", "ongeza mbili za pili": each part between commas and the like
is one pick; numbers that belong to a size or a place in a list count nothing.
"""
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.replies.content import Item
from app.replies.menu import HIGHEST_NUMBER
from app.replies.slots.tokens import Token, number_at, phrases, tokens_of
from app.replies.turn import Turn
from app.replies.voice import phrases_of, wording
from app.replies.words import normal

_LINES = re.compile(r"[\n;&+]")
_BROKEN = re.compile(r"\b\d+\.\d{1,2}\b")
"""A number such as 2.5, of which nothing can be sold: it counts nothing, and so is asked about."""
_ARTICLES = frozenset({"a", "an"})


@dataclass(frozen=True)
class Pick:
    """One thing that was named: its words, how many of it, and its place in the list shown last (from 1)."""

    words: tuple[str, ...] = ()
    count: int | None = None
    nth: int | None = None

    def is_empty(self) -> bool:
        """Whether nothing was named."""
        return not self.words and self.count is None and self.nth is None


def picks_in(turn: Turn) -> list[Pick]:
    """The parts of a message, in its order."""
    tokens = tokens_of(_prepared(turn))
    return [pick for part in _parts(tokens) for pick in _picks_of(part, turn)]


def items_of(turn: Turn, pick: Pick) -> tuple[Item, ...]:
    """The products that a pick may mean: that of its place in the list, or those that its words name."""
    products = turn.config.products
    if pick.nth is not None:
        key = turn.chat.shown[pick.nth - 1] if 1 <= pick.nth <= len(turn.chat.shown) else ""
        return (products.by_key[key],) if key in products.by_key else ()
    return products.find(pick.words).items


def sized(turn: Turn, pick: Pick, item: Item) -> Pick:
    """A pick of two kilos of what is sold by the kilo is a pick of two."""
    if pick.count is not None:
        return pick
    sizes = {word for name in item.name.values() for word in _sizes(tokens_of(name))}
    said = _sizes(tokens_of(" ".join(pick.words)))
    counts = [amount for amount, unit in said if amount > 1 and (1, unit) in sizes and (amount, unit) not in sizes]
    return replace(pick, count=counts[0]) if counts else pick


def _prepared(turn: Turn) -> str:
    """The text with lines as parts, and names that have an "and" in them kept whole, even where part of one is said."""
    text = normal(_BROKEN.sub(" ", _LINES.sub(", ", turn.incoming.text)))
    for item in turn.products.items:
        for name in map(normal, item.name.values()):
            words = name.split()
            for left, between, right in zip(words, words[1:], words[2:], strict=False):
                if between in phrases_of("between_picks"):
                    text = text.replace(f"{left} {between} {right}", f"{left} {right}")
    return text


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between commas, "and" and the like; "kumi na mbili" stays together."""
    parts: list[list[Token]] = [[]]
    place = 0
    while place < len(tokens):
        number = number_at(tokens, place, HIGHEST_NUMBER)
        token = tokens[place]
        if number and token.text not in _ARTICLES and (number[1] - place > 1 or _is_beside_a_unit(tokens, place)):
            parts[-1].append(Token(str(number[0]), "number"))
            place = number[1]
        else:
            if (token.kind == "mark" and token.text in ",:") or token.text in phrases_of("between_picks"):
                parts.append([])
            elif token.kind != "mark":
                parts[-1].append(token)
            place += 1
    return [part for part in parts if part]


def _is_beside_a_unit(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number in one word is part of a size: `kilo mbili` is `kilo 2`."""
    beside = (*tokens[max(0, place - 1):place], *tokens[place + 1:place + 2])
    return any(token.text in wording().units for token in beside)


def _picks_of(part: Sequence[Token], turn: Turn) -> list[Pick]:
    """The picks of one part; a further number, or a product after one, begins another."""
    picks, place = [Pick()], 0
    while place < len(part):
        nth, after = _nth_at(part, place, turn)
        count = None if nth else _count_at(part, place)
        if nth:
            picks[-1] = replace(picks[-1], nth=nth)
        elif count is not None and picks[-1].count is not None:
            picks.append(Pick(count=count))
        elif count is not None:
            picks[-1] = replace(picks[-1], count=count)
        elif _begins_another(turn, picks[-1], part[place].text):
            picks.append(Pick((part[place].text,)))
        else:
            picks[-1] = replace(picks[-1], words=(*picks[-1].words, part[place].text))
        place = after
    return [pick for pick in picks if not pick.is_empty()]


def _begins_another(turn: Turn, pick: Pick, word: str) -> bool:
    """Whether a word after "sabuni 2" names another product."""
    before = turn.config.products.find(pick.words).items
    if pick.count is None or not before or _is_size(word):
        return False
    named = turn.config.products.find((word,)).items
    return bool(named) and not {item.key for item in named} & {item.key for item in before}


def _count_at(part: Sequence[Token], place: int) -> int | None:
    """The number at a place, if it counts things."""
    token = part[place]
    number = number_at(part, place, HIGHEST_NUMBER)
    if number is None or number[0] == 0 or token.text in _ARTICLES or _is_talk(part, place):
        return None
    return None if _is_of_a_size(part, place) else number[0]


def _is_of_a_size(part: Sequence[Token], place: int) -> bool:
    """Whether a number belongs to a unit: `5 kg`, `kilo 5`, and not the 2 of `5 kg 2`."""
    units = wording().units
    if place + 1 < len(part) and part[place + 1].text in units:
        return True
    is_led = place > 0 and part[place - 1].text in units
    return is_led and not (place > 1 and part[place - 2].kind == "number")


def _is_talk(part: Sequence[Token], place: int) -> bool:
    """Whether a number is part of talk, such as "that one"."""
    before = part[place - 1].text if place else ""
    data = wording().language_data.values()
    return any(part[place].text in one["talk_numbers"] and before in one["talk_beside"] for one in data)


def _nth_at(part: Sequence[Token], place: int, turn: Turn) -> tuple[int | None, int]:
    """A place in the list shown last ("the second one", "za pili", "number 3"), and the token after it."""
    is_led = part[place].text in phrases_of("nth_lead") and place + 1 < len(part)
    at = place + 1 if is_led else place
    is_named = not is_led and part[at].text in turn.products.words
    ordinal = None if is_named else phrases("ordinals").at(part, at)
    number = number_at(part, at, HIGHEST_NUMBER) if is_led else None
    found = ordinal or number
    if found is None or not 1 <= found[0] <= len(turn.chat.shown):
        return None, place + 1
    after = found[1]
    return int(found[0]), after + 1 if ordinal and after < len(part) and part[after].text in ("one", "ones") else after


def _is_size(word: str) -> bool:
    return word in wording().units or word.isdigit()


def _sizes(tokens: Sequence[Token]) -> set[tuple[int, str]]:
    """The sizes that are named: `2kg`, `kilo 5`."""
    units, found = wording().units, set()
    for left, right in zip(tokens, tokens[1:], strict=False):
        if left.kind == "number" and right.text in units:
            found.add((int(left.text), units[right.text]))
        elif left.text in units and right.kind == "number":
            found.add((int(right.text), units[left.text]))
    return found
