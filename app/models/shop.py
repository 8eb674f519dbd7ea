"""A shop's orders: what was ordered, how far each has come, and what is left of what is sold."""
from enum import StrEnum

from peewee import (
    BigAutoField,
    BooleanField,
    CharField,
    Check,
    DecimalField,
    ForeignKeyField,
    IntegerField,
)

from app.models.base import BaseModel, EnumField, StrangersTextField, UtcField, utc_now
from app.models.message import Chat
from app.models.tenant import Tenant


class OrderState(StrEnum):
    """How far an order has come."""

    NEW = "NEW"
    CONFIRMED = "CONFIRMED"
    READY = "READY"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


def _money() -> DecimalField:
    return DecimalField(max_digits=20, decimal_places=2, auto_round=True, null=True)


class Order(BaseModel):
    """What one customer has ordered; `number` counts within the tenant.

    `revision` grows with every change, so that whoever acts on what has changed since is noticed; `goods` is the
    revision in which its lines were written. `fee` and `total` are None where a price has to be asked for; `total` has
    the fee in it as far as that is known.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="orders", on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, backref="orders", on_delete="CASCADE", index=False)
    number = IntegerField()
    state = EnumField(OrderState, default=OrderState.NEW)
    revision = IntegerField(default=1)
    goods = IntegerField(default=1)
    name = StrangersTextField(default="")
    collect = BooleanField(default=False)
    area = StrangersTextField(default="")
    address = StrangersTextField(default="")
    fee = _money()
    total = _money()
    currency = CharField(max_length=8, default="")
    reason = StrangersTextField(default="")
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)

    class Meta:
        table_name = "shop_order"
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "state", "id"), False),
            (("tenant", "id"), False),
            (("chat", "id"), False),
        )


class OrderLine(BaseModel):
    """One product of an order, as it was when it was ordered; the lines that count are those of its `goods`."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="order_lines", on_delete="CASCADE")
    order = ForeignKeyField(Order, backref="lines", on_delete="CASCADE", index=False)
    revision = IntegerField()
    product = CharField(max_length=120)
    name = StrangersTextField()
    price = _money()
    quantity = IntegerField(constraints=[Check("quantity > 0")])

    class Meta:
        indexes = ((("order", "revision"), False),)


class OrderEvent(BaseModel):
    """What happened to an order, by which cause of app.services.states; `by` is empty where the customer did it.

    `told_at` is None until those concerned have been told.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="order_events", on_delete="CASCADE")
    order = ForeignKeyField(Order, backref="events", on_delete="CASCADE")
    cause = CharField(max_length=24)
    state = EnumField(OrderState)
    by = CharField(max_length=254, default="")
    at = UtcField(default=utc_now)
    told_at = UtcField(null=True, index=True)


class Stock(BaseModel):
    """How many of a product are left; `amount` is None where they are not counted.

    The tenant's content says how many there were when it was published; this is what orders take from and give back to.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="stock", on_delete="CASCADE", index=False)
    product = CharField(max_length=120)
    amount = IntegerField(null=True, constraints=[Check("amount >= 0")])

    class Meta:
        indexes = ((("tenant", "product"), True),)
