"""Delete what is kept for a limited time: old messages, bookings, tickets and orders, and the history of states."""
from datetime import datetime, timedelta
from typing import Any

from app.db import db
from app.errors import Invalid
from app.models import (
    Absence,
    Booking,
    Delivery,
    Message,
    Order,
    OrderState,
    PortalEvent,
    StateChange,
    Ticket,
    TicketState,
)

# A worker that comes back after some days still has to see that it answered a message before.
LEAST_DAYS = 7
BATCH = 5000
# What comes in has no delivery at all.
_SETTLED = Message.delivery.is_null() | Message.delivery.not_in((Delivery.PENDING, Delivery.SENDING))
_DONE_WITH = Order.state.in_((OrderState.DELIVERED, OrderState.CANCELLED))


def prune(*, now: datetime, messages_days: int, history_days: int, orders_days: int = 0) -> dict[str, int]:
    """Delete messages, closed tickets, finished orders and history older than so many days, nothing for 0.

    Returns how many of each.

    In batches, each a transaction of its own, so that nobody waits long. Raises Invalid for fewer than LEAST_DAYS days.
    """
    for days in (messages_days, history_days, orders_days):
        if 0 < days < LEAST_DAYS:
            raise Invalid("%(days)d days are too few: keep %(least)d at least, or 0 for ever.", days=days,
                          least=LEAST_DAYS)
    return {
        "messages": _delete(Message, (Message.created_at < now - timedelta(days=messages_days)) & _SETTLED)
        if messages_days else 0,
        "bookings": _delete(Booking, Booking.ends_at < now - timedelta(days=messages_days)) if messages_days else 0,
        "tickets": _delete(Ticket, (Ticket.changed_at < now - timedelta(days=messages_days))
                           & (Ticket.state == TicketState.CLOSED)) if messages_days else 0,
        "orders": _delete(Order, (Order.updated_at < now - timedelta(days=orders_days)) & _DONE_WITH)
        if orders_days else 0,
        "state changes": _delete(StateChange, StateChange.at < now - timedelta(days=history_days))
        if history_days else 0,
        "absences": _delete(Absence, Absence.until < now - timedelta(days=history_days)) if history_days else 0,
        "events": _delete(PortalEvent, PortalEvent.created_at < now - timedelta(days=history_days))
        if history_days else 0,
    }


def _delete(model: Any, is_old: Any) -> int:
    deleted = 0
    while True:
        with db.atomic():
            batch = model.select(model.id).where(is_old).limit(BATCH)
            rows = int(model.delete().where(model.id.in_(batch)).execute())
        deleted += rows
        if rows < BATCH:
            return deleted
