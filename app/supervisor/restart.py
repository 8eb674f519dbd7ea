"""PURE: what to do about a worker that ended by itself."""
from dataclasses import dataclass

# The worker will not work until somebody changes something; starting it again would only repeat the complaint.
GIVE_UP_EXIT = 78


@dataclass(frozen=True)
class Pace:
    """How fast a crashed worker comes back, in seconds, and after how many crashes in a row it does not."""

    first_delay_s: float = 2.0
    longest_delay_s: float = 60.0
    well_after_s: float = 60.0
    give_up_after: int = 20


@dataclass(frozen=True)
class Verdict:
    """Start again after `delay_s`, or never where it is None; `crashes` counts those in a row."""

    delay_s: float | None
    crashes: int


def after_exit(code: int, *, ran_s: float, crashes: int, pace: Pace) -> Verdict:
    """Decide about a worker that ended unasked with `code` after `ran_s` and `crashes` earlier crashes in a row.

    The delay doubles with every crash in a row; a worker that ran well for a while starts over with the first delay.
    After so many in a row it is given up. An exit of 0 counts as a crash as well: somebody else ended it, and it is
    still wanted.
    """
    if code == GIVE_UP_EXIT:
        return Verdict(None, 0)
    crashes = 1 if ran_s >= pace.well_after_s else crashes + 1
    if crashes >= pace.give_up_after:
        return Verdict(None, crashes)
    return Verdict(min(pace.first_delay_s * 2 ** min(crashes - 1, 30), pace.longest_delay_s), crashes)
