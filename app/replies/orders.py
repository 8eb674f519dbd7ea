"""A shop's orders as the replies see them, and what is done to them.

Amounts are in the tenant's currency; None stands for a price or a fee that has to be asked for.
"""
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.replies.actions import Deed
from app.replies.content import Item

FIRST_NUMBER = 1001
KEPT_ORDERS = 5
CHANGEABLE = frozenset({"NEW", "CONFIRMED"})
"""States in which the customer may still change an order or call it off."""
OPEN = frozenset({"NEW", "CONFIRMED", "READY", "SENT"})
"""States in which an order is under way."""


@dataclass(frozen=True)
class Line:
    """So many of a product; `product` is its key, `price` is for one."""

    product: str
    name: str
    price: float | None
    quantity: int

    @property
    def total(self) -> float | None:
        """What they cost together."""
        return None if self.price is None else round(self.price * self.quantity, 2)


@dataclass(frozen=True)
class Order:
    """An order of one customer. `area` is empty where the customer collects it, or where the shop has no areas."""

    number: int
    lines: tuple[Line, ...]
    currency: str
    name: str = ""
    collect: bool = False
    area: str = ""
    address: str = ""
    fee: float | None = None
    state: str = "NEW"
    revision: int = 1
    at: datetime | None = None

    @property
    def goods_total(self) -> float | None:
        """What the goods cost together."""
        return sum_of(line.total for line in self.lines)

    @property
    def total(self) -> float | None:
        """The goods and, as far as it is known, the delivery."""
        goods = self.goods_total
        return None if goods is None else round(goods + (self.fee or 0), 2)

    @property
    def quantities(self) -> Counter[str]:
        """How many of each product."""
        return quantities_of(self.lines)

    @property
    def is_changeable(self) -> bool:
        """Whether the customer may still change it or call it off."""
        return self.state in CHANGEABLE


def sum_of(amounts: Iterable[float | None]) -> float | None:
    """The amounts together; None where one of them is not known."""
    known = list(amounts)
    return None if None in known else round(sum(amount for amount in known if amount is not None), 2)


def quantities_of(lines: Iterable[Line]) -> Counter[str]:
    """How many of each product the lines have together."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.product] += line.quantity
    return counted


@dataclass(frozen=True)
class PlaceOrder(Deed):
    """Place this order."""

    order: Order


@dataclass(frozen=True)
class ChangeOrder(Deed):
    """Put this order in the place of its last revision."""

    order: Order


@dataclass(frozen=True)
class CallOffOrder(Deed):
    """Call an order off that was read at this revision."""

    number: int
    revision: int


@dataclass(frozen=True)
class Shop:
    """What is `left` of each product that is counted, this customer's newest orders, and the next order's number.

    A product that is not in `left` has as many left as the content says; None stands for one that is not counted.
    """

    left: Mapping[str, int | None] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    next_number: int = FIRST_NUMBER

    def left_of(self, item: Item) -> int | None:
        """How many there are of a product; None where they are not counted."""
        return self.left.get(item.key, item.stock)

    def order(self, number: int) -> Order | None:
        """This customer's order of that number."""
        return next((order for order in self.orders if order.number == number), None)

    def after(self, deed: PlaceOrder | ChangeOrder | CallOffOrder, now: datetime) -> "Shop":
        """The shop once the deed is done."""
        if isinstance(deed, PlaceOrder):
            placed = replace(deed.order, at=now)
            orders = (placed, *self.orders)[:KEPT_ORDERS]
            return Shop(self._without(placed.quantities), orders, max(self.next_number, placed.number + 1))
        if isinstance(deed, ChangeOrder):
            before = self._known(deed.order.number)
            changed = replace(deed.order, state="NEW", revision=deed.order.revision + 1, at=before.at)
            taken = changed.quantities
            taken.subtract(before.quantities)
            return replace(self, left=self._without(taken), orders=self._with(changed))
        before = self._known(deed.number)
        given = Counter({product: -count for product, count in before.quantities.items()})
        called_off = replace(before, state="CANCELLED", revision=before.revision + 1)
        return replace(self, left=self._without(given), orders=self._with(called_off))

    def _known(self, number: int) -> Order:
        return next(order for order in self.orders if order.number == number)

    def _with(self, changed: Order) -> tuple[Order, ...]:
        return tuple(changed if order.number == changed.number else order for order in self.orders)

    def _without(self, taken: Mapping[str, int]) -> dict[str, int | None]:
        return {product: None if count is None else count - taken.get(product, 0)
                for product, count in self.left.items()}


def counted(products: Iterable[Item]) -> dict[str, int | None]:
    """What is left of each product that the content counts, before anything was sold."""
    return {item.key: item.stock for item in products if item.stock is not None}
