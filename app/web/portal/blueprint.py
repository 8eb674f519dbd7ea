"""The blueprint that the modules beside this one add their pages to, and what they all need."""
from typing import Any, TypedDict

from flask import Blueprint, request

from app.models import Template, TenantConfig
from app.services import chats, order_book
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
    """Give the navigation the number of chats that wait for a person and, in a shop, of orders to be confirmed."""
    account = account_or_none()
    if account is None or account.tenant is None or request.blueprint != "portal":
        return {}
    template = TenantConfig.select(TenantConfig.template).where(TenantConfig.tenant == account.tenant).scalar()
    shop = {"new_orders": order_book.new_orders(account.tenant)} if template == Template.ECOMMERCE else {}
    return {"waiting_chats": chats.unread_chats(account.tenant), **shop}

