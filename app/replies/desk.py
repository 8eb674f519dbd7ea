"""What a support desk holds of one customer, and what a reply may do to it."""
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.replies.actions import Deed

OPEN, WAITING, SOLVED, CLOSED = "OPEN", "WAITING", "SOLVED", "CLOSED"
KEPT_TICKETS = 5
LONGEST_SUBJECT = 80


@dataclass(frozen=True)
class Ticket:
    """One ticket of the customer's, as far as the bot speaks of it; `opened` is aware."""

    number: int
    state: str
    subject: str
    opened: datetime


@dataclass(frozen=True)
class OpenTicket(Deed):
    """Open a ticket with what the customer said, and the steps that were tried in vain."""

    number: int
    subject: str
    said: str
    problem: str = ""
    tried: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddToTicket(Deed):
    """Write down what the customer adds to a ticket; one that was answered or solved is open again."""

    number: int
    said: str


@dataclass(frozen=True)
class CloseTicket(Deed):
    """The customer needs nothing more."""

    number: int


TicketDeed = OpenTicket | AddToTicket | CloseTicket


@dataclass(frozen=True)
class Desk:
    """The customer's last tickets, the newest first, and the number that the business's next ticket gets."""

    tickets: tuple[Ticket, ...] = ()
    next_number: int = 1

    @property
    def unclosed(self) -> tuple[Ticket, ...]:
        """The tickets that are not closed."""
        return tuple(ticket for ticket in self.tickets if ticket.state != CLOSED)

    def find(self, number: int) -> Ticket | None:
        """The customer's ticket of that number."""
        return next((ticket for ticket in self.tickets if ticket.number == number), None)

    def after(self, deed: TicketDeed, now: datetime) -> "Desk":
        """The desk once the deed is done."""
        if isinstance(deed, OpenTicket):
            opened = Ticket(deed.number, OPEN, deed.subject, now)
            return Desk((opened, *self.tickets)[:KEPT_TICKETS], max(self.next_number, deed.number + 1))
        if isinstance(deed, AddToTicket):
            return self._with(deed.number, lambda state: state if state == CLOSED else OPEN)
        return self._with(deed.number, lambda _: CLOSED)

    def _with(self, number: int, state_after: Callable[[str], str]) -> "Desk":
        changed = (replace(each, state=state_after(each.state)) if each.number == number else each
                   for each in self.tickets)
        return replace(self, tickets=tuple(changed))


def subject_of(text: str) -> str:
    """What a ticket is about: the first line of what the customer said, as far as it goes up to a word's end."""
    line = " ".join(text.strip().partition("\n")[0].split())
    if len(line) <= LONGEST_SUBJECT:
        return line
    cut = line[:LONGEST_SUBJECT - 2]
    return f"{cut[:max(cut.rfind(' '), LONGEST_SUBJECT // 2)].rstrip()} …"
