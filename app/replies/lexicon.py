"""Which concepts the words of a text stand for, by a vocabulary of words, phrases and stems.

An entry of the vocabulary is a word (`price`), the beginning of a word (`cancel*`), a part of a word (`~hifadhi`, for
Swahili verbs with their prefixes), or a phrase of several words of which all but the first may end in `*`. The longest
phrase wins and uses its words up, so that `customer service` does not also speak of a service.
"""
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.replies.words import Speller

Concepts = tuple[str, ...]
_REMEMBERED_WORDS = 4096


@dataclass(frozen=True)
class Heard:
    """One concept and where it was said: words[start:end]."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True)
class Phrase:
    """Several words that together stand for a concept."""

    words: tuple[str, ...]
    concept: str

    def stands_at(self, words: Sequence[str], start: int) -> bool:
        """Whether the phrase is found at that position."""
        part = words[start:start + len(self.words)]
        return len(part) == len(self.words) and all(map(_fits, self.words, part))


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


class Lexicon:
    """The vocabulary of all languages, looked up by word."""

    def __init__(
        self, concepts: Mapping[str, Sequence[str]], small: Sequence[str], ordinary: Sequence[str], grammar: str,
        careful: Sequence[str] = (),
    ) -> None:
        """`small` are function words; `ordinary` words mean nothing here and are not typing errors of others.

        `grammar` is a pattern of words whose spelling carries grammar, so that one letter makes another word of them.
        `careful` names concepts whose words are not to be found in words that only end differently.
        """
        self._exact: dict[str, list[str]] = {}
        self._prefixes: dict[str, list[str]] = {}
        self._parts: dict[str, list[str]] = {}
        self._phrases: dict[str, list[Phrase]] = {}
        for concept, entries in concepts.items():
            for entry in entries:
                self._add(concept, str(entry).strip())
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase.words))
        self._part = re.compile("(?=(" + "|".join(map(re.escape, sorted(self._parts, key=len, reverse=True))) + "))")
        self._small = frozenset(small)
        self._whole = frozenset((*small, *ordinary))
        careful_words = {word for concept in careful for entry in concepts[concept] for word in entry.split()}
        self._speller = Speller(self._vocabulary() | set(ordinary), self._prefixes, small, grammar, careful_words)
        self._remembered: dict[str, Concepts] = {}

    def _add(self, concept: str, entry: str) -> None:
        words = tuple(entry.split()) if " " in entry else ()
        if words:
            self._phrases.setdefault(words[0], []).append(Phrase(words, concept))
        elif entry.startswith("~"):
            self._parts.setdefault(entry[1:], []).append(concept)
        elif entry.endswith("*"):
            self._prefixes.setdefault(entry[:-1], []).append(concept)
        else:
            self._exact.setdefault(entry, []).append(concept)

    def _vocabulary(self) -> set[str]:
        in_phrases = {w.rstrip("*") for phrases in self._phrases.values() for phrase in phrases for w in phrase.words}
        return in_phrases | set(self._exact) | set(self._prefixes)

    def mend(self, words: Iterable[str], keep: Collection[str] = ()) -> tuple[str, ...]:
        """The words with typing errors mended, except those to keep."""
        return tuple(mended for word in words for mended in ((word,) if word in keep else self._mend(word)))

    def _mend(self, word: str) -> tuple[str, ...]:
        return (word,) if self.concepts_of(word) else self._speller.mend(word)

    def is_plain(self, word: str) -> bool:
        """Whether it is an everyday word, and so no typing error of another."""
        return word in self._whole or bool(self.concepts_of(word))

    def is_small(self, word: str) -> bool:
        """Whether it is a function word, which says nothing about the matter."""
        return word in self._small

    def concepts_of(self, word: str) -> Concepts:
        """What a single word stands for, perhaps nothing."""
        if word not in self._remembered:
            if len(self._remembered) >= _REMEMBERED_WORDS:
                self._remembered.clear()
            self._remembered[word] = tuple(dict.fromkeys(self._look_up(word)))
        return self._remembered[word]

    def _look_up(self, word: str) -> Iterator[str]:
        yield from self._exact.get(word, ())
        if word in self._whole:
            return
        for length in range(len(word), 2, -1):
            yield from self._prefixes.get(word[:length], ())
        if self._parts:
            for match in self._part.finditer(word):
                yield from self._parts[match[1]]

    def hear(self, words: Sequence[str]) -> tuple[Heard, ...]:
        """The concepts in the order in which they were said."""
        heard: list[Heard] = []
        position = 0
        while position < len(words):
            phrases = self._phrases.get(words[position], ())
            fitting = [phrase for phrase in phrases if phrase.stands_at(words, position)]
            length = len(fitting[0].words) if fitting else 1
            concepts = [phrase.concept for phrase in fitting if len(phrase.words) == length]
            found = concepts or self.concepts_of(words[position])
            heard.extend(Heard(concept, position, position + length) for concept in found)
            position += length
        return tuple(heard)
