"""Orders as the replies deal with them: read for one customer, placed, changed and called off.

Each is done in the transaction that claims the customer's message. `Overtaken` says that the records have changed since
they were read, so that the message is to be decided upon anew.
"""
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import IntegrityError, fn

from app.db import db
from app.errors import Overtaken
from app.models import Chat, OrderEvent, OrderLine, OrderState, Tenant
from app.models import Order as Row
from app.replies import BotConfig
from app.replies.orders import (
    FIRST_NUMBER,
    KEPT_ORDERS,
    CallOffOrder,
    ChangeOrder,
    Line,
    Order,
    PlaceOrder,
    Shop,
    quantities_of,
)
from app.services import states, stock


def shop_of(tenant: Tenant, chat: Chat, bot: BotConfig) -> Shop:
    """What the replies to this customer have to know of the shop."""
    rows = list(Row.select().where(Row.chat == chat.id).order_by(Row.id.desc()).limit(KEPT_ORDERS))
    lines = lines_of(rows)
    newest = Row.select(fn.MAX(Row.number)).where(Row.tenant == tenant).scalar()
    return Shop(
        left=stock.left_of(tenant, bot.products.items),
        orders=tuple(read(row, lines.get(row.id, ())) for row in rows),
        next_number=FIRST_NUMBER if newest is None else newest + 1)


def do(deed: PlaceOrder | ChangeOrder | CallOffOrder, tenant: Tenant, chat: Chat, now: datetime) -> None:
    """Do what a customer wants; raises Overtaken."""
    if isinstance(deed, PlaceOrder):
        _place(deed.order, tenant, chat, now)
    elif isinstance(deed, ChangeOrder):
        _change(deed.order, tenant, chat, now)
    else:
        row = _get(chat, deed.number, deed.revision)
        move(row, "called_off", by="", now=now)
        give_back(row)


def move(row: Row, cause: str, *, by: str, now: datetime, **changes: Any) -> None:
    """Bring an order into the state that the cause leads to, and note it.

    Raises Overtaken where the cause leads nowhere from its state, or the order is another by now.
    """
    if not states.allows(states.ORDER, row.state, cause):
        raise Overtaken(f"order {row.number} is {row.state}")
    state = states.after(states.ORDER, row.state, cause)
    values = {"state": state, "revision": row.revision + 1, "updated_at": now, **changes}
    if not Row.update(values).where(Row.id == row.id, Row.revision == row.revision).execute():
        raise Overtaken(f"order {row.number} has changed")
    _note(row, cause, state, by, now)


def give_back(row: Row) -> None:
    """Put what an order took back into the stock."""
    held = quantities_of(lines_of([row]).get(row.id, ()))
    stock.take(row.tenant, {product: -count for product, count in held.items()})


def lines_of(rows: Iterable[Row]) -> dict[int, tuple[Line, ...]]:
    """The lines that count of each order, by its id."""
    wanted = {row.id: row.goods for row in rows}
    found: dict[int, tuple[Line, ...]] = {}
    fields = (OrderLine.order, OrderLine.revision, OrderLine.product, OrderLine.name, OrderLine.price,
              OrderLine.quantity)
    query: Any = OrderLine.select(*fields).where(OrderLine.order.in_(list(wanted))).order_by(OrderLine.id).tuples()
    for order, revision, product, name, price, quantity in query if wanted else ():
        if revision == wanted[order]:
            found[order] = (*found.get(order, ()), Line(product, name, _amount(price), quantity))
    return found


def read(row: Row, lines: tuple[Line, ...]) -> Order:
    """A stored order as the replies see it."""
    return Order(
        number=row.number, lines=lines, currency=row.currency, name=row.name, collect=row.collect, area=row.area,
        address=row.address, fee=_amount(row.fee), state=row.state.value, revision=row.revision, at=row.created_at)


def _place(order: Order, tenant: Tenant, chat: Chat, now: datetime) -> None:
    stock.take(tenant, order.quantities)
    try:
        with db.atomic():
            row = Row.create(tenant=tenant, chat=chat.id, number=order.number, state=OrderState.NEW, created_at=now,
                             updated_at=now, **_terms(order))
    except IntegrityError as error:
        raise Overtaken(f"number {order.number} is taken") from error
    _write_lines(row, order, revision=1)
    _note(row, "placed", OrderState.NEW, "", now)


def _change(order: Order, tenant: Tenant, chat: Chat, now: datetime) -> None:
    row = _get(chat, order.number, order.revision)
    taken = order.quantities
    taken.subtract(quantities_of(lines_of([row]).get(row.id, ())))
    stock.take(tenant, taken)
    revision = row.revision + 1
    move(row, "changed", by="", now=now, goods=revision, **_terms(order))
    _write_lines(row, order, revision)


def _get(chat: Chat, number: int, revision: int) -> Row:
    row: Row | None = Row.get_or_none(Row.chat == chat.id, Row.number == number, Row.revision == revision)
    if row is None:
        raise Overtaken(f"order {number} has changed")
    return row


def _terms(order: Order) -> dict[str, Any]:
    return {"name": order.name, "collect": order.collect, "area": order.area, "address": order.address,
            "fee": _stored(order.fee), "total": _stored(order.total), "currency": order.currency}


def _write_lines(row: Row, order: Order, revision: int) -> None:
    OrderLine.insert_many([
        {"tenant": row.tenant, "order": row.id, "revision": revision, "product": line.product, "name": line.name,
         "price": _stored(line.price), "quantity": line.quantity} for line in order.lines]).execute()


def _note(row: Row, cause: str, state: OrderState, by: str, now: datetime) -> None:
    OrderEvent.create(tenant=row.tenant, order=row.id, cause=cause, state=state, by=by, at=now)


def _amount(stored: Decimal | None) -> float | None:
    return None if stored is None else float(stored)


def _stored(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(round(amount, 2)))
