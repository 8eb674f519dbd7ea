"""What the bot remembers of a chat between two messages."""
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from app.replies.voice import LANGUAGES

VISIT = timedelta(hours=12)
KEPT_REQUESTS = 5
PAIR = 2


def readable(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that hold a text or a whole number."""
    return {str(name): value for name, value in slots.items() if type(value) in (str, int)}


def _is_request(request: Any) -> bool:
    return isinstance(request, dict) and isinstance(request.get("form"), str) and isinstance(request.get("slots"), dict)


def _pairs(stored: list[Any], first: type, second: type) -> list[Any]:
    """The entries that are pairs of these kinds."""
    pairs = (entry for entry in stored if isinstance(entry, list) and len(entry) == PAIR)
    return [entry for entry in pairs if type(entry[0]) is first and type(entry[1]) is second]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@dataclass
class ChatState:
    """The keys of a chat's state; those at their default are not stored.

    A state that was written by another version, or by hand, is read as far as it makes sense.
    """

    language: str = ""
    """The language of the chat, once known: EN or SW."""
    seen: str = ""
    """When the customer last wrote (ISO, UTC). After VISIT it is greeted again and a half-filled form lapses."""
    menu: list[str] = field(default_factory=list)
    """What the numbers of the menu shown last stand for, such as `do:prices` or `service:facial`."""
    form: str = ""
    """The form that is being filled in, such as `booking`."""
    asked: str = ""
    """What the form asked for last: the name of a slot, `confirm` or `change`."""
    tries: int = 0
    """How often the same slot has been asked for in vain."""
    slots: dict[str, Any] = field(default_factory=dict)
    """What the form knows by now."""
    offer: str = ""
    """`person` where the customer was asked whether a person shall answer, `cancel:7` whether to cancel booking 7."""
    unknown: int = 0
    """How many messages in a row were not understood."""
    out: bool = False
    """The customer wants no automatic answers until it writes the word that starts them again."""
    closed_until: str = ""
    """The opening (ISO, local) up to which the customer has been told that the business is closed."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The last requests the customer sent off: form, slots and time (ISO, UTC), oldest first."""
    basket: list[list[Any]] = field(default_factory=list)
    """What the customer has picked: keys of products, and how many of each."""
    touched: str = ""
    """The product of the basket that was spoken of last."""
    shown: list[str] = field(default_factory=list)
    """The products of the list shown last, by which the customer may count ("the second")."""
    doubts: list[list[Any]] = field(default_factory=list)
    """What the customer has to choose between: how many, and the keys of the products that it may have meant."""
    changing: int = 0
    """The number of the order that the basket will replace."""

    aside: dict[str, Any] = field(default_factory=dict)
    """A form that was left half-finished, as `app.replies.expiry` keeps it: form, slots and when (ISO, UTC)."""
    story: dict[str, Any] = field(default_factory=dict)
    """What whoever took the chat over has to know, as `app.replies.story` tells it."""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "ChatState":
        """The state as stored; a value of the wrong kind counts as absent."""
        fresh = cls()
        kinds = {known.name: type(getattr(fresh, known.name)) for known in fields(cls)}
        given = {name: stored[name] for name, kind in kinds.items() if type(stored.get(name)) is kind}
        state = cls(**given)
        state.language = state.language if state.language in LANGUAGES else ""
        state.menu = [option for option in state.menu if isinstance(option, str)]
        state.requests = [request for request in state.requests if _is_request(request)]
        state.slots = readable(state.slots)
        state.shown = [key for key in state.shown if isinstance(key, str)]
        state.basket = [[key, count] for key, count in _pairs(state.basket, str, int) if count > 0]
        state.doubts = [[count, keys] for count, keys in _pairs(state.doubts, int, list) if all(map(_is_text, keys))]
        return state

    def stored(self) -> dict[str, Any]:
        """The state as it is stored."""
        return {name: value for name, value in asdict(self).items() if value}

    def is_new_visit(self, now: datetime) -> bool:
        """Whether the customer writes for the first time, or for the first time in a long while."""
        try:
            return now - datetime.fromisoformat(self.seen) >= VISIT
        except (ValueError, TypeError):
            return True

    def drop_form(self) -> None:
        """Forget the form that was being filled in."""
        self.form, self.asked, self.tries, self.slots = "", "", 0, {}

    def empty_basket(self) -> None:
        """Forget what was picked, and the order that it was to replace."""
        self.basket, self.touched, self.doubts, self.changing = [], "", [], 0

    def keep_request(self, form: str, now: datetime) -> None:
        """Remember what the form holds as sent off, and be ready for the next."""
        request = {"form": form, "at": now.isoformat(), "slots": dict(self.slots)}
        self.requests = [*self.requests, request][-KEPT_REQUESTS:]
        self.drop_form()
