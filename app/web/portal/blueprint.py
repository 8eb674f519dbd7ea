"""The blueprint that the modules beside this one add their pages to, and what they all need."""
from typing import Any, TypedDict

from flask import Blueprint, request

from app.models import Template, Tenant, TenantConfig
from app.models.base import utc_now
from app.services import bookings, chats, order_book, tickets
from app.web.access import account_or_none, current_account

blueprint = Blueprint("portal", __name__)


class Who(TypedDict):
    """Who changes something, and from where."""

    by: str
    address: str


def who() -> Who:
    """Who makes this request, as services write it down."""
    return {"by": current_account().email, "address": request.remote_addr or ""}


@blueprint.app_context_processor
def waiting() -> dict[str, Any]:
    """Give the navigation the number of chats that wait for a person; `waits` counts what its bot takes in, by page."""
    account = account_or_none()
    if account is None or account.tenant is None or request.blueprint != "portal":
        return {}
    return {"waiting_chats": chats.unread_chats(account.tenant), "waits": _waits(account.tenant)}


def _waits(tenant: Tenant) -> dict[str, int]:
    """How many bookings, orders or open tickets wait for the business; only those that its bot takes in."""
    template = TenantConfig.select(TenantConfig.template).where(TenantConfig.tenant == tenant).scalar()
    counted: dict[str, int] = {}
    if template == Template.BOOKING:
        counted["bookings"] = len(bookings.waiting(tenant, utc_now()))
    if template == Template.SUPPORT or tickets.has_any(tenant):
        counted["tickets"] = tickets.count_open(tenant)
    if template == Template.ECOMMERCE:
        counted["orders"] = order_book.new_orders(tenant)
    return counted
