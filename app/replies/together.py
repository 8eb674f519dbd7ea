"""PURE: which messages that a customer wrote one right after the other are read as one text, and which stand alone.

Rule 1: what a customer says to the bot itself (stop, a number of the menu, an emergency, a picture) stands alone.
Rule 2: others are read as one only where that text is answered with no less than they would be one by one.
"""
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from app.replies.actions import Decision, Deed, HandOver, Incoming, Send
from app.replies.config import BotConfig
from app.replies.content import Item
from app.replies.desk import AddToTicket, OpenTicket
from app.replies.dialogue import NO_RECORDS, decide, names
from app.replies.records import Records
from app.replies.understand import listen, only_counts
from app.replies.voice import phrases_of
from app.replies.words import READ_CHARACTERS, READ_WORDS, plain, words_of

MOST_TOGETHER = 10
COMMANDS = ("stop", "start", "drop", "back")
"""Lists of phrases that are a message of their own."""
SEPARATOR = ", "
CLOSED = "closed+"
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "apology", "ok"})
"""Reasons of replies to what need not be answered beside something else."""
NOT_UNDERSTOOD = frozenset({"unknown", "unknown:unsure", "unknown:offer_person"})
CATALOGUE = frozenset({"prices", "price", "services", "service", "products", "product", "categories", "category"})
"""Reasons of replies about what is sold; one of them may answer for several."""
NAMED = frozenset({"service", "product"})
"""Reasons of replies to the mere name of something, with which a form may go on."""
SETTLING = frozenset({"confirm", "change"})
KEPT = ("out", "basket", "doubts", "changing")
TOLD = frozenset({"details", "said"})
"""Slots for whatever the customer tells."""


def stands_alone(message: Incoming, config: BotConfig) -> bool:
    """Whether the message is never read together with others, so that there is nothing to wait for."""
    words = words_of(message.text)
    if message.kind != "chat" or not plain(message.text) or (len(words) == 1 and only_counts(words)):
        return True
    said = " ".join(words)
    is_command = any(said in phrases_of(kind) for kind in COMMANDS)
    return is_command or names(words, config.emergency_words) or names(words, config.handover_words)


def as_one(messages: Sequence[Incoming]) -> Incoming:
    """The messages as one, in their order; one alone is left as it is."""
    if len(messages) == 1:
        return messages[0]
    return Incoming(SEPARATOR.join(plain(message.text).rstrip(" ,") for message in messages), name=messages[-1].name)


def count_together(
    messages: Sequence[Incoming], state: Mapping[str, Any], config: BotConfig, now: datetime,
    records: Records = NO_RECORDS,
) -> int:
    """How many of the first messages are read as one, at least 1; it takes what `decide` takes."""
    most = _most(messages, config)
    if most == 1 or state.get("out"):
        return 1
    apart = list(_one_by_one(messages[:most], state, config, now, records))
    answer = partial(decide, state=state, config=config, now=now, records=records)
    counts = range(len(apart), 1, -1)
    return next((count for count in counts if _read(messages[:count], apart[:count], answer, config)), 1)


def read_together(
    messages: Sequence[Incoming], state: Mapping[str, Any], config: BotConfig, now: datetime,
    records: Records = NO_RECORDS,
) -> Incoming:
    """What to decide upon where these are read as one: all they say, or all but a greeting that hides the rest."""
    if len(messages) == 1:
        return messages[0]
    apart = list(_one_by_one(messages, state, config, now, records))
    answer = partial(decide, state=state, config=config, now=now, records=records)
    return _read(messages, apart, answer, config) or as_one(messages)


def _most(messages: Sequence[Incoming], config: BotConfig) -> int:
    """How many may be one text: none that stands alone is among them, and all of it is read."""
    count = 0
    for message in messages[:MOST_TOGETHER]:
        text = as_one(messages[:count + 1]).text
        is_read = len(text) <= READ_CHARACTERS and len(words_of(text)) < READ_WORDS
        if stands_alone(message, config) or not is_read:
            break
        count += 1
    return max(1, count)


def _one_by_one(
    messages: Iterable[Incoming], state: Mapping[str, Any], config: BotConfig, now: datetime, records: Records,
) -> Iterator[Decision]:
    """The decisions on each by itself, up to one that gives the chat to a person."""
    for message in messages:
        decision = decide(message, state, config, now, records)
        yield decision
        if any(isinstance(action, HandOver) for action in decision.actions):
            return
        state = decision.state
        for action in decision.actions:
            records = records.after(action, now) if isinstance(action, Deed) else records


def _read(
    messages: Sequence[Incoming], apart: Sequence[Decision], answer: Callable[[Incoming], Decision], config: BotConfig,
) -> Incoming | None:
    """The text that is answered with no less than the messages were apart; None where there is none."""
    named = _named(messages, config)
    telling = [message for message, decision in zip(messages, apart, strict=False)
               if _reason(decision) not in SMALL_TALK or _greets_an_elder(message)]
    texts = [as_one(each) for each in (messages, telling) if each]
    return next((text for text in texts if len(apart) == len(messages) and _says_no_less(answer(text), apart, named)),
                None)


def _greets_an_elder(message: Incoming) -> bool:
    """Whether it would be rude to leave the greeting without its answer."""
    return any(heard.concept == "shikamoo" for heard in listen(message.text)[1])


def _says_no_less(joined: Decision, apart: Sequence[Decision], named: Iterable[Item]) -> bool:
    return _does_the_same(joined, apart) and _keeps(joined.state, apart[-1]) and _tells(joined, apart, named)


def _does_the_same(joined: Decision, apart: Sequence[Decision]) -> bool:
    """Whether the same is done to the records, and the chat handed over or not."""
    does, should = _acts(joined), [action for decision in apart for action in _acts(decision)]
    return len(does) == len(should) and all(map(_covers, does, should))


def _acts(decision: Decision) -> list[HandOver | Deed]:
    return [action for action in decision.actions if not isinstance(action, Send)]


def _covers(does: HandOver | Deed, should: HandOver | Deed) -> bool:
    """Whether it is the same, or a ticket that tells the same and more."""
    if isinstance(does, OpenTicket | AddToTicket) and isinstance(should, OpenTicket | AddToTicket):
        return type(does) is type(should) and should.said in does.said
    return does == should


def _keeps(joined: Mapping[str, Any], last: Decision) -> bool:
    """Whether the bot knows of the form in hand and of the basket all that it would after the last one."""
    apart = last.state
    # The offer of a person to whom the bot did not understand is none to be kept.
    kept = KEPT if _reason(last) in NOT_UNDERSTOOD else (*KEPT, "offer")
    if any(joined.get(name) != apart.get(name) for name in kept):
        return False
    known, slots = apart.get("slots", {}), joined.get("slots", {})
    is_same_form = not apart.get("form") or joined.get("form") == apart["form"]
    return is_same_form and all(_is_known(name, value, slots.get(name)) for name, value in known.items())


def _is_known(name: str, value: Any, known: Any) -> bool:
    return bool(value == known or (name in TOLD and str(value) in str(known)))


def _tells(joined: Decision, apart: Sequence[Decision], named: Iterable[Item]) -> bool:
    """Whether the one reply answers what several would."""
    told, reasons = _reason(joined), [_reason(decision) for decision in apart]
    beside = SMALL_TALK | NOT_UNDERSTOOD | (NAMED if _is_step(told) else frozenset())
    topics = [reason for reason in reasons if reason not in beside]
    if not topics:
        return told not in SMALL_TALK or not NOT_UNDERSTOOD.intersection(reasons)
    if told in CATALOGUE and CATALOGUE.issuperset(topics):
        return all(_is_told(item, joined) for item in named)
    return set(topics) == {told} and (_is_step(told) or len(topics) == 1)


def _reason(decision: Decision) -> str:
    """Why it says what it says. The steps of a form are all one: the last asks for what is missing still."""
    because = next((action.because for action in decision.actions if isinstance(action, Send)), "")
    form, colon, step = because.removeprefix(CLOSED).partition(":")
    is_step = form != "unknown" and (step.startswith("ask_") or step in SETTLING)
    return f"{form}:" if is_step else f"{form}{colon}{step}"


def _is_step(reason: str) -> bool:
    return reason.endswith(":")


def _named(messages: Iterable[Incoming], config: BotConfig) -> list[Item]:
    """What is sold and is named in one of the messages by itself."""
    said = [words_of(message.text) for message in messages]
    found = [catalogue.find(words) for words in said for catalogue in (config.services, config.products)]
    return [item for each in found if len(each.items) == 1 for item in each.items]


def _is_told(item: Item, decision: Decision) -> bool:
    text = "\n".join(action.text for action in decision.actions if isinstance(action, Send))
    return any(name in text for name in item.name.values())
