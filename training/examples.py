"""What each model learns from: the data's lines, our own phrasings, and all of them mistyped."""
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.replies.understand import features_of, intents_of, listen, ruled
from training.data import DataFile, Line
from training.noise import mistyped
from training.phrasings import meaningless, spelled_out, written

SEED = 20260301
TEMPLATES = {"booking": ("BOOKING",), "shop": ("ECOMMERCE", "SUPPORT")}
SMALL_TALK = frozenset({"greeting", "goodbye", "thanks", "yes", "no", "are_you_a_bot", "help"})
"""Intents that every template knows, whatever data they come from."""
BORROWED = 40
"""So many lines of an intent are taken from another domain's data."""


@dataclass(frozen=True)
class Example:
    """A message as it is learned: its features by number, and its intent."""

    values: dict[int, float]
    intent: str


def lines_of(model: str, files: Sequence[DataFile]) -> list[Line]:
    """The data's lines of a model's own domain."""
    return [line for file in files if file.domain == model for line in file.lines]


def other_lines(model: str, files: Sequence[DataFile], rng: random.Random) -> list[Line]:
    """Lines of the other domains that this model can learn from, and our own phrasings."""
    known = frozenset().union(*(intents_of(template) for template in TEMPLATES[model]))
    foreign = [line for file in files if file.domain != model for line in file.lines]
    own = [line for template in TEMPLATES[model] for line in spelled_out(template, rng)]
    return [*_borrowed(model, foreign, known, rng), *_own([*written(rng), *meaningless(rng)], known), *own]


def _own(lines: Iterable[Line], known: frozenset[str]) -> list[Line]:
    return [line for line in lines if line.intent in known or line.intent == "none"]


def _borrowed(model: str, foreign: Iterable[Line], known: frozenset[str], rng: random.Random) -> list[Line]:
    """Small talk; what fits nothing, where the rules hear nothing in it either; some lines of every other intent."""
    by_intent: dict[str, list[Line]] = {}
    for line in foreign:
        by_intent.setdefault(line.intent, []).append(line)
    found = []
    for intent, lines in sorted(by_intent.items()):
        if intent == "none":
            found += [line for line in lines if not ruled(*listen(line.text), TEMPLATES[model][0])]
        elif intent in SMALL_TALK:
            found += lines
        else:
            taken = rng.sample(lines, min(BORROWED, len(lines)))
            found += taken if intent in known else [replace(line, intent="none") for line in taken]
    return found


def learned(model: str, lines: Iterable[Line], rng: random.Random) -> list[Example]:
    """Each line as it stands, and once more mistyped; seen by each of the model's templates in turn."""
    templates = TEMPLATES[model]
    return [
        Example(values_of(text, template), line.intent)
        for line in lines
        for text, template in ((line.text, templates[0]), (mistyped(line.text, rng), templates[-1]))
    ]


def values_of(text: str, template: str) -> dict[int, float]:
    """The features of a text by their number."""
    return {feature: block.value for block in features_of(text, template) for feature in block.features}
