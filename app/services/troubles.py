"""PURE: whether a tenant is in trouble, and when to tell about it: once, not for a blip, not again for every flap."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.models import Incident, SessionState, TenantStatus, Trouble, WorkerStatus

# A connection that was proved longer ago than this is none; a worker proves it several times in that time.
PROOF_GOOD_FOR = timedelta(minutes=3)
# How long all must be well before "it is back" is told; twice as long with each trouble of the last day.
CALM = timedelta(minutes=5)
MOST_DOUBLINGS = 4
GRAVITY = {trouble: rank for rank, trouble in enumerate(Trouble)}
# These may pass by themselves; the others wait for somebody.
MAY_PASS = frozenset({Trouble.DISCONNECTED, Trouble.CONFLICT})
# What the session's detail says where WhatsApp has taken the number off (worker.whatsapp.states).
BAN_WORDS = "for a breach of its terms"


@dataclass(frozen=True)
class Seen:
    """What is known of a tenant; `wanted` is whether its worker shall run and is not paused."""

    wanted: bool
    status: TenantStatus
    worker: WorkerStatus
    session: SessionState
    detail: str
    was_linked: bool
    proved_at: datetime | None
    sending_paused: bool = False


class Step(StrEnum):
    """What becomes of an incident."""

    NOTHING = "NOTHING"
    OPEN = "OPEN"
    CHANGE = "CHANGE"
    TELL = "TELL"
    RELAPSE = "RELAPSE"
    RECOVER = "RECOVER"
    END = "END"
    END_AND_TELL = "END_AND_TELL"


def trouble_of(seen: Seen, now: datetime) -> Trouble | None:
    """What keeps the tenant's bot from answering; None where it answers, was never linked, or is not meant to."""
    if not seen.wanted:
        return None
    if seen.session == SessionState.ACTION_REQUIRED:
        return Trouble.BANNED if BAN_WORDS in seen.detail else Trouble.ACTION_REQUIRED
    if seen.status == TenantStatus.ERROR and seen.worker == WorkerStatus.ERROR:
        return Trouble.STOPPED
    return _of_a_link(seen, now) if seen.was_linked else None


def _of_a_link(seen: Seen, now: datetime) -> Trouble | None:
    if _is_connected(seen, now):
        return Trouble.NOT_DELIVERED if seen.sending_paused else None
    if seen.session in (SessionState.LOGGED_OUT, SessionState.QR_READY):
        return Trouble.BANNED if BAN_WORDS in seen.detail else Trouble.LOGGED_OUT
    return Trouble.CONFLICT if seen.session == SessionState.CONFLICT else Trouble.DISCONNECTED


def next_step(
    incident: Incident | None, trouble: Trouble | None, *, wanted: bool, now: datetime, patience: timedelta,
    calm: timedelta,
) -> Step:
    """What becomes of the incident, now that the trouble is this.

    `patience` is how long a trouble that may pass is waited for; `calm` how long all is well before that is told.
    """
    if incident is None:
        return Step.OPEN if trouble else Step.NOTHING
    if trouble:
        return _while_it_lasts(incident, trouble, now, patience)
    if incident.told_at is None or not wanted:
        return Step.END
    if incident.well_since is None:
        return Step.RECOVER
    return Step.END_AND_TELL if now - incident.well_since >= calm else Step.NOTHING


def calm_after(told_today: int) -> timedelta:
    """How long all must be well before that is told, after so many troubles in a day, the present one included."""
    return CALM * 2 ** min(max(told_today - 1, 0), MOST_DOUBLINGS)


def _while_it_lasts(incident: Incident, trouble: Trouble, now: datetime, patience: timedelta) -> Step:
    is_due = trouble not in MAY_PASS or now - incident.since >= patience
    is_graver = GRAVITY[trouble] > GRAVITY[incident.trouble]
    if is_due and (incident.told_at is None or is_graver):
        return Step.TELL
    if incident.told_at is None and trouble != incident.trouble:
        return Step.CHANGE
    return Step.RELAPSE if incident.well_since else Step.NOTHING


def _is_connected(seen: Seen, now: datetime) -> bool:
    is_proved = seen.proved_at is not None and abs(now - seen.proved_at) <= PROOF_GOOD_FOR
    return seen.session == SessionState.CONNECTED and is_proved
