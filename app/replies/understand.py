"""From a text to what the customer wants: concepts are heard, rules weigh them, the heaviest rule names the intent."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp

from app.replies.lexicon import Heard
from app.replies.voice import read_yaml, wording
from app.replies.words import words_of

POLITE = frozenset({"greet", "shikamoo", "thanks", "apologise", "yes", "no", "help", "nothing"})
FILLERS = frozenset({"package", "get", "look", "make", "some", "accepts"})
"""Concepts that go with anything, and that `only` therefore lets pass."""
SHORT = 6
FLAGS = frozenset({"only", "short"})
RULE_FILES = {
    "BOOKING": ("every_template", "booking"),
    "ECOMMERCE": ("every_template", "shop"),
    "SUPPORT": ("every_template", "support", "shop"),
}


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
    """What a message was understood as: `intent` is empty where nothing fits, `weight` says how much speaks for it.

    `confidence` is how sure it is that the customer meant this: 0 to 1.
    """

    words: tuple[str, ...]
    heard: tuple[Heard, ...]
    intent: str = ""
    weight: float = 0.0
    confidence: float = 0.0

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


def understand(text: str, template: str, named: Collection[str] = ()) -> Meaning:
    """What the text means in this template. `named` are words of the tenant's own names: they call no person."""
    lexicon = wording().lexicon
    words = lexicon.mend(words_of(text), keep=named)
    heard = tuple(
        one for one in lexicon.hear(words) if one.concept != "human" or not set(words[one.start:one.end]) <= set(named)
    )
    concepts = frozenset(one.concept for one in heard)
    rule = next((rule for rule in rules_of(template) if rule.fits(concepts, len(words))), None)
    if rule is None:
        return Meaning(words, heard)
    return Meaning(words, heard, rule.intent, rule.weight, confidence=1 - exp(-rule.weight))
