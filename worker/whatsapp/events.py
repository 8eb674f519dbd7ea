"""What the page tells the worker, as values. The page script (page.js) makes them, `read` gives them their types."""
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Snapshot:
    """What the page says of itself at one moment.

    `mode`, `info` and `socket` are WhatsApp's own words, `modal` the text of a window that lies over it.
    """

    epoch: str = ""
    injected: bool = False
    ready: bool = False
    authenticated: bool = False
    mode: str = ""
    info: str = ""
    socket: str = ""
    me: str = ""
    lid: str = ""
    needs_update: bool = False
    wasm: bool = True
    frames: bool = True
    modal: str = ""
    why: str = ""


@dataclass(frozen=True)
class PageOpened:
    """A page, or a new one in its place: its box starts afresh."""


@dataclass(frozen=True)
class MessageSeen:
    """One message as WhatsApp Web holds it.

    `mark` is what the id of every reply to it ends in, `keys` are fresh ids for such replies, none for what is `late`.
    """

    id: str
    chat: str
    server: str
    kind: str
    text: str
    time: int
    from_me: bool = False
    name: str = ""
    phone: str = ""
    lid: str = ""
    mark: str = ""
    keys: tuple[str, ...] = ()
    at: float = 0.0
    late: bool = False


@dataclass(frozen=True)
class CodeShown:
    """The page shows another QR code; empty where it shows none."""

    code: str


@dataclass(frozen=True)
class PairingCode:
    """The code that links a phone which cannot scan; empty where there is none, and why."""

    code: str
    error: str = ""


@dataclass(frozen=True)
class StateSeen:
    """Something about the connection changed."""

    snapshot: Snapshot


@dataclass(frozen=True)
class LoggedOut:
    """WhatsApp ended the link and said why."""

    reason: str


@dataclass(frozen=True)
class Sent:
    """WhatsApp's answer to a send: `result` is OK or one of its error words."""

    op: int
    key: str
    result: str
    ack: int = 0
    error: str = ""


@dataclass(frozen=True)
class LookedUp:
    """Whether the chat holds a message with this id, and how far it has come."""

    op: int
    key: str
    found: bool
    ack: int = 0


@dataclass(frozen=True)
class AckSeen:
    """Messages of ours came further: 1 sent, 2 delivered, 3 read."""

    ack: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class CaughtUp:
    """All messages of a catch-up have been pushed before this one."""

    op: int
    chats: int
    messages: int


@dataclass(frozen=True)
class OperationFailed:
    """A look-up or catch-up ended in an exception of the page."""

    op: int
    error: str


@dataclass(frozen=True)
class Unreadable:
    """A message that the page script could not read."""

    id: str
    error: str


Event = (PageOpened | MessageSeen | CodeShown | PairingCode | StateSeen | LoggedOut | Sent | LookedUp | AckSeen
         | CaughtUp | OperationFailed | Unreadable)

_TYPES: dict[str, type[Any]] = {
    "page": PageOpened, "message": MessageSeen, "code": CodeShown, "pairing": PairingCode, "logout": LoggedOut,
    "sent": Sent, "looked_up": LookedUp, "ack": AckSeen, "caught_up": CaughtUp, "failed": OperationFailed,
    "unreadable": Unreadable,
}
_NAMES = {kind: frozenset(field.name for field in fields(kind)) for kind in (*_TYPES.values(), Snapshot)}


def read(item: dict[str, Any]) -> Event:
    """The event that an item of the page's box stands for. Raises KeyError on an unknown type."""
    if item["type"] == "state":
        return StateSeen(snapshot(item))
    event: Event = _build(_TYPES[item["type"]], item)
    return event


def snapshot(item: dict[str, Any]) -> Snapshot:
    """A snapshot or probe of the page."""
    value: Snapshot = _build(Snapshot, item)
    return value


def _build(kind: type[Any], item: dict[str, Any]) -> Any:
    known = _NAMES[kind]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in item.items()
                   if name in known})


def bare_id(serialized: str) -> str:
    """The id proper of `<from me>_<chat>_<id>[_<participant>]`: what a log may show, since the chat is a number."""
    parts = serialized.split("_")
    return parts[2] if len(parts) > 2 else ""


def chat_of(serialized: str) -> str:
    """The chat that a serialized message id belongs to."""
    return serialized.split("_")[1]


@dataclass
class Box:
    """The worker's end of the page's box: what has been taken of which page."""

    epoch: str = ""
    last: int = 0
    acknowledged: int = 0
    gaps: int = field(default=0)

    def accept(self, item: dict[str, Any]) -> bool:
        """Whether the item is the next one; a repeated one is not, and one behind a gap is not yet."""
        if item["epoch"] != self.epoch:
            if item["seq"] != 1:
                self.gaps += 1
                return False
            self.epoch, self.last, self.acknowledged = item["epoch"], 0, 0
        if item["seq"] > self.last + 1:
            self.gaps += 1
        if item["seq"] != self.last + 1:
            return False
        self.last = item["seq"]
        return True

    def misses(self, epoch: str, seq: int) -> bool:
        """Whether the page has said more than has come, where it has said so much."""
        return epoch != self.epoch or seq > self.last
