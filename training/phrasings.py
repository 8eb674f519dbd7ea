"""Examples of our own: for languages and intents that the data lacks.

`phrasings/*.yaml` has patterns in which `(a|b)` stands for one of several, also inside another. The vocabulary and the
rules of the replies give the rest: for every rule, messages put together of words that it asks for, and everyday words
that mean nothing.
"""
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from app.replies.understand import listen, ruled, rules_of
from app.replies.voice import LANGUAGES, wording
from training.data import Line

OF_A_PATTERN = 30
MANY = 20
"""A pattern with so many choices counts as several."""
OF_A_RULE = 8
OF_A_WORD = 2
LEAD = {
    "EN": ("", "", "please", "i want to", "can you", "how do i", "my", "hi", "i need help with"),
    "SW": ("", "", "naomba", "nataka", "tafadhali", "habari", "ningependa", "je", "samahani"),
}
ABOUT = {"EN": ("", "", "my", "a", "i like", "nice", "the"), "SW": ("", "", "nina", "yangu", "nzuri", "hii ni")}
_CHOICE = re.compile(r"\(([^()]*)\)")


def written(rng: random.Random) -> list[Line]:
    """Examples from the patterns; at most OF_A_PATTERN of each, more of long ones."""
    found: list[Line] = []
    for path in sorted((Path(__file__).parent / "phrasings").glob("*.yaml")):
        for intent, patterns in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for pattern in patterns:
                times = OF_A_PATTERN * max(1, pattern.count("|") // MANY)
                texts = dict.fromkeys(_one_of(pattern, rng) for _ in range(times))
                found.extend(Line(text, intent, path.stem) for text in texts if text)
    return found


def _one_of(pattern: str, rng: random.Random) -> str:
    while _CHOICE.search(pattern):
        pattern = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), pattern)
    return " ".join(pattern.split())


def meaningless(rng: random.Random) -> list[Line]:
    """Everyday words that the vocabulary knows to mean nothing here, though they resemble words that do."""
    lexicon = wording().lexicon
    return [
        Line(" ".join((rng.choice(ABOUT[language]), word)).strip(), "none", language.lower())
        for language in LANGUAGES
        for word in wording().language_data[language]["ordinary"] if not lexicon.concepts_of(word)
        for _ in range(OF_A_WORD)
    ]


def spelled_out(template: str, rng: random.Random) -> list[Line]:
    """Examples from the rules of a template: only those that the rules take back for the intent they were made for."""
    found = {}
    for rule in rules_of(template):
        for language in LANGUAGES:
            for text in _messages(sorted(rule.needs), language, rng):
                if ruled(*listen(text), template) == rule.intent:
                    found[text] = Line(text, rule.intent, language.lower())
    return list(found.values())


def _messages(concepts: Sequence[str], language: str, rng: random.Random) -> Iterator[str]:
    vocabulary = wording().concepts[language]
    choices = [[entry for entry in vocabulary.get(one, ()) if not entry.endswith("*")] for one in concepts]
    if not all(choices):
        return
    for _ in range(OF_A_RULE):
        words = [rng.choice(entries).replace("~", "ku") for entries in choices]
        rng.shuffle(words)
        yield " ".join((rng.choice(LEAD[language]), *words)).strip()
