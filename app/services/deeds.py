"""What the replies do to a business's records, and what they have to know of them beforehand.

Both belong into the transaction that claims the message and commits its reply.
"""
from datetime import datetime

from app.models import Chat, Tenant
from app.replies import BotConfig, Deed, Records


class Overtaken(Exception):
    """What was decided rests on records that have changed since: the place is taken, the number given away."""


def records_for(tenant: Tenant, chat: Chat, bot: BotConfig, now: datetime) -> Records:
    """What the replies to this customer have to know, as far as the tenant's template asks for it."""
    return Records()


def do(deed: Deed, tenant: Tenant, chat: Chat, now: datetime) -> None:
    """Do what was decided. Raises Overtaken where the records have changed so that it cannot be done any more."""
    raise TypeError(f"{deed} is done to no records")
