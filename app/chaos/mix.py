"""PURE: what may go wrong in a run: the faults of the sandbox, and those from outside."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Option = str | float


class Side(StrEnum):
    """Who lets a fault happen: the sandbox, a signal to a process, or the database."""

    WHATSAPP = "whatsapp"
    PROCESS = "process"
    DATABASE = "database"


@dataclass(frozen=True)
class Kind:
    """A fault as it may be drawn: the bounds of its length in seconds (0, 0: it happens once), and of its options."""

    side: Side
    lasts_s: tuple[float, float] = (0.0, 0.0)
    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


def _whatsapp(least_s: float = 0.0, most_s: float = 0.0, **options: tuple[Option, ...]) -> Kind:
    return Kind(Side.WHATSAPP, (least_s, most_s), options)


_KILLED, _STOPPED = Kind(Side.PROCESS), Kind(Side.PROCESS, (2.0, 40.0))
NEWS = "What's new on WhatsApp Web"
QUESTION = "Confirm it is you"

KINDS: Mapping[str, Kind] = {
    "offline": _whatsapp(2, 30),
    "slow": _whatsapp(3, 20, delay_s=(0.5, 1.5, 4.0)),
    "hang": _whatsapp(seconds=(4.0, 15.0, 60.0)),
    "crash": _whatsapp(),
    "never_ready": _whatsapp(5, 30),
    "modal": _whatsapp(3, 20, title=(NEWS, QUESTION)),
    "acks_late": _whatsapp(3, 20, delay_s=(1.0, 6.0)),
    "acks_missing": _whatsapp(3, 20),
    "send_refused": _whatsapp(5, 20, times=(1.0, 2.0, 5.0)),
    "send_doubtful": _whatsapp(5, 20, times=(1.0, 2.0, 5.0)),
    "send_lost": _whatsapp(5, 20, times=(1.0, 2.0)),
    "events_twice": _whatsapp(3, 20),
    "events_swapped": _whatsapp(3, 20),
    "taken_over": _whatsapp(2, 20),
    "logout": _whatsapp(),
    "update": _whatsapp(2, 20),
    "ban_for_a_while": _whatsapp(2, 20),
    "renamed": _whatsapp(3, 20, what=("sending", "everything")),
    "worker_killed": _KILLED,
    "worker_stopped": _STOPPED,
    "worker_ended": _KILLED,
    "supervisor_killed": _KILLED,
    "chromedriver_killed": _KILLED,
    "chromedriver_stopped": _STOPPED,
    "browser_killed": _KILLED,
    "browser_stopped": _STOPPED,
    "renderer_killed": _KILLED,
    "renderer_stopped": _STOPPED,
    "database_away": Kind(Side.DATABASE, (1.0, 20.0)),
    "database_read_only": Kind(Side.DATABASE, (1.0, 20.0)),
}
