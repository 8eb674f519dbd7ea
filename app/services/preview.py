"""PURE: talk to a bot as a customer would, without a phone and without sending anything.

A conversation is played from its beginning each time, so that nothing needs to be kept and a change of the content
shows in every answer.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.replies import BotConfig, Decision, Deed, HandOver, Incoming, Records, Send, decide
from app.replies.records import records_at_first

MOST_LINES = 40
LONGEST_LINE = 2000
BETWEEN_LINES = timedelta(minutes=1)
# What stands for a customer who sends a picture, where a text would.
PICTURE = "\N{FRAME WITH PICTURE}"


@dataclass(frozen=True)
class PreviewLine:
    """One line of the conversation: the customer's (no reason), or the bot's with its reason and how sure it is."""

    text: str
    because: str = ""
    confidence: float | None = None
    by_bot: bool = False
    hands_over: bool = False


def play(config: BotConfig, said: Iterable[str], *, language: str = "", now: datetime) -> list[PreviewLine]:
    """The conversation of a customer who says this, a minute apart from `now` on; `language` is EN, SW or none yet.

    After the chat was handed to a person the bot is silent, as it would be.
    """
    state: dict[str, object] = {"language": language} if language else {}
    records = records_at_first(config)
    shown: list[PreviewLine] = []
    with_person = False
    for place, text in enumerate(list(said)[-MOST_LINES:]):
        shown.append(PreviewLine(text))
        if with_person:
            continue
        at = now + place * BETWEEN_LINES
        decision = decide(_incoming(text), state, config, at, records)
        state = decision.state
        records = _after(records, decision, at)
        with_person = any(isinstance(action, HandOver) for action in decision.actions)
        shown += [PreviewLine(action.text, action.because, action.confidence, by_bot=True, hands_over=with_person)
                  for action in decision.actions if isinstance(action, Send)]
    return shown


def _after(records: Records, decision: Decision, at: datetime) -> Records:
    for action in decision.actions:
        if isinstance(action, Deed):
            records = records.after(action, at)
    return records


def clean_line(text: str) -> str:
    """What the customer says, as a message would bring it."""
    return text.replace("\0", "").strip()[:LONGEST_LINE]


def _incoming(text: str) -> Incoming:
    return Incoming("", kind="image") if text == PICTURE else Incoming(text[:LONGEST_LINE])
