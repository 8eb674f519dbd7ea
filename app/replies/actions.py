"""What goes into a decision and what comes out of it."""
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """One message of a customer; `kind` is WhatsApp's type (chat, image, ptt, …), media has a caption or no text."""

    text: str
    kind: str = "chat"
    name: str = ""


@dataclass(frozen=True)
class Send:
    """Send this text; `because` is a short reason for programs, such as `prices` or `booking:ask_day`.

    `confidence` says how sure it is (0 to 1) that the customer meant what this answers; None where nothing had to be
    understood: numbers of a menu, notices, steps of a form.
    """

    text: str
    because: str
    confidence: float | None = None


@dataclass(frozen=True)
class HandOver:
    """From here the chat belongs to a person."""

    because: str


@dataclass(frozen=True)
class Deed:
    """Something that is done to the business's records together with the reply, such as a booking that is made.

    It is done in the transaction that commits the reply: both happen, or neither does.
    """


@dataclass(frozen=True)
class Decision:
    """What to do, in order, and the chat's state to hand back with its next message (JSON-able)."""

    actions: tuple[Send | HandOver | Deed, ...]
    state: dict[str, Any] = field(default_factory=dict)
