"""A text as words, numbers and marks with their places, and phrases and numbers found among them."""
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from app.replies.voice import wording
from app.replies.words import normal

READ_TOKENS = 160
TENS = 10
_DOTTED = re.compile(r"\b([ap])\.\s?m\b\.?")
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2}(?!\d))|(?P<dmy>\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{2,4}(?!\d))"
    r"|(?P<dm>\d{1,2}/\d{1,2}(?!\d))|(?P<clock>\d{1,2}[:.]\d{2}(?!\d))|(?P<number>\d+)|(?P<word>[^\W\d_]+)|(?P<mark2>[-,:?!/])",
)

V = TypeVar("V")


@dataclass(frozen=True)
class Token:
    """A word, a number, a date or a clock in digits, or a mark; `kind` says which."""

    text: str
    kind: str


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text in normal spelling, at most READ_TOKENS of them."""
    plain = _DOTTED.sub(r"\1m", normal(text).replace("–", "-"))
    found = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or ""
        text = wording().shorthand.get(match[0], match[0])
        found.append(Token(text, "mark" if kind == "mark2" else "dmy" if kind == "mark" else kind))
        if len(found) == READ_TOKENS:
            break
    return tuple(found)


class Phrases(Generic[V]):
    """Phrases of one or more words and what each stands for; the longest that stands at a place counts."""

    def __init__(self, entries: Mapping[str, V]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], V]]] = {}
        for phrase, value in entries.items():
            words = tuple(token.text for token in tokens_of(phrase))
            self._by_first.setdefault(words[0], []).append((words, value))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))

    def at(self, tokens: Sequence[Token], place: int) -> tuple[V, int] | None:
        """What stands at a place, and the place after it."""
        if not 0 <= place < len(tokens):
            return None
        for words, value in self._by_first.get(tokens[place].text, ()):
            end = place + len(words)
            if [token.text for token in tokens[place:end]] == list(words):
                return value, end
        return None

    def skip(self, tokens: Sequence[Token], place: int) -> int:
        """The place after a phrase that may stand there, or the same place."""
        found = self.at(tokens, place)
        return found[1] if found else place


@cache
def phrases(name: str, part: str = "when") -> Phrases[Any]:
    """The phrases of one kind in all languages, from the data files; those without a value stand for True."""
    merged: dict[str, Any] = {}
    for data in wording().language_data.values():
        stored = data[part] if name == "" else data[part][name] if part == "when" else data[name]
        merged |= stored if isinstance(stored, Mapping) else dict.fromkeys(stored, True)
    return Phrases(merged)


@cache
def _counting() -> Mapping[str, int]:
    return {word: count for data in wording().language_data.values() for word, count in data["counting"].items()}


def number_at(tokens: Sequence[Token], place: int, highest: int = 9999) -> tuple[int, int] | None:
    """The number at a place, in digits or words (`kumi na moja`, `twenty five`), and the place after it."""
    if not 0 <= place < len(tokens):
        return None
    token = tokens[place]
    if token.kind == "number":
        return (int(token.text), place + 1) if len(token.text) <= 4 and int(token.text) <= highest else None
    found = phrases("", "counting").at(tokens, place)
    if found is None:
        return None
    value, end = found
    if value >= TENS and value % TENS == 0 and value <= highest:
        after = end + 1 if end < len(tokens) and tokens[end].text == "na" else end
        unit = _counting().get(tokens[after].text, 0) if after < len(tokens) else 0
        is_joined = after > end or value > TENS
        if 0 < unit < TENS and is_joined and tokens[after].text not in ("a", "an"):
            return value + unit, after + 1
    return (value, end) if value <= highest else None
