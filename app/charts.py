"""PURE: numbers as the shapes of an SVG chart, in a box of WIDTH by HEIGHT units."""
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600.0, 120.0
# Of the width that a number has, what its bar takes.
BAR_SHARE = 0.75
_STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Point:
    """A number of a chart: what it is called, and how many."""

    label: str
    value: float


@dataclass(frozen=True)
class Bar:
    """A number as a rectangle."""

    x: float
    y: float
    width: float
    height: float
    point: Point


@dataclass(frozen=True)
class Chart:
    """Bars under a ceiling, which is the value at the top of the box."""

    bars: tuple[Bar, ...]
    ceiling: float

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return all(bar.point.value == 0 for bar in self.bars)

    @property
    def points(self) -> tuple[Point, ...]:
        """The numbers, for whoever cannot see the bars."""
        return tuple(bar.point for bar in self.bars)


def bar_chart(points: Sequence[Point]) -> Chart:
    """One bar a number, from left to right, the tallest near the top; numbers below 0 count as 0."""
    ceiling = round_up(max((point.value for point in points), default=0.0))
    slot = WIDTH / max(1, len(points))
    return Chart(tuple(_bar(place, point, slot, ceiling) for place, point in enumerate(points)), ceiling)


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 …, or of 0.1, 0.2, 0.5 …; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next((step * power for step in _STEPS if step * power >= value), power * 10)


def _bar(place: int, point: Point, slot: float, ceiling: float) -> Bar:
    height = round(HEIGHT * max(0.0, point.value) / ceiling, 2)
    left = slot * place + slot * (1 - BAR_SHARE) / 2
    return Bar(round(left, 2), round(HEIGHT - height, 2), round(slot * BAR_SHARE, 2), height, point)
