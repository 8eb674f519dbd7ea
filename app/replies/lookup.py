"""Find the tenant's own things in what a customer wrote: items by their names, questions by their sense."""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from app.replies.content import Item, Question
from app.replies.lexicon import Heard, Lexicon
from app.replies.voice import phrases_of, wording
from app.replies.words import one_edit_away, words_of

SEARCHED_WORDS = 40
MOST_NAMES_OF_A_WORD = 200
_SHORTEST_TO_MEND = 5
_SHORTEST_TELLING = 3
_CONCEPT_WEIGHT = 0.7
_FOREIGN_WEIGHT = 0.4
"""Of what no question of the tenant speaks of; it is mostly what people say around a question."""
LEAST_OF_A_QUESTION = 0.6
"""How much of a question's sense a message must share to be that question at all."""
ALIKE = 0.75
"""From how close on two questions are too alike to be told apart."""
_UNTELLING = frozenset({
    "greet", "shikamoo", "thanks", "bye", "help", "apologise", "nothing", "yes", "no", "talk", "get", "look", "make",
    "question", "some", "accepts", "setup", "can_do", "package", "leave", "buy",
})


@dataclass(frozen=True)
class Found:
    """Items that were named and the words that named them."""

    items: tuple[Item, ...] = ()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """How well an item was named: the words of its name that were said, and whether that is all of them."""

    item: Item
    said: frozenset[str]
    whole: bool


class Catalogue:
    """Items in their order, to be found by the words of their names in any language."""

    def __init__(self, items: Sequence[Item], lexicon: Lexicon) -> None:
        self.items = tuple(items)
        self.by_key = {item.key: item for item in self.items}
        self._lexicon = lexicon
        self._names: list[tuple[Item, frozenset[str]]] = []
        self._index: dict[str, list[int]] = {}
        self._by_letter: dict[str, list[str]] = {}
        for item in self.items:
            for name in dict.fromkeys(item.name.values()):
                self._add(item, name)

    def __bool__(self) -> bool:
        return bool(self.items)

    def _add(self, item: Item, name: str) -> None:
        words = [thing for thing, _ in things_in(words_of(name))]
        telling = frozenset(word for word in words if not self._lexicon.is_small(word)) or frozenset(words)
        for word in telling:
            if word not in self._index:
                self._by_letter.setdefault(word[0], []).append(word)
            self._index.setdefault(word, []).append(len(self._names))
        self._names.append((item, telling))

    def find(self, words: Sequence[str]) -> Found:
        """The items that the words name best; part of a name counts only by a word that means nothing else."""
        if not self._index:
            return Found()
        things = things_in(words[:SEARCHED_WORDS])
        meant = {thing: self._meant(thing) for thing, _ in things}
        said = frozenset(word for word in meant.values() if word)
        numbers = sorted({number for word in said for number in self._index[word][:MOST_NAMES_OF_A_WORD]})
        matches = [match for number in numbers if (match := self._match(number, said))]
        chosen = _whole_names(matches) or _longest(matches)
        used = frozenset().union(*(match.said for match in chosen))
        items = tuple(dict.fromkeys(match.item.key for match in chosen))
        return Found(
            items=tuple(self.by_key[key] for key in items),
            words=frozenset(word for thing, parts in things if meant[thing] in used for word in parts),
        )

    def _match(self, number: int, said: frozenset[str]) -> Match | None:
        item, name = self._names[number]
        both = name & said
        if both == name or any(self._is_telling(word) for word in both):
            return Match(item, both, both == name)
        return None

    def _is_telling(self, word: str) -> bool:
        known = self._lexicon.concepts_of(word) or self._lexicon.is_small(word)
        return len(word) >= _SHORTEST_TELLING and not known and not word[0].isdigit()

    def _meant(self, word: str) -> str:
        """The word of a name that was meant: the same, its singular or plural, or one typing error away."""
        near = (word, word.removesuffix("s"), word.removesuffix("es"), word + "s", word + "es")
        meaning = self._lexicon.concepts_of(word)
        # `leave` is no leaf of tea: a word that means something by itself is not the singular of another.
        same = (form for form in near if form in self._index and (not meaning or form == word
                                                                   or self._lexicon.concepts_of(form) == meaning))
        exact = next(same, "")
        if exact or len(word) < _SHORTEST_TO_MEND or self._lexicon.is_plain(word) or word in counts():
            return exact
        alike = self._by_letter.get(word[0], ())
        return next((other for other in alike if len(other) >= _SHORTEST_TO_MEND and one_edit_away(word, other)), "")


def things_in(words: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Words as they stand in names, each with its parts: `5 kg` and `kilo 5` are one word, `5kg`."""
    units = wording().units
    things: list[tuple[str, tuple[str, ...]]] = []
    place = 0
    while place < len(words):
        pair = tuple(words[place:place + 2])
        number = next((word for word in pair if word.isdecimal()), "")
        unit = next((units[word] for word in pair if word in units), "")
        if len(pair) == 2 and number and unit:
            things.append((number + unit, pair))
            place += 2
        else:
            things.append((words[place], (words[place],)))
            place += 1
    return things


def _whole_names(matches: Sequence[Match]) -> list[Match]:
    """The items whose whole name was said, without those whose name is only part of another's."""
    whole = [match for match in matches if match.whole]
    return [match for match in whole if not any(match.said < other.said for other in whole)]


def _longest(matches: Sequence[Match]) -> list[Match]:
    """Those of the items of which most words were said, in whatever languages: `massage ya mgongo`.

    A size only decides between names that were said alike: whoever wants five kilos of one rice wants no other rice.
    """
    said: dict[str, frozenset[str]] = {}
    for match in matches:
        said[match.item.key] = said.get(match.item.key, frozenset()) | match.said
    told = {key: (sum(not word[0].isdigit() for word in words), len(words)) for key, words in said.items()}
    most = max(told.values(), default=(0, 0))
    return [match for match in matches if told[match.item.key] == most]


class QuestionBook:
    """The tenant's questions, found by the share of their sense that a message has in common with them."""

    def __init__(self, questions: Sequence[Question], lexicon: Lexicon) -> None:
        self.questions = tuple(questions)
        self.by_key = {question.key: question for question in self.questions}
        self._entries: list[tuple[Question, frozenset[str]]] = []
        for question in self.questions:
            for phrasing in dict.fromkeys((*question.question.values(), *question.phrasings)):
                words = lexicon.mend(words_of(phrasing))
                self._entries.append((question, senses(words, lexicon.hear(words), lexicon)))
        self._spread = Counter(sense for _, entry in self._entries for sense in entry)
        self._index: dict[str, list[int]] = {}
        for place, (_, entry) in enumerate(self._entries):
            for sense in entry:
                self._index.setdefault(sense, []).append(place)
        self._by_letter: dict[str, list[str]] = {}
        for sense in sorted(self._index):
            if len(sense) >= _SHORTEST_TO_MEND and not sense.startswith("="):
                self._by_letter.setdefault(sense[0], []).append(sense)

    def __bool__(self) -> bool:
        return bool(self.questions)

    def alike(self) -> list[tuple[str, str, float]]:
        """Pairs of questions, by key, that a message could be taken for either of, and how close they are: 0 to 1."""
        closest: dict[tuple[int, int], float] = {}
        numbers = {question.key: number for number, question in enumerate(self.questions)}
        for question, entry in self._entries:
            for other, sensed in self._sharing(entry):
                pair = (numbers[question.key], numbers[other.key])
                if pair[0] < pair[1]:
                    near = max(self._closeness(sensed, entry), self._closeness(entry, sensed))
                    closest[pair] = max(near, closest.get(pair, 0.0))
        keys = [question.key for question in self.questions]
        return [(keys[a], keys[b], near) for (a, b), near in sorted(closest.items()) if near >= ALIKE]

    def _sharing(self, entry: frozenset[str]) -> list[tuple[Question, frozenset[str]]]:
        """The entries that have a sense in common with one; senses that most share tell nothing apart."""
        places = {place for sense in entry for place in self._index[sense][:MOST_NAMES_OF_A_WORD]}
        return [self._entries[place] for place in sorted(places)]

    def _meant(self, sense: str) -> str:
        """A word as the questions have it, where it is one typing error away from such a word."""
        if sense in self._index or sense.startswith("=") or len(sense) < _SHORTEST_TO_MEND:
            return sense
        near = (word for word in self._by_letter.get(sense[0], ()) if one_edit_away(sense, word))
        return next(near, sense)

    def find(self, message: frozenset[str]) -> tuple[Question | None, float]:
        """The question closest to the senses of a message, and how close: 0 to 1."""
        meant = frozenset(sense for sense in map(self._meant, message) if sense in self._index or sense not in times())
        scored = [(self._closeness(entry, meant), -place) for place, (_, entry) in enumerate(self._entries)]
        best, place = max(scored, default=(0.0, 0))
        return (self._entries[-place][0], best) if best > 0 else (None, 0.0)

    def _closeness(self, entry: frozenset[str], message: frozenset[str]) -> float:
        shared = entry & message
        if not shared or (len(shared) == 1 and len(entry) > 1):
            return 0.0
        common = self._weight(shared)
        asked, said = common / self._weight(entry), common / self._weight(message)
        return 2 * asked * said / (asked + said) if asked >= LEAST_OF_A_QUESTION else 0.0

    def _weight(self, some: frozenset[str]) -> float:
        return sum(map(self._weight_of, some))

    def _weight_of(self, sense: str) -> float:
        if sense not in self._spread:
            return _FOREIGN_WEIGHT
        return (_CONCEPT_WEIGHT if sense.startswith("=") else 1.0) / sqrt(sqrt(self._spread[sense]))


@cache
def times() -> frozenset[str]:
    """Words that tell when, which anybody may put beside any question: `today`, `Monday`, `asubuhi`."""
    kinds = ("weekdays", "months", "days_ahead", "parts")
    phrases = (phrase for part in wording().language_data.values() for kind in kinds for phrase in part["when"][kind])
    return frozenset(word for phrase in phrases for word in words_of(phrase))


def counts() -> frozenset[str]:
    """Words that count, which are no typing errors of a name: `mawili` is not `mwili`."""
    return phrases_of("counting")


def alike(questions: Sequence[Question]) -> list[tuple[str, str, float]]:
    """Pairs of questions, by key, that customers' messages could be taken for either of, and how close they are."""
    return QuestionBook(questions, wording().lexicon).alike()


def senses(words: Sequence[str], heard: Sequence[Heard], lexicon: Lexicon) -> frozenset[str]:
    """What a text is about: its telling concepts (marked with =) and the words that stand for nothing known."""
    at: dict[int, str] = {}
    taken: set[int] = set()
    for one in heard:
        taken.update(range(one.start, one.end))
        if one.concept not in _UNTELLING:
            at.setdefault(one.start, f"={one.concept}")
    other = (
        word
        for place, word in enumerate(words)
        if place not in taken and not lexicon.is_small(word) and not word.isdigit()
    )
    return frozenset((*at.values(), *(_singular(word) for word in other)))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

