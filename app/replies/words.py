"""A customer's text as words: normal spelling, word boundaries, typing errors mended against a known vocabulary."""
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

READ_CHARACTERS = 1000
READ_WORDS = 120
LONGEST_WORD = 32
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_WORD = re.compile(r"[^\W\d_]+|\d+|[\u2600-\u27bf\U0001f000-\U0001faff]")
_LETTERS = re.compile(r"[^\W\d_]+")


def plain(text: str) -> str:
    """The text on one line: no control or invisible characters, single spaces, at most READ_CHARACTERS long."""
    kept = "".join(" " if character.isspace() else character for character in text[:READ_CHARACTERS])
    kept = "".join(character for character in kept if unicodedata.category(character)[0] != "C")
    return " ".join(kept.split())


def normal(text: str) -> str:
    """The text as it is compared: plain, lower case, without accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", plain(text)).casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in normal spelling, at most READ_WORDS of them; letters, digits and each emoji apart."""
    return tuple(word[:LONGEST_WORD] for word in _WORD.findall(normal(text))[:READ_WORDS])


def one_edit_away(left: str, right: str) -> bool:
    """Whether one letter more, less, changed, or two neighbours swapped, makes `left` into `right`."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    start = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    rest, other = left[start:], right[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:] == other
    return swapped or rest[1:] == other or rest == other[1:] or rest[1:] == other[1:]


def _without_one(word: str) -> Iterator[str]:
    for i in range(len(word)):
        yield word[:i] + word[i + 1:]


def _shapes(words: Iterable[str]) -> dict[str, list[str]]:
    shapes: dict[str, list[str]] = {}
    for word in sorted(words):
        for shape in {word, *_without_one(word)}:
            shapes.setdefault(shape, []).append(word)
    return shapes


def _near(word: str, shapes: Mapping[str, Sequence[str]]) -> list[str]:
    """The words one edit away that begin alike: people rarely miss the first letter, but they do swap the first two."""
    found = {near for shape in (word, *_without_one(word)) for near in shapes.get(shape, ())}
    return sorted(n for n in found if (n[0] == word[0] or set(n[:2]) == set(word[:2])) and one_edit_away(word, n))


def _ends_differently(word: str, other: str) -> bool:
    """Whether two words that are one edit apart are the same up to the last letter."""
    shorter = min(len(word), len(other))
    return word[:shorter] == other[:shorter] or (len(word) == len(other) and word[:-1] == other[:-1])


class Speller:
    """Mends words that are one typing error away from a known word, and parts two known words written as one."""

    SHORTEST = 5
    SHORTEST_BEGINNING = 6

    def __init__(self, known: Iterable[str], beginnings: Iterable[str], small: Iterable[str], grammar: str,
                 careful: Iterable[str] = ()) -> None:
        """`known` are the words worth mending to, `beginnings` the beginnings of such words.

        `small` are the function words that people run into the next word; words of the pattern `grammar` stay.
        Words that only end differently from one of the `careful` words are other words, not typing errors of it.
        """
        self._small = frozenset(small)
        self._careful = frozenset(careful)
        self._known = frozenset(known)
        self._grammar = re.compile(grammar)
        self._near = _shapes(word for word in self._known if len(word) >= self.SHORTEST and _LETTERS.fullmatch(word))
        self._near_beginnings = _shapes(word for word in beginnings if len(word) >= self.SHORTEST_BEGINNING)

    def mend(self, word: str) -> tuple[str, ...]:
        """The known word or words that were meant, or the word itself."""
        if word in self._known or word in self._small or not _LETTERS.fullmatch(word) or self._grammar.fullmatch(word):
            return (word,)
        return self._nearest(word) or self._parted(word) or self._begun(word) or (word,)

    def _nearest(self, word: str) -> tuple[str, ...]:
        if len(word) < self.SHORTEST:
            return ()
        near = (n for n in _near(word, self._near) if n not in self._careful or not _ends_differently(word, n))
        return tuple(near)[:1]

    def _begun(self, word: str) -> tuple[str, ...]:
        for length in range(self.SHORTEST_BEGINNING, len(word)):
            near = _near(word[:length], self._near_beginnings)
            if near:
                return (near[0] + word[length:],)
        return ()

    def _parted(self, word: str) -> tuple[str, ...]:
        for cut in range(1, len(word)):
            left, right = word[:cut], word[cut:]
            if self._goes_with(left, right) or self._goes_with(right, left):
                return (left, right)
            if min(cut, len(word) - cut) >= self.SHORTEST and left in self._known and right in self._known:
                return (left, right)
        return ()

    def _goes_with(self, small: str, content: str) -> bool:
        return small in self._small and len(content) >= self.SHORTEST and content in self._known
