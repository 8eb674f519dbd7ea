"""How many of each product are left: taken by orders, given back by those that are called off, set by the business.

What the content says is how many there were when it was published; from then on a row of Stock counts.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from app.db import db
from app.errors import Conflict, Invalid, Overtaken
from app.models import Stock, Tenant
from app.replies.content import MOST_ITEMS, Item, Reader, read_items
from app.services import audit

MOST = 10**9


def left_of(tenant: Tenant, products: Sequence[Item]) -> dict[str, int | None]:
    """What is left of each product that is counted, or that the business counts no more (None).

    What has not been counted yet is begun with what the content says.
    """
    query: Any = Stock.select(Stock.product, Stock.amount).where(Stock.tenant == tenant).tuples()
    left = dict(query)
    if fresh := [item for item in products if item.stock is not None and item.key not in left]:
        rows = [{"tenant": tenant, "product": item.key, "amount": item.stock} for item in fresh]
        Stock.insert_many(rows).on_conflict_ignore().execute()
        return dict(query.clone())
    return left


def take(tenant: Tenant, quantities: Mapping[str, int]) -> None:
    """Take so many of each product, where negative give them back; what is not counted is left as it is.

    Raises Overtaken where there are not so many left.
    """
    # In one order everywhere, so that two who take of the same products do not wait for each other.
    for product, quantity in sorted(quantities.items()):
        mine = (Stock.tenant == tenant) & (Stock.product == product)
        enough = Stock.amount >= max(quantity, 0)
        taken = Stock.update(amount=Stock.amount - quantity).where(mine, Stock.amount.is_null() | enough).execute()
        if not taken and Stock.select().where(mine).exists():
            raise Overtaken(f"fewer than {quantity} left")


def set_amount(
    tenant: Tenant, product: str, amount: int | None, *, seen: int | None, by: str, address: str,
) -> None:
    """Say how many there are, None for as many as anybody wants; `seen` is what whoever says so has read.

    Raises Invalid for an amount out of range and Conflict where it is another by now.
    """
    if amount is not None and not 0 <= amount <= MOST:
        raise Invalid("Give a whole number from %(least)s to %(most)s.", least=0, most=MOST)
    with db.atomic():
        mine = (Stock.tenant == tenant) & (Stock.product == product)
        is_seen = Stock.amount.is_null() if seen is None else Stock.amount == seen
        if not Stock.update(amount=amount).where(mine, is_seen).execute():
            if seen is not None or Stock.select().where(mine).exists():
                raise Conflict("Somebody has ordered or counted meanwhile: look at the number again.")
            Stock.create(tenant=tenant, product=product, amount=amount)
        audit.record(by=by, action="stock.set", slug=tenant.slug, address=address,
                     detail={"product": product, "amount": amount})


def follow_content(tenant: Tenant, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Count anew what a new content says differently; what it says as before goes on from where it is."""
    old, new = _counts(before), _counts(after)
    for product in old.keys() | new.keys():
        if old.get(product) == new.get(product):
            continue
        mine = (Stock.tenant == tenant) & (Stock.product == product)
        if product not in new:
            Stock.delete().where(mine).execute()
        elif not Stock.update(amount=new[product]).where(mine).execute() and new[product] is not None:
            Stock.create(tenant=tenant, product=product, amount=new[product])


def _counts(content: Mapping[str, Any]) -> dict[str, int | None]:
    """The stock of each product as the content says it, by key."""
    return {item.key: item.stock for item in read_items(Reader([]), "Product", content.get("products"))[:MOST_ITEMS]}
