"""Tickets as a customer reads them: opened with a number, told how far they are, added to, closed."""
from collections.abc import Sequence
from dataclasses import replace

from app.replies.answers import hand_over
from app.replies.desk import CLOSED, AddToTicket, CloseTicket, OpenTicket, Ticket, subject_of
from app.replies.forms import Form, Slot, begin, take_details
from app.replies.menu import show
from app.replies.turn import Reply, Turn, lines, paragraphs


def open_ticket(turn: Turn, because: str, before: str, said: str, tried: Sequence[str] = ()) -> Reply:
    """Open a ticket with what was said and tried, tell its number, and hand over."""
    number, subject = turn.records.desk.next_number, subject_of(said)
    problem = str(turn.chat.slots.get("problem", ""))
    told = turn.say("ticket.opened", number=number, subject=subject)
    reply = hand_over(turn, because, paragraphs(before, told))
    return replace(reply, deeds=(OpenTicket(number, subject, said, problem, tuple(tried)),))


def add_to(turn: Turn, ticket: Ticket, said: str, because: str = "ticket:added") -> Reply:
    """Write down what the customer adds; a closed ticket takes nothing more."""
    if ticket.state == CLOSED:
        return Reply(turn.say("ticket.is_closed", number=ticket.number), "ticket:is_closed")
    return Reply(turn.say("ticket.added", number=ticket.number), because, deeds=(AddToTicket(ticket.number, said),))


def close(turn: Turn, ticket: Ticket) -> Reply:
    """Close a ticket for the customer."""
    if ticket.state == CLOSED:
        return Reply(turn.say("ticket.is_closed", number=ticket.number), "ticket:is_closed")
    told = turn.say("ticket.closed_now", number=ticket.number)
    return Reply(told, "ticket:closed", deeds=(CloseTicket(ticket.number),))


def ask_addition(turn: Turn, ticket: Ticket) -> Reply:
    """Ask what shall be added."""
    if ticket.state == CLOSED:
        return add_to(turn, ticket, "")
    return begin(turn, ADDITION, ticket=ticket.number)


def tell(turn: Turn, ticket: Ticket) -> Reply:
    """One ticket: what it is about, since when, how far, and what the customer can do."""
    day = turn.voice.date(ticket.opened.astimezone(turn.config.zone))
    told = lines(turn.say("ticket.title", number=ticket.number), turn.say("ticket.about", value=ticket.subject),
                 turn.say("ticket.since", value=day), turn.say("ticket.state", value=state_in_words(turn, ticket)))
    if ticket.state == CLOSED:
        turn.chat.menu = []
        return Reply(told, "ticket:status")
    options = [(f"ticket_add:{ticket.number}", turn.say("ticket.add")),
               (f"ticket_close:{ticket.number}", turn.say("ticket.close"))]
    return Reply(paragraphs(told, show(turn, options)), "ticket:status")


def tell_all(turn: Turn) -> Reply:
    """The customer's tickets: the one there is, or a list to choose from."""
    tickets = turn.records.desk.tickets
    if not tickets:
        return Reply(turn.say("ticket.none"), "ticket:none")
    if len(tickets) == 1:
        return tell(turn, tickets[0])
    rows = [(f"ticket:{ticket.number}", turn.say("ticket.row", number=ticket.number, subject=ticket.subject,
                                                 state=state_in_words(turn, ticket))) for ticket in tickets]
    return Reply(lines(turn.say("ticket.list"), show(turn, rows)), "ticket:list")


def state_in_words(turn: Turn, ticket: Ticket) -> str:
    """How far a ticket is."""
    return turn.say(f"ticket.{ticket.state.lower()}")


def _finish_addition(turn: Turn) -> Reply:
    number, said = turn.chat.slots.get("ticket"), str(turn.chat.slots["details"])
    turn.chat.drop_form()
    ticket = turn.records.desk.find(number) if isinstance(number, int) else None
    return add_to(turn, ticket, said) if ticket else tell_all(turn)


ADDITION = Form("addition", (Slot("details", take_details),), _finish_addition)
