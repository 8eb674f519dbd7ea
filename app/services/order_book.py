"""Orders as a business works them: found, read, and brought from state to state, of which the customer is told."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from app.db import db
from app.errors import Conflict, Invalid, NotFound, Overtaken
from app.models import Chat, Order, OrderEvent, OrderState, Tenant, TenantConfig
from app.replies.orders import Line
from app.replies.voice import voice
from app.services import audit, chats, orders, states

PAGE = 30
LONGEST_REASON = 200
LONGEST_SEARCH = 100
# What an order holds until then has not left the shop.
HERE = (OrderState.NEW, OrderState.CONFIRMED, OrderState.READY)
UNDER_WAY = (OrderState.NEW, OrderState.CONFIRMED, OrderState.READY, OrderState.SENT)
# What the business does with an order, in the order in which it mostly does.
CAUSES = ("confirmed", "made_ready", "sent", "delivered", "refused")


class UnknownOrder(NotFound):
    """The tenant has no such order."""


@dataclass(frozen=True)
class Wanted:
    """Which orders somebody looks for: in one of these states (all where empty), with this number or name."""

    states: tuple[OrderState, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class OrderPage:
    """Orders, newest first, what each holds by its id, and the id behind which the next page begins, or None."""

    orders: list[Order]
    lines: Mapping[int, tuple[Line, ...]]
    following: int | None


@dataclass(frozen=True)
class Opened:
    """One order with its chat, what it holds, what happened to it, and what can be done with it now."""

    order: Order
    lines: tuple[Line, ...]
    events: list[OrderEvent]
    causes: tuple[str, ...]


def find_orders(tenant: Tenant, wanted: Wanted, behind: int | None = None) -> OrderPage:
    """One page of the orders that fit, newest first."""
    query = Order.select().where(Order.tenant == tenant)
    if wanted.states:
        query = query.where(Order.state.in_(wanted.states))
    if text := wanted.text.replace("\0", "").strip()[:LONGEST_SEARCH]:
        fits = Order.name.contains(text)
        query = query.where(fits | (Order.number == int(text)) if text.isdecimal() and len(text) <= 9 else fits)
    if behind is not None:
        query = query.where(Order.id < behind)
    found = list(query.order_by(Order.id.desc()).limit(PAGE + 1))
    shown = found[:PAGE]
    return OrderPage(shown, orders.lines_of(shown), shown[-1].id if len(found) > PAGE else None)


def counts(tenant: Tenant) -> dict[OrderState, int]:
    """How many orders there are in each state that has some."""
    query: Any = Order.select(Order.state, fn.COUNT(Order.id)).where(Order.tenant == tenant).group_by(Order.state)
    return dict(query.tuples())


def new_orders(tenant: Tenant) -> int:
    """How many orders wait to be confirmed."""
    return int(Order.select().where(Order.tenant == tenant, Order.state == OrderState.NEW).count())


def open_order(tenant: Tenant, number: int) -> Opened:
    """The tenant's order of that number; raises UnknownOrder."""
    order = _get(tenant, number)
    events = list(OrderEvent.select().where(OrderEvent.order == order).order_by(OrderEvent.id))
    return Opened(order, orders.lines_of([order]).get(order.id, ()), events, causes_of(order))


def causes_of(order: Order) -> tuple[str, ...]:
    """What the business can do with the order as it is."""
    apart = "sent" if order.collect else ""
    return tuple(cause for cause in CAUSES if cause != apart and states.allows(states.ORDER, order.state, cause))


def advance(
    tenant: Tenant, number: int, cause: str, *, revision: int, reason: str = "", by: str, address: str, now: datetime,
) -> bool:
    """Do with an order what the cause names and have the customer told; whether the bot may tell.

    `revision` is that of the order as whoever does it has read it. What a cancelled order held goes back into the
    stock. Raises UnknownOrder, Invalid without a reason for a cancellation, and Conflict where the order is another by
    now or the cause leads nowhere from its state.
    """
    reason = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if cause == "refused" and not reason:
        raise Invalid("Write the reason: the customer reads it.")
    with db.atomic():
        order = _get(tenant, number)
        if order.revision != revision or cause not in causes_of(order):
            raise Conflict("The order has changed meanwhile: look at it again.")
        try:
            orders.move(order, cause, by=by, now=now, reason=reason)
        except Overtaken:
            raise Conflict("The order has changed meanwhile: look at it again.") from None
        if cause == "refused":
            orders.give_back(order)
        is_told = _tell(tenant, order, states.after(states.ORDER, order.state, cause), reason, now)
        audit.record(by=by, action=f"order.{cause}", slug=tenant.slug, address=address, detail={"order": number})
    return is_told


def give_back_what_is_here(chat: Chat) -> None:
    """Put what a customer's orders hold back into the stock, before they are deleted."""
    for order in Order.select().where(Order.chat == chat, Order.state.in_(HERE)):
        orders.give_back(order)


def _get(tenant: Tenant, number: int) -> Order:
    query = Order.select(Order, Chat).join(Chat).where(Order.tenant == tenant, Order.number == number)
    order: Order | None = query.get_or_none()
    if order is None:
        raise UnknownOrder("There is no order %(number)s.", number=number)
    return order


def _tell(tenant: Tenant, order: Order, state: OrderState, reason: str, now: datetime) -> bool:
    """Have the bot write the news into the chat; not to who wants no automatic messages."""
    chat = order.chat
    memory = chat.state if isinstance(chat.state, dict) else {}
    if memory.get("out"):
        return False
    config = TenantConfig.get(TenantConfig.tenant == tenant)
    text = news(order, state, reason, language=memory.get("language") or config.language, business=config.business_name)
    chats.put_message(tenant, chat, text, because=f"order:news_{state.lower()}", by="", now=now)
    return True


def news(order: Order, state: OrderState, reason: str, *, language: str, business: str) -> str:
    """What the customer reads of the order's new state."""
    by_road = state == OrderState.READY and not order.collect
    key = f"order.news_{state}{'_TO_SEND' if by_road else ''}"
    said = voice(language).say(key, number=order.number, business=business)
    return f"{said} {voice(language).say('order.news_reason', reason=reason)}" if reason else said
