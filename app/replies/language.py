"""Which of the bot's languages a customer writes."""
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.replies.voice import LANGUAGES, phrases_of, wording

_PLAINLY = 2


@dataclass(frozen=True)
class Teller:
    """The words by which one language is told from the others."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    shape: re.Pattern[str]
    stems: re.Pattern[str]

    def tells(self, word: str) -> bool:
        """Whether the word is of this language."""
        if word in self.words or word.startswith(self.beginnings):
            return True
        return bool(self.shape.fullmatch(word) or self.stems.search(word))


_NEVER = re.compile(r"(?!)")


@cache
def _tellers() -> Mapping[str, Teller]:
    """One teller for each language, without the words that several share."""
    own = {language: _own_words(language) - phrases_of("neutral") for language in LANGUAGES}
    shared = {word for language in LANGUAGES for word in own[language] if sum(word in own[o] for o in LANGUAGES) > 1}
    return {language: _teller(language, own[language] - shared) for language in LANGUAGES}


def _own_words(language: str) -> set[str]:
    """Function words, number words and the single words and phrases of the vocabulary."""
    part = wording().language_data[language]
    entries = {entry for entries in wording().concepts[language].values() for entry in entries}
    in_phrases = {word for entry in entries if " " in entry for word in entry.split()}
    long_ones = {word for word in in_phrases if len(word) > 3 and word.isalpha()}
    return {*part["small"], *part["ordinary"], *part["numbers"], *long_ones, *(e for e in entries if e.isalpha())}


def _teller(language: str, words: Iterable[str]) -> Teller:
    entries = [entry for entries in wording().concepts[language].values() for entry in entries if " " not in entry]
    stems = [entry[1:] for entry in entries if entry.startswith("~")]
    shape = wording().language_data[language]["shape"]
    return Teller(
        words=frozenset(words),
        beginnings=tuple(entry[:-1] for entry in entries if entry.endswith("*") and len(entry) > 4),
        shape=re.compile(shape) if shape else _NEVER,
        stems=re.compile("|".join(map(re.escape, stems))) if stems else _NEVER,
    )


def language_of(words: Sequence[str], otherwise: str) -> str:
    """The language that most of the words are of, for words by themselves; `otherwise` where none tells."""
    tellers = _tellers()
    scores = {language: sum(tellers[language].tells(word) for word in words) for language in LANGUAGES}
    return max(LANGUAGES, key=lambda language: (scores[language], language == otherwise))


def detect(words: Sequence[str], current: str) -> str:
    """The language of the words: another than the current one only where it is plainly written."""
    tellers = _tellers()
    scores = {language: sum(tellers[language].tells(word) for word in set(words)) for language in LANGUAGES}
    best = max(LANGUAGES, key=lambda language: (scores[language], language == current))
    clear = scores[best] >= _PLAINLY if scores[current] else scores[best] > 0
    return best if clear and scores[best] > scores[current] else current
