"""docs/isolation.md: what was tried, and what became of it."""
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.attacks_sql import ATTACKS, Outcome
from tests.host.attack import abuse
from tests.source_tree import ROOT

PAGE = ROOT / "docs" / "isolation.md"
HEAD = """\
# What one tenant's worker can do to another

Written by `tests/host/attack`, which boots a Debian 12 with Flow HQ, two tenants and real browsers, and runs code that
tries all of this in the first tenant's own unit, in place of its worker: same file, same user, same limits. The second
tenant's worker answers a customer meanwhile. "Refused" is what the kernel, systemd, PostgreSQL or the egress said no
to; "nothing" ran and found nothing of anybody else; "contained" ran, and says why it does no harm. The statements run
in the ordinary tests too, on a PostgreSQL of their own (`tests/app/test_isolation_sql.py`).
"""
OPEN = """\
## What is not closed

- **The disk, for a minute.** One file ends at 1 GiB, and all of a session at what `FLOWHQ_SESSION_LIMIT_MIB` says: root
  looks every minute, and ends a worker that takes more. Until then it writes as fast as the disk does. Where that
  matters put tenants' directories on a file system of their own.
- **systemd's ear.** A worker has to be able to tell systemd how it is, and systemd 252 hears such notes before anything
  else. A flood of them makes `systemctl` slow or keeps it out while it lasts. Workers go on answering. As root,
  `pkill -KILL -u $(stat -c %u /var/lib/private/flowhq/<slug>)` ends it; not by the user's name, for which systemd would
  be asked.
- **Names.** Every role of PostgreSQL sees the names of all roles, and with them the tenants' slugs; counters and
  estimates tell how many rows all tenants have together, and about how many one has.
- **PostgreSQL's doors.** A worker has four of its own, and little processor time to open and shut them in; doing so
  without pause still keeps PostgreSQL starting some processes.
- **PostgreSQL's processors.** A role has two sessions, and each can keep one processor busy. What lasts longer than 30
  seconds in one transaction is ended within a minute by `flowhq stale-check`.
"""
MEASURED = """\
Medians, from the customer's line to the answer on the phone, in a virtual machine of two processors; the test holds
each within twice the usual. A tenth of a second of each is the bot's typing, which lasts some seconds where people
read it: whatever keeps both processors busy costs some milliseconds, which nobody would see.
"""


@dataclass(frozen=True)
class Harm:
    """How long the victim's customer waited, in seconds: usually, and line by line while the attacker did `how`."""

    how: str
    usual: float
    meanwhile: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.meanwhile)


def write(tries: Sequence[Mapping[str, str]], harm: Iterable[Harm], contained: Mapping[str, str]) -> None:
    """Write the page anew."""
    parts = [HEAD, "## While it misbehaves\n", *_harm(harm), OPEN]
    for topic, group in groupby(sorted(tries, key=lambda one: one["topic"]), key=lambda one: one["topic"]):
        parts += [f"## Tried: {topic}\n", "| try | what became of it |", "|---|---|"]
        parts += [f"| {_cell(one['goal'])} | {_verdict(one, contained)} |" for one in group]
        parts.append("")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(parts).rstrip() + "\n")


def _harm(harm: Iterable[Harm]) -> list[str]:
    lines = ["| the attacker takes | a customer waits, usually | meanwhile |", "|---|---|---|"]
    for one in harm:
        what = (abuse.ABUSES[one.how].__doc__ or "").strip().rstrip(".")
        lines.append(f"| {what} | {one.usual * 1000:.0f} ms | {one.median * 1000:.0f} ms |")
    return [*lines, "", MEASURED]


def _verdict(one: Mapping[str, str], contained: Mapping[str, str]) -> str:
    known = {attack.goal: attack for attack in ATTACKS}.get(one["goal"])
    if one["verdict"] == "refused":
        return "refused"
    if known and known.outcome is Outcome.CONTAINED:
        return f"contained: {known.because}"
    if one["verdict"] == "got":
        return f"contained: {contained[one['goal']]}"
    return f"nothing: {known.because if known else one['said']}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
