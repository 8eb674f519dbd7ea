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
HANDOVER = timedelta(hours=12)
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


class Customer:
    """One customer's chat with a bot, line by line; `language` is EN, SW or none yet.

    After the chat was handed to a person the bot is silent for as long as it would be.
    """

    def __init__(self, config: BotConfig, *, language: str = "", now: datetime, handover: timedelta = HANDOVER) -> None:
        self._config, self._now, self._handover = config, now, handover
        self._state: dict[str, object] = {"language": language} if language else {}
        self._records = records_at_first(config)
        self._person_until: datetime | None = None

    def says(self, text: str, after: timedelta = BETWEEN_LINES) -> list[PreviewLine]:
        """The bot's answers to what the customer writes so long after the last line; none while it keeps silent."""
        self._now += after
        if self._person_until and self._person_until > self._now:
            return []
        decision = decide(_incoming(text), self._state, self._config, self._now, self._records)
        self._state = decision.state
        self._records = _after(self._records, decision, self._now)
        hands_over = any(isinstance(action, HandOver) for action in decision.actions)
        if hands_over:
            self._person_until = self._now + self._handover
        return [PreviewLine(action.text, action.because, action.confidence, by_bot=True, hands_over=hands_over)
                for action in decision.actions if isinstance(action, Send)]


def play(
    config: BotConfig, said: Iterable[str], *, language: str = "", now: datetime, handover: timedelta = HANDOVER,
) -> list[PreviewLine]:
    """The conversation of a customer who says this, a minute apart from `now` on."""
    customer = Customer(config, language=language, now=now - BETWEEN_LINES, handover=handover)
    return [line for text in list(said)[-MOST_LINES:] for line in (PreviewLine(text), *customer.says(text))]


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
