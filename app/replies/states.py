"""The states of a template's dialogue, and what leads out of each.

They are read off the forms by which the dialogue goes (FORMS of app.replies.templates), so that what is drawn of them
is what happens.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.replies.forms import HELD, Form
from app.replies.state import ChatState
from app.replies.templates import FORMS

IDLE, STOPPED, PERSON = "idle", "stopped", "person"
CONFIRM, CHANGE = "confirm", "change"
HOME = {"booking": "BOOKING", "move": "BOOKING", "order": "ECOMMERCE", "addition": "SUPPORT", "fix": "SUPPORT"}
"""The template that alone has a form; forms that do not stand here are everywhere."""
HELD_READY = frozenset({"booking", "order"})
"""Forms that are held ready beside something that is shown, until the next message tells whether they begin."""
OFFERS = {"BOOKING": ("person", "cancel", "aside"), "ECOMMERCE": ("person", "aside"), "SUPPORT": ("person", "aside")}
"""What a customer may be asked to say yes or no to, besides a form's own questions."""


@dataclass(frozen=True)
class Way:
    """What the customer says or does, and the state that it leads to."""

    says: str
    to: str


@dataclass(frozen=True)
class State:
    """A state by its name (`booking:day`); `form` and `asked` are as in the chat's state, nothing where no form is."""

    name: str
    ways: tuple[Way, ...]
    form: str = ""
    asked: str = ""


def state_of(chat: ChatState, with_person: bool = False) -> str:
    """The name of the state that a chat is in."""
    if chat.out:
        return STOPPED
    if with_person:
        return PERSON
    if chat.offer:
        return f"offer:{chat.offer.partition(':')[0]}"
    return f"{chat.form}:{chat.asked}" if chat.form else IDLE


def states_of(template: str) -> tuple[State, ...]:
    """All states of a template; the first is the one in which a chat begins."""
    forms = [form for form in FORMS.values() if HOME.get(form.name, template) == template]
    out = (*_general(template), *_openings(forms))
    offers = tuple(State(f"offer:{offer}", (Way("yes", PERSON if offer == PERSON else IDLE), Way("no", IDLE), *out))
                   for offer in OFFERS[template])
    return (
        State(IDLE, out), *(state for form in forms for state in _states_of_form(form, out)), *offers,
        State(PERSON, (Way("waits until the bot is back", IDLE),)), State(STOPPED, (Way("start", IDLE),)),
    )


def _general(template: str) -> tuple[Way, ...]:
    """What leads out of every state in which the bot answers."""
    return (
        Way("menu", IDLE), Way("person", PERSON), Way("stop", STOPPED), Way("a question", IDLE),
        *(Way("what cannot be known or understood", f"offer:{offer}") for offer in OFFERS[template]),
    )


def _openings(forms: Sequence[Form]) -> tuple[Way, ...]:
    return tuple(Way(f"begins {form.name}", f"{form.name}:{asked}") for form in forms for asked in asked_of(form))


def asked_of(form: Form) -> tuple[str, ...]:
    """All that a form may have asked for last."""
    settling = (CONFIRM, CHANGE) if form.summary else ()
    return (*(slot.name for slot in form.slots), *settling, *((HELD,) if form.name in HELD_READY else ()))


def _states_of_form(form: Form, out: Sequence[Way]) -> Iterator[State]:
    slots = [slot.name for slot in form.slots]
    for place, asked in enumerate(asked_of(form)):
        following = [*slots[place + 1:], *([CONFIRM] if form.summary else [])]
        said = {CONFIRM: "yes", CHANGE: "what it shall be", HELD: "says more of it"}.get(asked, "answers")
        first = {CONFIRM: IDLE, CHANGE: f"{form.name}:{CONFIRM}", HELD: f"{form.name}:{slots[0]}"}.get(
            asked, f"{form.name}:{following[0]}" if following else IDLE)
        ways = [Way(said, first), *([Way("no", f"{form.name}:{CHANGE}")] if asked == CONFIRM else []),
                Way("cancel", IDLE)]
        yield State(f"{form.name}:{asked}", (*ways, *out), form.name, asked)
