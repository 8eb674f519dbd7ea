"""PURE: let a bot go through conversations, and say line by line where it did not answer as it must."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.replies import BotConfig
from app.services.preview import BETWEEN_LINES, HANDOVER, Customer, PreviewLine
from app.services.script import Conversation, Line

_DECORATION = str.maketrans("", "", "*_~`")


@dataclass(frozen=True)
class Checked:
    """A line of the customer, what the bot answered, and what is wrong with that."""

    line: Line
    answers: tuple[PreviewLine, ...]
    missing: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    spoke: bool = False
    kept_silent: bool = False
    person: bool | None = None
    """Where that is not as it must be: whether the chat was handed to a person."""

    @property
    def is_right(self) -> bool:
        """Whether the bot answered as it must."""
        return not (self.missing or self.unwanted or self.spoke or self.kept_silent or self.person is not None)

    @property
    def said(self) -> str:
        """All that the bot answered."""
        return "\n".join(answer.text for answer in self.answers)


@dataclass(frozen=True)
class Rehearsed:
    """A conversation that was gone through."""

    conversation: Conversation
    lines: tuple[Checked, ...]

    @property
    def is_right(self) -> bool:
        """Whether every line was answered as it must be."""
        return all(line.is_right for line in self.lines)


def rehearse(
    bot: BotConfig, conversation: Conversation, *, now: datetime, handover: timedelta = HANDOVER,
) -> Rehearsed:
    """Go through a conversation; `now` is aware, and counts where the conversation names no moment."""
    begins = conversation.begins(bot.zone, now)
    customer = Customer(bot, language=conversation.language, now=begins - BETWEEN_LINES, handover=handover)
    pauses = (BETWEEN_LINES, *(line.after for line in conversation.lines[1:]))
    return Rehearsed(conversation, tuple(check(line, customer.says(line.customer, pause))
                                         for line, pause in zip(conversation.lines, pauses, strict=True)))


def check(line: Line, answers: Sequence[PreviewLine]) -> Checked:
    """Hold what the bot answered to a line against what it must be."""
    said = plain("\n".join(answer.text for answer in answers))
    handed = any(answer.hands_over for answer in answers)
    return Checked(
        line, tuple(answers),
        missing=tuple(text for text in line.bot if answers and plain(text) not in said),
        unwanted=tuple(text for text in line.lacks if plain(text) in said),
        spoke=line.silent and bool(answers),
        kept_silent=not answers and (bool(line.bot) or bool(line.person)),
        person=handed if answers and line.person not in (None, handed) else None,
    )


def plain(text: str) -> str:
    """Words as they are compared: small letters, single spaces, without WhatsApp's stars and the like."""
    return " ".join(text.translate(_DECORATION).casefold().split())
