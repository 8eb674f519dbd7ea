"""Which share of the days and times that people annotated are found and resolved where they stand."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.replies.slots.calendar import days_in
from app.replies.slots.clock import times_in
from app.replies.slots.tokens import Token, tokens_of
from training.data import DataFile

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Africa/Dar_es_Salaam"))


@dataclass(frozen=True)
class Target:
    """An annotated day or time, and whether something that was resolved stands at its words."""

    kind: str
    said: str
    is_resolved: bool


def targets_of(file: DataFile) -> list[Target]:
    """All days and times annotated in a file."""
    return [target for line in file.lines for target in _targets(line.text, line.target)]


def _targets(text: str, annotated: str) -> Iterator[Target]:
    tokens = tokens_of(text)
    for slot in filter(None, annotated.split("$$")):
        kind, _, said = (part.strip() for part in slot.partition(":"))
        if kind in ("DATE", "TIME"):
            found = days_in(tokens, NOW.date()) if kind == "DATE" else times_in(tokens)
            spans = [range(one.start, one.end) for one in found]
            yield Target(kind, said, _meets(tokens, [token.text for token in tokens_of(said)], spans))


def _meets(tokens: Sequence[Token], said: Sequence[str], spans: Sequence[range]) -> bool:
    """Whether something resolved lies within the words said, or covers them."""
    words = [token.text for token in tokens]
    places = [place for place in range(len(words)) if words[place:place + len(said)] == list(said)]
    return any(set(span) & set(range(place, place + len(said))) for place in places for span in spans)
