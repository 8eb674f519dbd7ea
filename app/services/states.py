"""The state machines: every transition there is, and what causes it. Nothing else sets a state.

Rule 1: a machine is a table cause -> (states it may come from, state it leads to); ANY stands for all states.
Rule 2: a cause that does not fit the present state changes nothing and is no error, since what is seen of a browser
comes late and twice; what a person asks for is checked by `allows` first.
"""
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.models import (
    BookingState,
    OrderState,
    RequestStatus,
    SessionState,
    TenantStatus,
    TicketState,
    WorkerStatus,
)

ANY = "*"
State = TypeVar("State", bound=StrEnum)
Table = Mapping[str, tuple[str | frozenset[State], State]]

_S, _W, _T, _R, _O, _B, _K = (
    SessionState, WorkerStatus, TenantStatus, RequestStatus, OrderState, BookingState, TicketState)

SESSION: Table[SessionState] = {
    "worker_started": (ANY, _S.STARTING),
    "page_opened": (ANY, _S.STARTING),
    "code_shown": (ANY, _S.QR_READY),
    "scanned": (ANY, _S.CONNECTING),
    "syncing": (ANY, _S.CONNECTING),
    "proved": (ANY, _S.CONNECTED),
    "connection_lost": (ANY, _S.DISCONNECTED),
    "unlinked": (ANY, _S.LOGGED_OUT),
    "taken_over": (ANY, _S.CONFLICT),
    "person_needed": (ANY, _S.ACTION_REQUIRED),
    "worker_stopped": (ANY, _S.DISCONNECTED),
}

WORKER: Table[WorkerStatus] = {
    "start_asked": (frozenset({_W.STOPPED, _W.ERROR, _W.STALE}), _W.STARTING),
    "started": (ANY, _W.STARTING),
    "page_ready": (ANY, _W.RUNNING),
    "beat": (frozenset({_W.STALE}), _W.RUNNING),
    "silent": (frozenset({_W.RUNNING}), _W.STALE),
    "failed": (ANY, _W.ERROR),
    "stopped": (ANY, _W.STOPPED),
}

# A tenant follows its session, except while an admin keeps it paused.
TENANT: Table[TenantStatus] = {
    "code_shown": (frozenset({_T.NEW, _T.ACTIVE, _T.ERROR}), _T.QR_PENDING),
    "proved": (frozenset({_T.NEW, _T.QR_PENDING, _T.ERROR}), _T.ACTIVE),
    "unlinked": (frozenset({_T.NEW, _T.ACTIVE, _T.ERROR}), _T.QR_PENDING),
    "failed": (frozenset({_T.NEW, _T.QR_PENDING, _T.ACTIVE}), _T.ERROR),
    "person_needed": (frozenset({_T.NEW, _T.QR_PENDING, _T.ACTIVE}), _T.ERROR),
    "paused": (frozenset({_T.NEW, _T.QR_PENDING, _T.ACTIVE, _T.ERROR}), _T.PAUSED),
    "resumed": (frozenset({_T.PAUSED}), _T.NEW),
    "reset": (frozenset({_T.QR_PENDING, _T.ACTIVE, _T.ERROR}), _T.NEW),
}

REQUEST: Table[RequestStatus] = {
    "review_begun": (frozenset({_R.SUBMITTED}), _R.REVIEWING),
    "approved": (frozenset({_R.SUBMITTED, _R.REVIEWING}), _R.APPROVED),
    "rejected": (frozenset({_R.SUBMITTED, _R.REVIEWING}), _R.REJECTED),
    "resubmitted": (frozenset({_R.REJECTED}), _R.SUBMITTED),
    "proved": (frozenset({_R.APPROVED}), _R.ACTIVE),
}

# The customer changes and calls off what has not been made ready; the business may call off what has not arrived.
ORDER: Table[OrderState] = {
    "placed": (frozenset(), _O.NEW),
    "changed": (frozenset({_O.NEW, _O.CONFIRMED}), _O.NEW),
    "called_off": (frozenset({_O.NEW, _O.CONFIRMED}), _O.CANCELLED),
    "confirmed": (frozenset({_O.NEW}), _O.CONFIRMED),
    "made_ready": (frozenset({_O.NEW, _O.CONFIRMED}), _O.READY),
    "sent": (frozenset({_O.NEW, _O.CONFIRMED, _O.READY}), _O.SENT),
    "delivered": (frozenset({_O.CONFIRMED, _O.READY, _O.SENT}), _O.DELIVERED),
    "refused": (frozenset({_O.NEW, _O.CONFIRMED, _O.READY, _O.SENT}), _O.CANCELLED),
}

# Those in OPEN hold their places. What the customer does: moved, move_requested, cancelled, accepted, refused.
OPEN = frozenset({_B.REQUESTED, _B.PROPOSED, _B.CONFIRMED})
BOOKING: Table[BookingState] = {
    "confirmed": (frozenset({_B.REQUESTED, _B.PROPOSED}), _B.CONFIRMED),
    "proposed": (OPEN, _B.PROPOSED),
    "accepted": (frozenset({_B.PROPOSED}), _B.CONFIRMED),
    "refused": (frozenset({_B.PROPOSED}), _B.CANCELLED),
    "moved": (OPEN, _B.CONFIRMED),
    "move_requested": (OPEN, _B.REQUESTED),
    "declined": (frozenset({_B.REQUESTED, _B.PROPOSED}), _B.DECLINED),
    "cancelled": (OPEN, _B.CANCELLED),
    "missed": (frozenset({_B.CONFIRMED}), _B.NO_SHOW),
}

TICKET: Table[TicketState] = {
    "answered": (frozenset({_K.OPEN}), _K.WAITING),
    "customer_wrote": (frozenset({_K.WAITING, _K.SOLVED}), _K.OPEN),
    "solved": (frozenset({_K.OPEN, _K.WAITING}), _K.SOLVED),
    "closed_by_customer": (frozenset({_K.OPEN, _K.WAITING, _K.SOLVED}), _K.CLOSED),
    "lapsed": (frozenset({_K.SOLVED}), _K.CLOSED),
    "reopened": (frozenset({_K.SOLVED, _K.CLOSED}), _K.OPEN),
}


def allows(table: Table[State], state: State, cause: str) -> bool:
    """Whether `cause` leads anywhere from `state`. Raises KeyError for a cause the table does not have."""
    sources, _ = table[cause]
    return sources == ANY or state in sources


def after(table: Table[State], state: State, cause: str) -> State:
    """The state that `cause` leads to, or the same state where it leads nowhere."""
    return table[cause][1] if allows(table, state, cause) else state
