"""A dialogue that was left half-finished: put aside after a while, and taken up again where its customer wants that."""
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.replies.forms import HELD, Form, advance
from app.replies.state import ChatState, readable
from app.replies.turn import Reply, Turn, lines, paragraphs

KEPT_ASIDE = timedelta(days=7)
OFFER = "aside"


def put_aside(chat: ChatState, now: datetime) -> None:
    """At a new visit: hold the form ready for a message that fits it, and keep it aside for one that comes later."""
    chat.offer = ""
    if chat.form and chat.asked != HELD:
        chat.aside = {"form": chat.form, "slots": dict(chat.slots), "at": chat.seen}
        chat.asked = HELD
    else:
        chat.drop_form()
    if chat.aside and _is_old(chat, now):
        chat.aside = {}
        chat.drop_form()


def _is_old(chat: ChatState, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(str(chat.aside.get("at"))) > KEPT_ASIDE
    except (ValueError, TypeError):
        return True


def take_up(turn: Turn, forms: Mapping[str, Form]) -> Reply | None:
    """Yes or no to the offer to go on, or the word for it at any later time."""
    offered = turn.chat.offer == OFFER
    if offered:
        turn.chat.offer = ""
    form = forms.get(str(turn.chat.aside.get("form")))
    if form is None:
        return None
    if turn.says_one_of("go_on", whole=True) or (offered and turn.intent == "yes"):
        _restore(turn, form)
        return advance(turn, form)
    if offered and turn.intent == "no":
        turn.chat.aside = {}
        return Reply(turn.say("small.alright_no"), "declined_aside")
    return None


def told_of_aside(turn: Turn, forms: Mapping[str, Form]) -> str:
    """At a new visit, what was left half-finished and how to go on; nothing where the message has gone on with it."""
    form = forms.get(str(turn.chat.aside.get("form")))
    if not turn.new_visit or form is None:
        return ""
    if turn.chat.form:
        if turn.chat.form == form.name:
            turn.chat.aside = {}
        return ""
    _restore(turn, form)
    known, aside = form.told(turn), {"form": form.name, "slots": dict(turn.chat.slots), "at": turn.seen_before}
    turn.chat.drop_form()
    turn.chat.aside, turn.chat.offer = aside, turn.chat.offer or OFFER
    return lines(turn.say("form.lapsed"), turn.say("form.so_far", value=known) if known else "")


def with_aside(turn: Turn, reply: Reply, forms: Mapping[str, Form]) -> str:
    """The reply's text, followed by what was left half-finished; not where a person takes over."""
    return reply.text if reply.hand_over else paragraphs(reply.text, told_of_aside(turn, forms))


def _restore(turn: Turn, form: Form) -> None:
    slots = turn.chat.aside.get("slots")
    turn.chat.drop_form()
    turn.chat.form = form.name
    turn.chat.slots.update(readable(slots) if isinstance(slots, dict) else {})
    turn.chat.aside = {}
