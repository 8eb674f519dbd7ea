"""What a support desk answers: problems, tickets, questions, and the same around orders and accounts as a shop."""
from collections.abc import Callable
from dataclasses import replace

from app.replies.answers import COMMON, Handler, ask_team, catalogue, hand_over
from app.replies.desk import Ticket
from app.replies.ecommerce import AROUND_ORDERS
from app.replies.notes import PROBLEM, describe, problem
from app.replies.tickets import add_to, ask_addition, close, tell, tell_all
from app.replies.turn import Reply, Turn, paragraphs
from app.replies.words import words_of

FEW_WORDS = 8
"""A longer answer to a request for details may name a ticket without being about it."""


def about_tickets(turn: Turn) -> Reply | None:
    """The reply where the customer speaks of a ticket: how far it is, to add to it, to close it, or a new one."""
    if turn.config.template != "SUPPORT":
        return None
    if not turn.says_one_of("ticket"):
        return _about_the_shown(turn) or _works_again(turn)
    if turn.chat.asked == "details" and len(turn.raw_words) > FEW_WORDS:
        return None
    turn.chat.offer = ""
    if turn.says_one_of("ticket_new"):
        return describe(PROBLEM)(turn)
    named = (word for word in words_of(turn.text.partition(":")[0]) if word.isdecimal() and len(word) < FEW_WORDS)
    number = next(map(int, named), None)
    return _about_one(turn, number) if turn.records.desk.tickets else tell_all(turn)


def _about_the_shown(turn: Turn) -> Reply | None:
    """What is said in a few words right after a ticket was shown is about that one: `close it`, `add: since Monday`."""
    said = turn.says_one_of("ticket_add") or (turn.says_one_of("ticket_close") and len(turn.raw_words) <= FEW_WORDS)
    shown = next((option for option in turn.chat.menu if option.startswith("ticket_add:")), "")
    number = shown.partition(":")[2]
    is_shown = number.isdecimal() and turn.records.desk.find(int(number)) is not None
    return _about_one(turn, int(number)) if said and is_shown and turn.chat.asked != "details" else None


def _works_again(turn: Turn) -> Reply | None:
    """The trouble is over while a ticket is still open: glad of it, with the ticket to close."""
    ticket = next(iter(turn.records.desk.unclosed), None)
    is_told = turn.says_one_of("works") and len(turn.raw_words) <= FEW_WORDS and not turn.says_one_of("failed")
    if ticket is None or turn.chat.form or not is_told or turn.asks_something():
        return None
    told = tell(turn, ticket)
    return replace(told, text=paragraphs(turn.say("ticket.works"), told.text))


def _about_one(turn: Turn, number: int | None) -> Reply:
    desk = turn.records.desk
    if number is not None and desk.find(number) is None:
        known = tell_all(turn)
        return replace(known, text=paragraphs(turn.say("ticket.unknown", number=number), known.text))
    mine = desk.unclosed or desk.tickets
    ticket = desk.find(number) if number is not None else (mine[0] if len(mine) == 1 else None)
    if ticket is None:
        return tell_all(turn)
    if turn.says_one_of("ticket_add"):
        _, colon, said = turn.text.partition(":")
        return add_to(turn, ticket, said.strip()) if colon and said.strip() else ask_addition(turn, ticket)
    return close(turn, ticket) if turn.says_one_of("ticket_close") and not turn.asks_something() else tell(turn, ticket)


def _still_there(turn: Turn) -> Reply:
    """A problem goes on: that belongs to the ticket there is, and somebody has to look."""
    ticket = next(iter(turn.records.desk.unclosed), None)
    if ticket is None:
        return problem(turn)
    added = add_to(turn, ticket, turn.text)
    handed = hand_over(turn, "still_problem", paragraphs(turn.say("ticket.sorry"), added.text))
    return replace(handed, deeds=added.deeds)


def _how_far(answer: Handler) -> Handler:
    """How far something is, where no order is spoken of, is asked of the ticket there is."""

    def told(turn: Turn) -> Reply:
        is_of_an_order = turn.meaning.concepts & {"order", "delivery", "refund"}
        return tell_all(turn) if turn.records.desk.tickets and not is_of_an_order else answer(turn)

    return told


def _with_ticket(answer: Callable[[Turn, Ticket], Reply]) -> Callable[[Turn, str], Reply | None]:
    """What a number of a menu does with the ticket that it stands for; None where there is no such ticket any more."""

    def opened(turn: Turn, key: str) -> Reply | None:
        ticket = turn.records.desk.find(int(key)) if key.isdecimal() else None
        return answer(turn, ticket) if ticket else None

    return opened


told_ticket, added_ticket, closed_ticket = _with_ticket(tell), _with_ticket(ask_addition), _with_ticket(close)

INTENTS: dict[str, Handler] = COMMON | AROUND_ORDERS | {
    "problem": problem,
    "still_problem": _still_there,
    "tickets": tell_all,
    "technician": ask_team("technician"),
    "installation": ask_team("installation", "technician"),
    "services": catalogue("service"),
    "products": catalogue("service"),
    "place_order": ask_team("place_order"),
    "track_order": _how_far(AROUND_ORDERS["track_order"]),
    "track_refund": _how_far(AROUND_ORDERS["track_refund"]),
}
