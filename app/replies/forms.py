"""Forms: take what a customer says in any order, ask for what is missing, read it back, send it off.

A form is a row of slots. Each message may fill several of them. The state remembers the form by its name, so a form
that was begun is found again in FORMS of `app.replies.templates`.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.replies.menu import chosen, main_menu
from app.replies.turn import Reply, Turn, lines, paragraphs

Value = str | int
LONGEST_ANSWER = 200
LONGEST_DETAILS = 600
MOST_TRIES = 2
FEW_WORDS = 4
WORDS_OF_A_CHANGE = 6
LEADS_OUT = frozenset({"contact_human_agent", "menu", "help"})
"""Intents that are no description of anything where a few words say them."""
HELD = "held"
LIKELY_ENOUGH = 0.3
"""How likely a question must be about the form in hand to be answered with what that knows, where nothing is sure."""


def _nothing_to_choose(turn: Turn) -> str:
    return ""


def _always(turn: Turn) -> bool:
    return True


@dataclass(frozen=True)
class Slot:
    """One thing a form has to know.

    `take` finds it in a message, with True where the message answers the question for it. `options` are the choices
    that follow the question, `is_free` says whether a second answer that `take` cannot read is taken as it stands, and
    `answers` names intents that such an answer may look like without being an interruption. Only what `is_needed` is
    asked for; the rest is taken where a customer says it.
    """

    name: str
    take: Callable[[Turn, bool], Value | None]
    options: Callable[[Turn], str] = _nothing_to_choose
    is_free: bool = False
    answers: frozenset[str] = frozenset()
    is_needed: Callable[[Turn], bool] = _always


def _no_objection(turn: Turn) -> str:
    return ""


def _nothing_to_tell(turn: Turn) -> str:
    return ""


@dataclass(frozen=True)
class Form:
    """Slots in the order in which they are asked for.

    `objection` speaks up against what was filled in, and empties that slot. `summary` reads the form back for a yes; a
    form without one is sent off as soon as it is full. `told` is what is known so far, in short. `intents` belong to
    the form and do not interrupt it, `cancels` drop it. `held` are slots that a customer may fill with
    any words when asked what to change. A form with a `resume` or `step_back` of its own does in its own way what
    `resume` and "back" do.
    """

    name: str
    slots: tuple[Slot, ...]
    finish: Callable[[Turn], Reply]
    summary: Callable[[Turn], str] | None = None
    objection: Callable[[Turn], str] = _no_objection
    told: Callable[[Turn], str] = _nothing_to_tell
    intents: frozenset[str] = frozenset()
    cancels: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    resume: Callable[[Turn], Reply | None] | None = None
    step_back: Callable[[Turn], Reply] | None = None

    def slot(self, name: str) -> Slot | None:
        """The slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)


def begin(turn: Turn, form: Form, **known: Value) -> Reply:
    """Start a form with what is known and what this message says."""
    turn.chat.drop_form()
    turn.chat.form = form.name
    turn.chat.slots.update(known)
    fill(turn, form)
    return advance(turn, form)


def hold(turn: Turn, form: str, **known: Value) -> None:
    """Hold a form ready without asking: if the next message fills it, it goes on, otherwise it is forgotten."""
    turn.chat.drop_form()
    turn.chat.form, turn.chat.asked = form, HELD
    turn.chat.slots.update(known)


def fill(turn: Turn, form: Form) -> bool:
    """Take from the message what it says about the slots; whether that changed anything."""
    before = dict(turn.chat.slots)
    asked = form.held if turn.chat.asked == "change" else {turn.chat.asked}
    for slot in form.slots:
        value = slot.take(turn, slot.name in asked)
        if value is not None:
            turn.chat.slots[slot.name] = value
    return turn.chat.slots != before


def advance(turn: Turn, form: Form) -> Reply:
    """Object, ask for the next thing, read back, or send off: whichever is due."""
    before = set(turn.chat.slots)
    objection = form.objection(turn)
    open_slots = [slot for slot in form.slots if slot.name not in turn.chat.slots and slot.is_needed(turn)]
    # An objection asks for what it speaks against, even where more is missing.
    objected = [slot for slot in open_slots if objection and slot.name in before]
    missing = next(iter(objected or open_slots), None)
    if missing:
        return ask(turn, form, missing, objection)
    if form.summary is None:
        return form.finish(turn)
    turn.chat.asked, turn.chat.tries, turn.chat.menu = "confirm", 0, []
    return Reply(paragraphs(form.summary(turn), turn.say("form.right")), f"{form.name}:confirm")


def ask(turn: Turn, form: Form, slot: Slot, instead: str = "") -> Reply:
    """Ask for one slot; the second time in other words, or with the words given instead."""
    turn.chat.tries = turn.chat.tries + 1 if turn.chat.asked == slot.name else 0
    turn.chat.asked, turn.chat.menu = slot.name, []
    options = slot.options(turn)
    manner = "again" if turn.chat.tries else "ask"
    free = "_free" if not options and turn.voice.has(f"{form.name}.{manner}_{slot.name}_free") else ""
    question = instead or turn.say(f"{form.name}.{manner}_{slot.name}{free}")
    known = "" if turn.chat.tries else form.told(turn)
    so_far = turn.say("form.so_far", value=known) if known else ""
    return Reply(lines(so_far, question, options), f"{form.name}:ask_{slot.name}")


def resume(turn: Turn, forms: Mapping[str, Form]) -> Reply | None:
    """The reply if the message belongs to the form in hand; None where it is about something else."""
    form = forms.get(turn.chat.form)
    if form is None:
        turn.chat.drop_form()
        return None
    if turn.chat.asked == HELD:
        return _take_up(turn, form)
    if turn.says_one_of("drop", whole=True) or turn.intent in form.cancels:
        turn.chat.drop_form()
        turn.chat.menu = []
        return Reply(turn.say("form.dropped"), f"{form.name}:dropped")
    if turn.says_one_of("back", whole=True):
        return (form.step_back or _step_back_in(form))(turn)
    if form.resume:
        return form.resume(turn)
    return (_settle if turn.chat.asked in ("confirm", "change") else _answer)(turn, form)


def _take_up(turn: Turn, form: Form) -> Reply | None:
    """The form was only held ready: it begins if the message has to do with it."""
    if fill(turn, form) or turn.intent in {"yes", *form.intents}:
        if form.resume:
            turn.chat.asked = form.slots[0].name
            return form.resume(turn)
        turn.chat.asked = ""
        return advance(turn, form)
    turn.chat.drop_form()
    return None


def _step_back_in(form: Form) -> Callable[[Turn], Reply]:
    """Ask again for what was answered last; where that is nothing, back means out."""

    def step_back(turn: Turn) -> Reply:
        names = [slot.name for slot in form.slots]
        here = names.index(turn.chat.asked) if turn.chat.asked in names else len(names)
        answered = [slot for slot in form.slots[:here] if slot.name in turn.chat.slots]
        if not answered:
            turn.chat.drop_form()
            return Reply(lines(turn.say("menu.title"), main_menu(turn)), "menu")
        del turn.chat.slots[answered[-1].name]
        return ask(turn, form, answered[-1])

    return step_back


def _settle(turn: Turn, form: Form) -> Reply | None:
    """The customer was asked whether the form is right, or what to change."""
    if turn.intent == "yes":
        return form.finish(turn)
    if not _is_about_something_else(turn, form) and (fill(turn, form) or _put_right(turn, form)):
        return advance(turn, form)
    named = _slot_named(turn, form)
    if named:
        value = None if named.is_free else named.take(turn, True)
        if value is not None:
            turn.chat.slots[named.name] = value
            return advance(turn, form)
        del turn.chat.slots[named.name]
        return ask(turn, form, named)
    if turn.intent == "no":
        turn.chat.asked = "change"
        return Reply(turn.say("form.change"), f"{form.name}:change")
    return None


def _slot_named(turn: Turn, form: Form) -> Slot | None:
    """The slot that a short message names as what is to be changed: `the time`, `change the time to 11`."""
    if len(turn.raw_words) > WORDS_OF_A_CHANGE or turn.asks_something():
        return None
    filled = (slot for slot in form.slots if slot.name in turn.chat.slots)
    return next((slot for slot in filled if turn.names_slot(slot.name)), None)


def _put_right(turn: Turn, form: Form) -> bool:
    """Take the answer to "what shall I change?" for the last slot that can make something of it."""
    if turn.chat.asked != "change" or turn.intent in ("yes", "no") or _slot_named(turn, form):
        return False
    for slot in reversed(form.slots):
        value = slot.take(turn, True) if slot.is_free else None
        if value is not None:
            turn.chat.slots[slot.name] = value
            return True
    return False


def _is_about_something_else(turn: Turn, form: Form) -> bool:
    """Whether the message puts a question that is understood and has nothing to do with the form."""
    return turn.asks_something() and turn.intent not in {"", "yes", "no", "greeting", *form.intents}


def _answer(turn: Turn, form: Form) -> Reply | None:
    """The customer was asked for a slot."""
    slot = form.slot(turn.chat.asked) or form.slots[0]
    if _is_about_something_else(turn, form):
        return None
    if fill(turn, form):
        # What it says of another slot is understood, and so no failed answer.
        turn.chat.asked = ""
        return advance(turn, form)
    to_the_point = {"", "yes", "no", "greeting", *form.intents, *slot.answers}
    if not turn.text or turn.asks_something() or turn.intent not in to_the_point:
        return None
    if slot.is_free and turn.chat.tries + 1 >= MOST_TRIES:
        turn.chat.slots[slot.name] = turn.text[:LONGEST_ANSWER]
        return advance(turn, form)
    return None if turn.chat.tries >= MOST_TRIES else ask(turn, form, slot)


def ask_anew(turn: Turn, forms: Mapping[str, Form]) -> Reply | None:
    """Where nothing was understood in the middle of a form that is read back: nothing that was said is lost.

    It is read back once more; where that was in vain, or a slot was asked for in vain, a person is offered.
    """
    form = forms.get(turn.chat.form)
    if form is None or form.summary is None or turn.chat.asked == HELD:
        return None
    if turn.asks_something():
        return _answer_by_asking(turn, form)
    turn.chat.unknown += 1
    sorry = turn.say("form.not_understood")
    if turn.chat.asked in ("confirm", "change") and turn.chat.unknown == 1:
        return Reply(paragraphs(sorry, advance(turn, form).text), f"unknown:{form.name}")
    turn.chat.offer = "person"
    return Reply(paragraphs(sorry, turn.say("offer.person")), "unknown:offer_person")


def _answer_by_asking(turn: Turn, form: Form) -> Reply | None:
    """A question that most likely is about what the form is about: what is known of it, and what may be chosen."""
    guesses = {guess.intent for guess in turn.meaning.guesses if guess.confidence >= LIKELY_ENOUGH}
    if turn.intent or not guesses & form.intents or turn.chat.asked in ("confirm", "change"):
        return None
    turn.chat.asked = ""
    return advance(turn, form)


def reminder(turn: Turn, forms: Mapping[str, Form]) -> str:
    """The question that is still open, after an answer to something else."""
    form = forms.get(turn.chat.form)
    if form is None or turn.chat.asked == HELD:
        return ""
    slot = form.slot(turn.chat.asked)
    if slot is None:
        return turn.say("form.back", question=turn.say("form.right"))
    free = "_free" if turn.voice.has(f"{form.name}.ask_{slot.name}_free") else ""
    return turn.say("form.back", question=turn.say(f"{form.name}.ask_{slot.name}{free}"))


def picked(turn: Turn, prefix: str) -> str | None:
    """The key of the item the customer chose by its number from a menu of such items."""
    option = chosen(turn)
    return option.removeprefix(f"{prefix}:") if option and option.startswith(f"{prefix}:") else None


def take_details(turn: Turn, asked: bool) -> str | None:
    """Free words, or the kind of media, in answer to a request to describe something."""
    if not asked or (turn.intent in LEADS_OUT and len(turn.raw_words) <= FEW_WORDS):
        return None
    if turn.text:
        return turn.text[:LONGEST_DETAILS]
    key = f"kind.{turn.incoming.kind}"
    return turn.say(key if turn.voice.has(key) else "kind.other")
