"""Whether the days and times that people annotated are found and resolved where they stand, and to the right value."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.replies.slots.calendar import SaidDay, days_in
from app.replies.slots.clock import SaidTime, times_in
from app.replies.slots.tokens import Token, tokens_of
from training import second_reading
from training.data import DataFile

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Africa/Dar_es_Salaam"))


@dataclass(frozen=True)
class Target:
    """An annotated day or time: what was resolved at its words, and what the second reading makes of them, if anything.

    Both in ISO form, and empty where there is nothing.
    """

    kind: str
    said: str
    value: str
    second: str

    @property
    def is_resolved(self) -> bool:
        """Whether something that was resolved stands at its words."""
        return bool(self.value)

    @property
    def is_right(self) -> bool:
        """Whether both readings are the same, or the second is an end of a span; tells nothing where there is none."""
        return self.second in self.value.split("/")


def targets_of(file: DataFile) -> list[Target]:
    """All days and times annotated in a file."""
    return [target for line in file.lines for target in _targets(line.text, line.target)]


def _targets(text: str, annotated: str) -> Iterator[Target]:
    tokens = tokens_of(text)
    for slot in filter(None, annotated.split("$$")):
        kind, _, said = (part.strip() for part in slot.partition(":"))
        if kind in ("DATE", "TIME"):
            found: Sequence[SaidDay | SaidTime] = days_in(tokens, NOW.date()) if kind == "DATE" else times_in(tokens)
            value = _at(tokens, [token.text for token in tokens_of(said)], found)
            yield Target(kind, said, value, _second(kind, said))


def _second(kind: str, said: str) -> str:
    if kind == "TIME":
        return second_reading.time(said) or ""
    day = second_reading.day(said, NOW.date())
    return day.isoformat() if day else ""


def _at(tokens: Sequence[Token], said: Sequence[str], found: Sequence[SaidDay | SaidTime]) -> str:
    """What was resolved within the words said, or covers them."""
    words = [token.text for token in tokens]
    places = [place for place in range(len(words)) if words[place:place + len(said)] == list(said)]
    meant = {at for place in places for at in range(place, place + len(said))}
    return next((one.iso() for one in found if meant & set(range(one.start, one.end))), "")
