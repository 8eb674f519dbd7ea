"""The worker's side of a support desk: what the replies read of a customer's tickets, and what they do to them.

Everything here belongs into the transaction that commits the reply.
"""
from datetime import datetime
from typing import Any

from peewee import IntegrityError, fn

from app.db import db
from app.errors import Overtaken
from app.models import CUSTOMER, Chat, Tenant, Ticket, TicketEntry, TicketState
from app.replies import desk
from app.replies.desk import AddToTicket, CloseTicket, Desk, OpenTicket, TicketDeed
from app.services import states

OPENED, REOPENED = "opened", "reopened"


def desk_of(tenant: Tenant, chat: Chat) -> Desk:
    """The customer's last tickets and the next number."""
    query = Ticket.select(Ticket.number, Ticket.state, Ticket.subject, Ticket.created_at).where(Ticket.chat == chat)
    rows: Any = query.order_by(Ticket.id.desc()).limit(desk.KEPT_TICKETS).tuples() if chat.id else ()
    last = Ticket.select(fn.MAX(Ticket.number)).where(Ticket.tenant == tenant).scalar()
    return Desk(tuple(desk.Ticket(number, str(state), subject, at) for number, state, subject, at in rows),
                (last or 0) + 1)


def do(deed: TicketDeed, tenant: Tenant, chat: Chat, now: datetime) -> None:
    """Do to the customer's tickets what was decided. Raises app.errors.Overtaken where its number is taken."""
    if isinstance(deed, OpenTicket):
        _open(deed, tenant, chat, now)
    elif isinstance(deed, AddToTicket):
        ticket = Ticket.get(Ticket.number == deed.number, Ticket.chat == chat)
        was = ticket.state
        move(ticket, "customer_wrote", now, author=CUSTOMER, text=deed.said)
        if was == TicketState.SOLVED:
            _announce(ticket, REOPENED)
    elif isinstance(deed, CloseTicket):
        ticket = Ticket.get(Ticket.number == deed.number, Ticket.chat == chat)
        move(ticket, "closed_by_customer", now, author=CUSTOMER)


def overhear(chat: Chat, text: str, now: datetime) -> None:
    """A customer wrote to a person: what was answered waits for the business again."""
    for ticket in Ticket.select().where(Ticket.chat == chat, Ticket.state == TicketState.WAITING):
        move(ticket, "customer_wrote", now, author=CUSTOMER, text=text)


def move(ticket: Ticket, cause: str, now: datetime, *, author: str = "", text: str = "") -> bool:
    """Move a ticket by one cause of states.TICKET and write down who said what; whether its state changed.

    Words are written down where they change no state, too.
    """
    state = states.after(states.TICKET, ticket.state, cause)
    is_moved = state != ticket.state
    if is_moved or text:
        ticket.state = state
        Ticket.update(state=state, changed_at=now).where(Ticket.id == ticket.id).execute()
        write(ticket, cause if is_moved else "told", now, author=author, text=text)
    return is_moved


def write(ticket: Ticket, cause: str, now: datetime, *, author: str = "", text: str = "") -> None:
    """Add to the ticket's story."""
    TicketEntry.create(tenant=ticket.__data__["tenant"], ticket=ticket, cause=cause, author=author, text=text, at=now)


def _open(deed: OpenTicket, tenant: Tenant, chat: Chat, now: datetime) -> None:
    try:
        with db.atomic():
            ticket = Ticket.create(
                tenant=tenant, chat=chat, number=deed.number, subject=deed.subject, problem=deed.problem, news=OPENED,
                created_at=now, changed_at=now)
    except IntegrityError:
        raise Overtaken(f"number {deed.number} is taken") from None
    write(ticket, OPENED, now, author=CUSTOMER, text=deed.said)
    for step in deed.tried:
        write(ticket, "tried", now, text=step)


def _announce(ticket: Ticket, news: str) -> None:
    Ticket.update(news=news, mailed=False).where(Ticket.id == ticket.id).execute()
