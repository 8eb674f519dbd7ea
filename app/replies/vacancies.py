"""When there is room for a service: opening hours, holidays, its length, what is taken, how early and how far ahead."""
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from app.replies.booking_rules import EVERYTHING, cells_of, length_of, places_for
from app.replies.config import BotConfig
from app.replies.content import Item
from app.replies.diary import Diary, Taken
from app.replies.hours import closing

STEP, SHORT_STEP = timedelta(minutes=30), timedelta(minutes=15)
USUAL_DAY = (8 * 60, 20 * 60)
"""Between which minutes a business that never closes offers times; it takes any."""
DAYS_SEARCHED = 21


class Vacancies:
    """Room for so many people of one service, at moments of the tenant's zone.

    `service` is None where the tenant lists none, or `is_open` alone is of interest, since nobody has chosen yet.
    `but` is the number of a booking that is not in the way, since it is the one that moves.
    """

    def __init__(
        self, config: BotConfig, diary: Diary, service: Item | None, now: datetime, *, people: int = 1, but: int = 0,
    ) -> None:
        self.rooms = config.bookings.rooms(service)
        self.places = places_for(service, people)
        self.length = length_of(service)
        self._hours, self._rules, self._now, self._zone = config.hours, config.bookings, now, config.zone
        self._is_chosen = service is not None or not config.services
        self._taken = [taken for taken in diary.taken if taken.number != but]
        self._counts: dict[date, Counter[tuple[str, datetime]]] = {}

    @property
    def most_people(self) -> int:
        """How many may come at the same time."""
        return min(room.capacity for room in self.rooms)

    def trouble(self, start: datetime) -> str:
        """What speaks against a moment: past, soon, far, closed, late (it closes before the end) or full."""
        if start < self._now:
            return "past"
        if start < self._now + self._rules.lead:
            return "soon"
        return self._closed(start) or ("full" if self._is_full(start) else "")

    def is_too_far(self, day: date) -> bool:
        """Whether nobody may book so far ahead."""
        return datetime.combine(day, time(), self._zone) > self._now + self._rules.ahead

    def free_on(self, day: date) -> list[datetime]:
        """The moments of a day at which a customer may begin, in order."""
        return [] if self.is_too_far(day) else [start for start in self._starts(day) if not self.trouble(start)]

    def near(self, wanted: datetime, most: int) -> list[datetime]:
        """At most so many free moments, in order: the nearest of that day, and of the following where it has few."""
        found = sorted(self.free_on(wanted.date()), key=lambda start: abs(start - wanted))[:most]
        for ahead in range(1, DAYS_SEARCHED):
            if len(found) >= most:
                break
            others = self.free_on(wanted.date() + timedelta(days=ahead))
            found += spread(others, most - len(found))
        return sorted(found)

    def _closed(self, start: datetime) -> str:
        if self._hours.always:
            return "closed" if start.date() in self._hours.holidays else ""
        closes = closing(self._hours, start)
        if closes is None:
            return "closed"
        return "late" if self._is_chosen and start + self.length > closes else ""

    def _is_full(self, start: datetime) -> bool:
        if not self._is_chosen:
            return False
        begins = start.astimezone(UTC)
        return any(self._count(cell)[room.resource, cell] + self.places > room.capacity
                   for cell in cells_of(begins, begins + self.length) for room in self.rooms)

    def _count(self, cell: datetime) -> Counter[tuple[str, datetime]]:
        """The places that are taken on the (UTC) day of the cell, counted when the day is first asked for."""
        day = cell.date()
        if day not in self._counts:
            self._counts[day] = _counted(taken for taken in self._taken
                                         if taken.starts.date() <= day <= taken.ends.date())
        return self._counts[day]

    def _starts(self, day: date) -> list[datetime]:
        midnight, step = datetime.combine(day, time(), self._zone), STEP if self.length >= STEP else SHORT_STEP
        spans = [(span.opens, span.closes) for span in self._hours.week[day.weekday()]]
        found = []
        for opens, closes in [USUAL_DAY] if self._hours.always else spans:
            start, end = midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)
            while start < end:
                found.append(start)
                start += step
        return found


def spread(starts: list[datetime], most: int) -> list[datetime]:
    """At most so many of these, from all over the day."""
    if len(starts) <= most or most < 2:
        return starts[:most]
    return [starts[round(place * (len(starts) - 1) / (most - 1))] for place in range(most)]


def _counted(bookings: Iterable[Taken]) -> Counter[tuple[str, datetime]]:
    counted: Counter[tuple[str, datetime]] = Counter()
    for taken in bookings:
        for cell in cells_of(taken.starts, taken.ends):
            counted[taken.service, cell] += taken.places
            counted[EVERYTHING, cell] += taken.places
    return counted
