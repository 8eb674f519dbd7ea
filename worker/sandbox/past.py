"""PURE: a past for a phone: old messages of customers and answers to them."""
from collections.abc import Iterator, Mapping
from datetime import timedelta

from worker.sandbox.fault_kinds import Option
from worker.sandbox.messages import Draft

PAGE = 100
# Nobody of the past has a phone here; the numbers are of a kind that no test gives away.
FIRST_CUSTOMER = 255_790_000_000
LONG_AGO_S = timedelta(days=180).total_seconds()
UNTIL_S = timedelta(days=1).total_seconds()


def pages(number: str, options: Mapping[str, Option], now: float) -> Iterator[list[tuple[Draft, float]]]:
    """The messages of `options` in pages, oldest first, each with its time; customers and the business take turns."""
    count, chats = int(options["messages"]), max(1, int(options["chats"]))
    step = (LONG_AGO_S - UNTIL_S) / max(1, count)
    for first in range(0, count, PAGE):
        yield [(_message(number, str(FIRST_CUSTOMER + place % chats), place, is_answer=place // chats % 2 == 1),
                now - LONG_AGO_S + place * step) for place in range(first, min(first + PAGE, count))]


def _message(number: str, customer: str, place: int, *, is_answer: bool) -> Draft:
    sender, target = (number, customer) if is_answer else (customer, number)
    return Draft(f"3EB0OLD{place:015d}", sender, target, "chat", f"Old message {place + 1}", {})
