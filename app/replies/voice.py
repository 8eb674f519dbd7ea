"""The words of the bot: what it says and what it understands, read once from the data files beside this module.

Each language has a folder under `wording/` with `phrases.yaml` (what is said, with {placeholders}), `words.yaml`
(concepts and how customers put them) and `language.yaml` (function words, names of days, how a time is told).
`wording/rules/` says which concepts make which intent, for all languages at once.
"""
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from app.replies.lexicon import Lexicon

LANGUAGES = ("EN", "SW")
_PLACE = re.compile(r"\{(\w+)\}")


def read_yaml(path: str) -> Any:
    """One data file of this package; the C loader where PyYAML was built with it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("app.replies").joinpath(path).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders


def filled(pattern: str, **values: object) -> str:
    """The text with each {place} filled in once (KeyError for a place without a value)."""
    return _PLACE.sub(lambda match: str(values[match[1]]), pattern)


@dataclass(frozen=True)
class Voice:
    """One language as the bot speaks it."""

    language: str
    phrases: Mapping[str, str]
    days: tuple[str, ...]
    months: tuple[str, ...]
    clock_pattern: str
    hour_shift: int
    day_parts: tuple[tuple[int, str], ...]

    def say(self, key: str, **values: object) -> str:
        """The phrase of that key with its places filled (KeyError for a key or a place that is not there)."""
        return filled(self.phrases[key], **values)

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self.phrases

    def clock(self, minutes: int) -> str:
        """A time of day, given in minutes since midnight, as people of this language tell it."""
        hour, minute = divmod(minutes % (24 * 60), 60)
        part = [name for begins, name in self.day_parts if begins <= hour][-1]
        short_hour = (hour - self.hour_shift) % 12 or 12
        return filled(self.clock_pattern, hour=f"{hour:02}", short_hour=short_hour, minute=f"{minute:02}", part=part)

    def date(self, moment: date) -> str:
        """A day by its name and date."""
        day = self.days[moment.weekday()]
        return self.say("time.date", weekday=day, day=moment.day, month=self.months[moment.month - 1])


@dataclass(frozen=True)
class Wording:
    """Everything that is read from the data files."""

    voices: Mapping[str, Voice]
    lexicon: Lexicon
    numbers: Mapping[str, int]
    shorthand: Mapping[str, str]
    units: Mapping[str, str]
    language_data: Mapping[str, Mapping[str, Any]]
    concepts: Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def wording() -> Wording:
    """The wording of all languages, read at the first call."""
    data = {language: read_yaml(f"wording/{language.lower()}/language.yaml") for language in LANGUAGES}
    concepts = {language: _concepts(read_yaml(f"wording/{language.lower()}/words.yaml")) for language in LANGUAGES}
    numbers = {word: int(value) for part in data.values() for word, value in part["numbers"].items()}
    return Wording(
        voices={language: _voice(language, data[language]) for language in LANGUAGES},
        lexicon=_lexicon(concepts, data),
        numbers=numbers,
        shorthand={short: word for part in data.values() for short, word in part["shorthand"].items()},
        units={word: unit for part in data.values() for word, unit in part["units"].items()},
        language_data=data,
        concepts=concepts,
    )


@cache
def phrases_of(kind: str) -> frozenset[str]:
    """The data files' list `kind`, such as `back` or `courtesy`, of all languages together."""
    return frozenset(str(phrase) for part in wording().language_data.values() for phrase in part[kind])


def _concepts(stored: Mapping[str, list[Any]]) -> dict[str, tuple[str, ...]]:
    return {concept: tuple(entries) for concept, entries in stored.items()}


def _lexicon(concepts: Mapping[str, Mapping[str, tuple[str, ...]]], data: Mapping[str, Mapping[str, Any]]) -> Lexicon:
    together: dict[str, tuple[str, ...]] = {}
    for part in concepts.values():
        for concept, entries in part.items():
            together[concept] = (*together.get(concept, ()), *entries)
    small = [word for part in data.values() for word in part["small"]]
    ordinary = [word for part in data.values() for word in (*part["ordinary"], *part["numbers"], *part["names"])]
    grammar = "|".join(part["shape"] for part in data.values() if part["shape"])
    return Lexicon(together, small, ordinary, grammar, careful=("human",))


def _voice(language: str, data: Mapping[str, Any]) -> Voice:
    return Voice(
        language=language,
        phrases=dict(_flat(read_yaml(f"wording/{language.lower()}/phrases.yaml"))),
        days=tuple(data["days"]),
        months=tuple(data["months"]),
        clock_pattern=data["clock"],
        hour_shift=data["hour_shift"],
        day_parts=tuple((begins, name) for begins, name in data["day_parts"]),
    )


def _flat(tree: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    leaves = []
    for key, value in tree.items():
        leaves += _flat(value, f"{above}{key}.") if isinstance(value, dict) else [(f"{above}{key}", str(value).strip())]
    return leaves


def voice(language: str) -> Voice:
    """How the bot speaks that language; its second-best is English."""
    voices = wording().voices
    return voices.get(language) or voices["EN"]
