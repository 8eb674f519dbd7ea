"""PURE: when which fault strikes and who writes what, drawn from a seed: the same seed gives the same schedule."""
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.chaos.mix import KINDS, Kind, Option

# Every line has an answer of its own, whatever was said before it.
SENTENCES = ("Where are you?", "Hello", "What do you sell?", "bei gani?", "Are you open?", "Mko wapi?")
FIRST_AFTER_S = 8.0
GAP_S = (5.0, 20.0)


@dataclass(frozen=True)
class Plan:
    """How much chaos: `rate` is lines a second, all customers together."""

    seed: int
    minutes: float
    customers: int
    rate: float
    tenants: int

    @property
    def seconds(self) -> float:
        """How long customers write and faults strike."""
        return self.minutes * 60


@dataclass(frozen=True)
class Strike:
    """A fault that strikes a tenant (by its place) after `at_s` seconds; it lasts where `lasts_s` is not 0."""

    at_s: float
    fault: str
    tenant: int
    lasts_s: float = 0.0
    options: dict[str, Option] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"{name} {value}" for name, value in self.options.items()]
        parts += [f"for {self.lasts_s:g} s"] if self.lasts_s else []
        return f"{self.fault}{' (' + ', '.join(parts) + ')' if parts else ''}"


@dataclass(frozen=True)
class Line:
    """A line that a customer (by its place) writes after `at_s` seconds."""

    at_s: float
    customer: int
    text: str


def strikes(plan: Plan) -> list[Strike]:
    """The faults in their order; all of KINDS come before any comes again."""
    chance = random.Random(f"strikes {plan.seed}")  # noqa: S311 - what a seed is for
    deck = _deck(chance)
    found, at_s = [], FIRST_AFTER_S
    while at_s < plan.seconds:
        found.append(_draw(chance, next(deck), round(at_s, 1), plan.tenants))
        at_s += chance.uniform(*GAP_S)
    return found


def lines(plan: Plan) -> list[Line]:
    """What the customers write, in turn, each at its moment."""
    chance = random.Random(f"lines {plan.seed}")  # noqa: S311 - what a seed is for
    count = int(plan.seconds * plan.rate)
    return [Line(place / plan.rate, place % plan.customers, f"{chance.choice(SENTENCES)} ({place})")
            for place in range(count)]


def _deck(chance: random.Random) -> Iterator[str]:
    while True:
        yield from chance.sample(list(KINDS), len(KINDS))


def _draw(chance: random.Random, name: str, at_s: float, tenants: int) -> Strike:
    kind: Kind = KINDS[name]
    options = {option: chance.choice(values) for option, values in kind.options.items()}
    lasts_s = round(chance.uniform(*kind.lasts_s), 1)
    return Strike(at_s, name, chance.randrange(tenants), lasts_s, options)
