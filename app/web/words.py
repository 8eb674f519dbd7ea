"""Every state in plain words: what a badge says, what it means, and what to do about it.

One table for admins and tenants alike. A state is found by its enum and not by its spelling: ACTIVE is a state of a
tenant and of a setup request.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.models import (
    BookingState,
    OrderState,
    RequestStatus,
    Role,
    SessionState,
    Template,
    TenantStatus,
    TicketState,
    WorkerStatus,
)
from app.services.workers import Overview


class GaveUp(StrEnum):
    """What is shown of a worker that is down and not started again by itself, and of the session that it had."""

    SESSION = "SESSION_GAVE_UP"
    WORKER = "WORKER_GAVE_UP"


# What is said of these would be true only beside a worker that runs.
OF_A_RUNNING_WORKER = (SessionState.DISCONNECTED, SessionState.LOGGED_OUT)


@dataclass(frozen=True)
class Words:
    """A state's badge and its tone (good, wait, bad or off), a sentence, and what to do next (may be empty)."""

    tone: str
    badge: LazyString
    sentence: LazyString
    next_step: LazyString | str = ""


TENANT: Mapping[TenantStatus, Words] = {
    TenantStatus.NEW: Words(
        "off", _l("New"), _l("The bot has not been started yet."),
        _l("It starts once the setup request is approved.")),
    TenantStatus.QR_PENDING: Words(
        "wait", _l("Waiting for a scan"), _l("The bot is ready and waits for a phone to be linked."),
        _l("Scan the code on the WhatsApp page with the phone of the business.")),
    TenantStatus.ACTIVE: Words("good", _l("Active"), _l("The bot answers customers.")),
    TenantStatus.PAUSED: Words(
        "off", _l("Paused"), _l("The bot is paused and answers nobody; messages still arrive on the phone."),
        _l("An admin can resume it.")),
    TenantStatus.ERROR: Words(
        "bad", _l("Trouble"), _l("The bot has stopped because something went wrong."),
        _l("The team has been told. Nothing is lost: messages still arrive on the phone.")),
}
SESSION: Mapping[SessionState, Words] = {
    SessionState.DISCONNECTED: Words(
        "off", _l("Not connected"), _l("There is no connection to WhatsApp at the moment."),
        _l("It comes back by itself while the bot is running.")),
    SessionState.STARTING: Words(
        "wait", _l("Starting"), _l("WhatsApp is being opened."), _l("This takes up to a minute.")),
    SessionState.QR_READY: Words(
        "wait", _l("Ready to scan"), _l("A code waits to be scanned."),
        _l("On the phone, open WhatsApp, Linked devices, Link a device, and scan the code.")),
    SessionState.CONNECTING: Words(
        "wait", _l("Connecting"), _l("The phone has been linked and its chats are being loaded."),
        _l("Keep the phone online for a minute.")),
    SessionState.CONNECTED: Words("good", _l("Connected"), _l("WhatsApp is connected.")),
    SessionState.LOGGED_OUT: Words(
        "bad", _l("Unlinked"), _l("The phone has unlinked this device."),
        _l("Scan a new code to connect again.")),
    SessionState.CONFLICT: Words(
        "bad", _l("Open elsewhere"), _l("WhatsApp Web has been opened somewhere else and this one was put aside."),
        _l("Close the other one; then restart the bot.")),
    SessionState.ACTION_REQUIRED: Words(
        "bad", _l("Needs you"), _l("WhatsApp asks for something that only a person can do."),
        _l("Open WhatsApp on the phone, see whether it asks for something, and do it.")),
}
WORKER: Mapping[WorkerStatus, Words] = {
    WorkerStatus.STOPPED: Words("off", _l("Stopped"), _l("The bot's program is not running.")),
    WorkerStatus.STARTING: Words("wait", _l("Starting"), _l("The bot's program is starting.")),
    WorkerStatus.RUNNING: Words("good", _l("Running"), _l("The bot's program is running.")),
    WorkerStatus.STALE: Words(
        "bad", _l("Silent"), _l("The bot's program runs but has not been heard of for a while."),
        _l("Restart it if it stays so.")),
    WorkerStatus.ERROR: Words(
        "bad", _l("Failed"), _l("The bot's program has ended with an error."),
        _l("Read the error and start it again.")),
}
GAVE_UP: Mapping[GaveUp, Words] = {
    GaveUp.SESSION: Words(
        "bad", _l("Stopped"), _l("The bot has stopped, so WhatsApp is not connected, and it does not start again by "
                                 "itself."),
        _l("The team has been told and has to start it. Messages still arrive on the phone.")),
    GaveUp.WORKER: Words(
        "bad", _l("Stopped"), _l("The bot's program has stopped with an error and is not started again by itself."),
        _l("Read what is wrong, mend it, and start it.")),
}
BOOKING: Mapping[BookingState, Words] = {
    BookingState.REQUESTED: Words(
        "wait", _l("Asked for"), _l("The customer waits for your answer."),
        _l("Confirm it, propose another time, or decline.")),
    BookingState.PROPOSED: Words(
        "wait", _l("Proposed"), _l("You have proposed this time; the customer has not answered yet.")),
    BookingState.CONFIRMED: Words("good", _l("Confirmed"), _l("The customer is expected.")),
    BookingState.DECLINED: Words("off", _l("Declined"), _l("You said no to this request.")),
    BookingState.CANCELLED: Words("off", _l("Cancelled"), _l("Nobody comes, and the time is free again.")),
    BookingState.NO_SHOW: Words("bad", _l("Did not come"), _l("The customer did not come.")),
}
REQUEST: Mapping[RequestStatus, Words] = {
    RequestStatus.SUBMITTED: Words(
        "wait", _l("Sent"), _l("The setup request has been sent."),
        _l("An admin looks at it soon; there is nothing to do until then.")),
    RequestStatus.REVIEWING: Words(
        "wait", _l("Being looked at"), _l("An admin is looking at the setup request."),
        _l("The answer appears here.")),
    RequestStatus.APPROVED: Words(
        "good", _l("Approved"), _l("The setup request is approved and the bot is being started."),
        _l("Link the phone on the WhatsApp page.")),
    RequestStatus.ACTIVE: Words("good", _l("Done"), _l("The business is set up and connected.")),
    RequestStatus.REJECTED: Words(
        "bad", _l("Not approved"), _l("The setup request was not approved."),
        _l("Read the reason, change the request and send it again.")),
}
TICKET: Mapping[TicketState, Words] = {
    TicketState.OPEN: Words("bad", _l("Open"), _l("The customer waits for the business.")),
    TicketState.WAITING: Words("wait", _l("Answered"), _l("The business has answered and waits for the customer.")),
    TicketState.SOLVED: Words(
        "good", _l("Solved"), _l("The problem is solved. It is closed after a week unless the customer writes more.")),
    TicketState.CLOSED: Words("off", _l("Closed"), _l("Nothing more is to be done.")),
}
ORDER: Mapping[OrderState, Words] = {
    OrderState.NEW: Words("wait", _l("New"), _l("It waits to be confirmed.")),
    OrderState.CONFIRMED: Words("good", _l("Confirmed"), _l("The customer knows that it is being prepared.")),
    OrderState.READY: Words("good", _l("Ready"), _l("It is packed.")),
    OrderState.SENT: Words("good", _l("On the way"), _l("It is on its way to the customer.")),
    OrderState.DELIVERED: Words("off", _l("Delivered"), _l("The customer has it.")),
    OrderState.CANCELLED: Words("off", _l("Cancelled"), _l("What it held is back in the stock.")),
}
WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    TenantStatus: TENANT, SessionState: SESSION, WorkerStatus: WORKER, RequestStatus: REQUEST,  # type: ignore[dict-item]
    BookingState: BOOKING,  # type: ignore[dict-item]
    TicketState: TICKET,  # type: ignore[dict-item]
    OrderState: ORDER,  # type: ignore[dict-item]
    GaveUp: GAVE_UP,  # type: ignore[dict-item]
}
ROLES: Mapping[Role, LazyString] = {Role.ADMIN: _l("Admin"), Role.OWNER: _l("Owner"), Role.STAFF: _l("Staff")}
TEMPLATES: Mapping[Template, LazyString] = {
    Template.BOOKING: _l("Bookings"), Template.ECOMMERCE: _l("Shop"), Template.SUPPORT: _l("Customer support")}


def of(state: StrEnum) -> Words:
    """The words for a state of any of the machines; raises KeyError for anything else."""
    return WORDS[type(state)][state]


def session_shown(seen: Overview) -> StrEnum:
    """The state of the session to show: stopped, and not only disconnected, where nothing will connect it again."""
    has_ended = seen.gave_up and seen.session_state in OF_A_RUNNING_WORKER
    return GaveUp.SESSION if has_ended else seen.session_state


def worker_shown(seen: Overview) -> StrEnum:
    """The state of the worker to show: stopped, and not only failed, where it is not started again."""
    return GaveUp.WORKER if seen.gave_up else seen.worker_status
