"""From a text to what the customer wants.

Concepts are heard in the words and rules weigh them; a classifier then decides by these, the words and the letters.
So the rules carry what no data teaches it (another language, a template's own matters), and the data what no rule says.
"""
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.replies.classifier import NONE, Classifier, Guess, classifier
from app.replies.features import Block, blocks
from app.replies.lexicon import Heard
from app.replies.voice import read_yaml, wording
from app.replies.words import words_of

POLITE = frozenset({"greet", "shikamoo", "thanks", "apologise", "yes", "no", "help", "nothing"})
FILLERS = frozenset({"package", "get", "look", "make", "some", "accepts"})
"""Concepts that go with anything, and that `only` therefore lets pass."""
SHORT = 6
ASIDE = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")
NOT_BY_NAME = frozenset({"human", "busy", "menu"})
"""Concepts that a name does not stand for: a human hair wig calls nobody, a full body massage is not full, Home 20 no
way back to the menu."""
UNSURE = 0.6
"""Below this confidence the bot asks back in place of answering."""
RULES_WEIGH = 9.0
"""How many times likelier what the rules say is in a message of one word; by far less in a longer one, since there
the classifier has more to go by."""
FLAGS = frozenset({"only", "short"})
RULE_FILES = {
    "BOOKING": ("every_template", "booking"),
    "ECOMMERCE": ("every_template", "shop"),
    "SUPPORT": ("every_template", "support", "shop"),
}
SHOWN = {"BOOKING": "services", "ECOMMERCE": "products", "SUPPORT": "services"}
"""What it means to say nothing but the name of something that is sold."""
NAMED_ALONE = 0.9
NAMED = "xthingx"
"""Stands for whatever the tenant sells, so that its names tell no intent."""
MODELS = {"BOOKING": "booking", "ECOMMERCE": "shop", "SUPPORT": "shop"}
"""The classifier of each template."""


@dataclass(frozen=True)
class Rule:
    """The concepts that together speak for an intent, those that forbid it, and how strongly."""

    intent: str
    needs: frozenset[str]
    forbids: frozenset[str]
    only: bool
    short: bool
    weight: float

    def fits(self, concepts: frozenset[str], words: int) -> bool:
        """Whether the rule holds for the concepts heard in a message of so many words."""
        if not self.needs <= concepts or self.forbids & concepts or (self.short and words > SHORT):
            return False
        return not self.only or concepts - POLITE - FILLERS <= self.needs


@dataclass(frozen=True)
class Meaning:
    """What a message was understood as. `intent` is the likeliest, empty where nothing fits.

    `confidence` says how sure it is that the customer meant this (0 to 1), `others` what else it may have been, and
    `ruled` what the rules alone make of it.
    """

    words: tuple[str, ...]
    heard: tuple[Heard, ...]
    intent: str = ""
    confidence: float = 0.0
    others: tuple[Guess, ...] = ()
    ruled: str = ""

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """What it may have been, the likeliest first."""
        return (Guess(self.intent, self.confidence), *self.others)

    @property
    def concepts(self) -> frozenset[str]:
        """All concepts heard."""
        return frozenset(heard.concept for heard in self.heard)


def read_rule(intent: str, line: str) -> Rule:
    """A rule as it is written in the data: `cancel order !book = 3`."""
    left, _, weight = line.partition("=")
    parts = left.split()
    needs = frozenset(part for part in parts if part not in FLAGS and not part.startswith("!"))
    forbids = frozenset(part[1:] for part in parts if part.startswith("!"))
    strength = float(weight) if weight.strip() else float(len(needs))
    return Rule(intent, needs, forbids, "only" in parts, "short" in parts, strength)


def read_rules(stored: Mapping[str, Sequence[str]]) -> tuple[Rule, ...]:
    """The rules of one data file, in its order."""
    return tuple(read_rule(intent, line) for intent, lines in stored.items() for line in lines)


@cache
def rules_of(template: str) -> tuple[Rule, ...]:
    """The rules that apply in a template, the heaviest first and, among equals, in the order of the files."""
    rules = [rule for name in RULE_FILES[template] for rule in read_rules(read_yaml(f"wording/rules/{name}.yaml"))]
    return tuple(sorted(rules, key=lambda rule: -rule.weight))


@cache
def intents_of(template: str) -> frozenset[str]:
    """The intents that a template knows."""
    return frozenset(rule.intent for rule in rules_of(template))


def listen(text: str, named: Collection[str] = ()) -> tuple[tuple[str, ...], tuple[Heard, ...]]:
    """The words of a text, mended, and the concepts heard in them; words of the tenant's own names call nobody."""
    lexicon = wording().lexicon
    words = lexicon.mend(_spelled(text), keep=named)
    heard = (one for one in lexicon.hear(words)
             if one.concept not in NOT_BY_NAME or not set(words[one.start:one.end]) <= set(named))
    return words, tuple(heard)


def _spelled(text: str) -> tuple[str, ...]:
    """The words of a text, those that are mostly written short spelled out."""
    shorthand = wording().shorthand
    return tuple(shorthand.get(word, word) for word in words_of(text))


def ruled(words: Sequence[str], heard: Sequence[Heard], template: str) -> str:
    """The intent of the heaviest rule that fits; nothing where none does."""
    concepts = frozenset(one.concept for one in heard)
    return next((rule.intent for rule in rules_of(template) if rule.fits(concepts, len(words))), "")


def features_of(text: str, template: str, named: Collection[str] = ()) -> tuple[Block, ...]:
    """What the classifier looks at in a text; what the rules make of it is part of that."""
    words, heard = listen(text, named)
    return _features(text, heard, ruled(words, heard, template), named)


def _features(text: str, heard: Sequence[Heard], ruling: str, named: Collection[str]) -> tuple[Block, ...]:
    said = [NAMED if word in named else word for word in _spelled(text)]
    once = [word for place, word in enumerate(said) if word != NAMED or said[place - 1:place] != [NAMED]]
    return blocks(once, [one.concept for one in heard], ruling)


def only_counts(words: Sequence[str]) -> bool:
    """Whether nothing is said but numbers, which mean what they answer."""
    return all(word.isdigit() or word in wording().numbers for word in words)


def understand(
    text: str, template: str, named: Collection[str] = (), trained: Classifier | None = None,
) -> Meaning:
    """What the text means in this template. `named` are words of the tenant's own names, which tell no intent.

    An aside in brackets at the end, such as a reference, is not what the customer wants. `trained` is a classifier to
    ask in place of the one that ships.
    """
    text = ASIDE.sub("", text)
    words, heard = listen(text, named)
    ruling = ruled(words, heard, template)
    if not ruling and only_counts(words):
        return Meaning(words, heard)
    if named and not ruling and all(word in named or wording().lexicon.is_small(word) for word in words):
        return Meaning(words, heard, SHOWN[template], NAMED_ALONE)
    trained = trained or classifier(MODELS[template])
    ranked = trained.rank(_features(text, heard, ruling, named), intents_of(template))
    best, *others = _weighed(ranked, ruling, len(words))
    intent = "" if best.intent == NONE else best.intent
    return Meaning(words, heard, intent, best.confidence, tuple(others[:3]), ruling)


def _weighed(ranked: Sequence[Guess], ruling: str, words: int) -> list[Guess]:
    """The guesses of the classifier, the likeliest first, with what the rules say likelier the shorter the message."""
    more = 1 + RULES_WEIGH / max(1, words) ** 2
    shares = [guess.confidence * (more if guess.intent == ruling else 1) for guess in ranked]
    weighed = (Guess(guess.intent, share / sum(shares)) for guess, share in zip(ranked, shares, strict=True))
    return sorted(weighed, key=lambda guess: -guess.confidence)
