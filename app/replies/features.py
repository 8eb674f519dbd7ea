"""What a classifier looks at in a message: its words, its letters, and what the vocabulary and the rules make of it.

Features are numbers (the CRC-32 of their text), in blocks, each of which has the same say whatever its length: a model
trained on these must be asked with these, so a change here means training again.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from zlib import crc32

READ_WORDS = 60
READ_LETTERS = 320
SHORTEST, LONGEST = 3, 5
MOST_CONCEPTS = 8
LENGTHS = (1, 2, 3, 5, 8, 13, 21)
SHARES = {"words": 1.0, "letters": 1.0, "sense": 1.0}
"""How much each block weighs before its length is taken out."""


@dataclass(frozen=True)
class Block:
    """Features of one kind and what each of them counts."""

    features: tuple[int, ...]
    value: float


def blocks(words: Sequence[str], concepts: Sequence[str], ruled: str) -> tuple[Block, ...]:
    """The features of a message: its words in normal spelling, the concepts heard, the intent the rules name."""
    said = [_shape(word) for word in words[:READ_WORDS]]
    found = {"words": set(_of_words(said)), "letters": set(_of_letters(said)), "sense": set(_of_sense(concepts, ruled))}
    return tuple(
        Block(tuple(sorted(crc32(one.encode()) for one in some)), SHARES[name] / sqrt(len(some)))
        for name, some in found.items() if some
    )


def _shape(word: str) -> str:
    return "0" * len(word) if word.isdigit() else word


def _of_words(words: Sequence[str]) -> Iterator[str]:
    yield from (f"w {word}" for word in words)
    yield from (f"b {left} {right}" for left, right in zip(("^", *words), (*words, "$"), strict=True))
    yield f"l {sum(len(words) >= length for length in LENGTHS)}"


def _of_letters(words: Sequence[str]) -> Iterator[str]:
    text = f" {' '.join(words)} "[:READ_LETTERS]
    for length in range(SHORTEST, LONGEST + 1):
        for start in range(len(text) - length + 1):
            yield f"c {text[start:start + length]}"


def _of_sense(concepts: Sequence[str], ruled: str) -> Iterator[str]:
    heard = sorted(set(concepts))[:MOST_CONCEPTS]
    yield f"r {ruled}"
    yield from (f"s {concept}" for concept in heard)
    yield from (f"p {left} {right}" for left, right in combinations(heard, 2))
