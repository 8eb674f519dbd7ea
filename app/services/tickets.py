"""A support desk's tickets for the people of the business: find them, read them, answer, solve, open again."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import peewee

from app.db import db
from app.errors import Conflict, NotFound
from app.models import Chat, Tenant, Ticket, TicketEntry, TicketState
from app.services import audit, chats, desk, states
from app.services.chats import Place

PAGE = 30
UNSETTLED = (TicketState.OPEN, TicketState.WAITING)
LONGEST_SEARCH = 100
# A customer that says nothing for so long after its ticket was solved has nothing to add.
LAPSES_AFTER = timedelta(days=7)


class UnknownTicket(NotFound):
    """The tenant has no such ticket."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; no states means those that are not settled, and empty text finds all."""

    text: str = ""
    states: tuple[TicketState, ...] = UNSETTLED


@dataclass(frozen=True)
class TicketPage:
    """Tickets by their last change, newest first; the next page begins behind `following`."""

    tickets: list[Ticket]
    following: Place | None


def find_tickets(tenant: Tenant, wanted: Wanted, behind: Place | None = None) -> TicketPage:
    """One page of the tickets that fit, each with its chat."""
    query: Any = Ticket.select(Ticket, Chat).join(Chat).where(Ticket.tenant == tenant, Ticket.state.in_(wanted.states))
    if text := wanted.text.replace("\0", "").strip()[:LONGEST_SEARCH]:
        query = query.where(_speaks_of(text))
    if behind is not None:
        query = query.where((Ticket.changed_at < behind.at)
                            | ((Ticket.changed_at == behind.at) & (Ticket.id < behind.id)))
    found = list(query.order_by(Ticket.changed_at.desc(), Ticket.id.desc()).limit(PAGE + 1))
    tickets = found[:PAGE]
    more = Place(tickets[-1].changed_at, tickets[-1].id) if len(found) > PAGE else None
    return TicketPage(tickets, more)


def find_ticket(tenant: Tenant, number: int) -> Ticket:
    """The tenant's ticket of that number, with its chat; raises UnknownTicket."""
    query = Ticket.select(Ticket, Chat).join(Chat).where(Ticket.tenant == tenant, Ticket.number == number)
    ticket: Ticket | None = query.first()
    if ticket is None:
        raise UnknownTicket("There is no such ticket.")
    return ticket


def story(ticket: Ticket) -> list[TicketEntry]:
    """All that was said and done about the ticket, oldest first."""
    return list(TicketEntry.select().where(TicketEntry.ticket == ticket).order_by(TicketEntry.id))


def count_open(tenant: Tenant) -> int:
    """How many tickets wait for somebody of the business."""
    return int(Ticket.select().where(Ticket.tenant == tenant, Ticket.state == TicketState.OPEN).count())


def has_any(tenant: Tenant) -> bool:
    """Whether the tenant has ever had a ticket that is still kept."""
    return bool(Ticket.select().where(Ticket.tenant == tenant).exists())


def of_chat(chat: Chat) -> list[Ticket]:
    """The tickets of one customer, the newest first."""
    return list(Ticket.select().where(Ticket.chat == chat).order_by(Ticket.id.desc()).limit(PAGE))


def answer(tenant: Tenant, number: int, text: str, *, by: str, address: str, now: datetime) -> Ticket:
    """Send the customer this text and let the ticket wait for them.

    Raises UnknownTicket, Invalid for a text that cannot be sent, and Conflict for a ticket that is solved or closed.
    """
    with db.atomic():
        ticket = find_ticket(tenant, number)
        if ticket.state not in UNSETTLED:
            raise Conflict("Ticket %(number)s is settled: open it again to answer.", number=number)
        message = chats.write_message(tenant, ticket.chat.id, text, by=by, address=address, now=now)
        desk.move(ticket, "answered", now, author=by, text=message.text)
    return ticket


def solve(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> Ticket:
    """The problem is out of the world; the bot answers in the chat again. Raises UnknownTicket or Conflict."""
    with db.atomic():
        ticket = _moved(tenant, number, "solved", by, now)
        chats.give_back(tenant, ticket.chat.id, by=by, address=address)
        audit.record(by=by, action="ticket.solve", slug=tenant.slug, address=address, detail={"ticket": number})
    return ticket


def reopen(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> Ticket:
    """There is more to do. Raises UnknownTicket, and Conflict for a ticket that is open."""
    with db.atomic():
        ticket = _moved(tenant, number, "reopened", by, now)
        audit.record(by=by, action="ticket.reopen", slug=tenant.slug, address=address, detail={"ticket": number})
    return ticket


def close_lapsed(*, now: datetime) -> int:
    """Close the tickets that were solved LAPSES_AFTER ago; returns how many there were."""
    with db.atomic():
        due = list(Ticket.select().where(Ticket.state == TicketState.SOLVED, Ticket.changed_at < now - LAPSES_AFTER))
        return sum(desk.move(ticket, "lapsed", now) for ticket in due)


def wanted_states(name: str) -> tuple[TicketState, ...]:
    """The states that a filter stands for: one by its name, `all`, or the unsettled ones."""
    if name == "all":
        return tuple(TicketState)
    return (TicketState(name),) if name in tuple(TicketState) else UNSETTLED


def allowed(ticket: Ticket, causes: Iterable[str] = ("answered", "solved", "reopened")) -> set[str]:
    """What may be done with the ticket as it is; one that waits for its customer may be answered once more."""
    can = {cause for cause in causes if states.allows(states.TICKET, ticket.state, cause)}
    return can | ({"answered"} if ticket.state in UNSETTLED else set())


def _moved(tenant: Tenant, number: int, cause: str, by: str, now: datetime) -> Ticket:
    ticket = find_ticket(tenant, number)
    if not desk.move(ticket, cause, now, author=by):
        raise Conflict("Ticket %(number)s has been settled or opened by somebody else meanwhile.", number=number)
    return ticket


def _speaks_of(text: str) -> "peewee.Expression":
    digits = "".join(letter for letter in text if letter.isdigit())
    found = Ticket.subject.contains(text) | Chat.name.contains(text)
    if digits and len(digits) < 9:
        found |= Ticket.number == int(digits)
    return found | Chat.phone.contains(digits) if len(digits) >= 3 else found
