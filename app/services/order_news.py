"""Tell owners and their programs of orders: each event once, written in the transaction that notes that it was told."""
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.db import db, is_sqlite
from app.models import Account, Chat, Order, OrderEvent, Role, Tenant
from app.services import letters, notices, orders, webhooks
from app.services.notices import Reader
from app.settings import Settings

AT_ONCE = 200
# The causes of app.services.states.ORDER that programs are told of, with what each is called there.
EVENTS = {"placed": "order.placed", "changed": "order.changed", "called_off": "order.cancelled",
          "refused": "order.cancelled"}


def tell(settings: Settings, *, now: datetime) -> int:
    """Put what nobody was told of yet on its way; returns how many events there were.

    Owners read of what customers did, in one letter for all of it; their programs of every order that is placed,
    changed or cancelled.
    """
    # Mostly there is nothing to write, and whoever writes to SQLite keeps all others from it.
    if not OrderEvent.select().where(OrderEvent.told_at.is_null()).exists():
        return 0
    with db.atomic():
        events = _untold()
        for event in events:
            if event.cause in EVENTS:
                webhooks.tell(event.tenant, EVENTS[event.cause], _facts(event), now=now)
        _write_letters([event for event in events if not event.by], settings, now)
        OrderEvent.update(told_at=now).where(OrderEvent.id.in_([event.id for event in events])).execute()
    return len(events)


def _untold() -> list[OrderEvent]:
    query: Any = OrderEvent.select(OrderEvent, Order, Chat, Tenant).join_from(OrderEvent, Order).join_from(
        Order, Chat).join_from(OrderEvent, Tenant).where(OrderEvent.told_at.is_null()).order_by(OrderEvent.id)
    query = query.limit(AT_ONCE)
    return list(query if is_sqlite() else query.for_update("FOR UPDATE SKIP LOCKED", of=OrderEvent))


def _facts(event: OrderEvent) -> dict[str, Any]:
    order = event.order
    lines = orders.lines_of([order]).get(order.id, ())
    return {
        "order": order.number, "state": event.state, "total": None if order.total is None else f"{order.total:.2f}",
        "currency": order.currency, "by": "customer" if not event.by else "business",
        "lines": [{"product": line.name, "quantity": line.quantity} for line in lines]}


def _write_letters(events: Sequence[OrderEvent], settings: Settings, now: datetime) -> None:
    by_tenant: dict[int, list[OrderEvent]] = {}
    for event in events:
        by_tenant.setdefault(event.tenant.id, []).append(event)
    for told in by_tenant.values():
        tenant = told[0].tenant
        owners = Account.select().where(
            Account.tenant == tenant, Account.role == Role.OWNER, Account.wants_orders, Account.email_verified,
            ~Account.disabled)
        for owner in owners.order_by(Account.id):
            happened = [(event.order.number, event.cause) for event in told]
            letter = notices.orders_letter(tenant.name, happened, Reader(owner.email, owner.language), settings.web_url)
            letters.post(letter, settings, now=now, tenant=tenant)
