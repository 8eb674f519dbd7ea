"""What the replies do to a business's records, and what they have to know of them beforehand.

Both belong into the transaction that claims the message and commits its reply.
"""
from datetime import datetime

from app.models import Chat, Template, Tenant
from app.replies import BotConfig, Deed, Records
from app.replies.desk import AddToTicket, CloseTicket, OpenTicket
from app.replies.diary import BookingDeed
from app.replies.orders import CallOffOrder, ChangeOrder, PlaceOrder
from app.services import desk, diary, orders


def records_for(tenant: Tenant, chat: Chat, bot: BotConfig, now: datetime) -> Records:
    """What the replies to this customer have to know, as far as the tenant's template asks for it."""
    if bot.template == Template.ECOMMERCE:
        return Records(shop=orders.shop_of(tenant, chat, bot))
    if bot.template == Template.BOOKING:
        return Records(diary=diary.diary_for(tenant, chat, now))
    return Records(desk=desk.desk_of(tenant, chat))


def overhear(chat: Chat, bot: BotConfig, text: str, now: datetime) -> None:
    """A customer wrote what the bot leaves to a person: take it down where the records wait for it."""
    if bot.template == Template.SUPPORT:
        desk.overhear(chat, text, now)


def do(deed: Deed, tenant: Tenant, chat: Chat, now: datetime) -> None:
    """Do what was decided. Raises app.errors.Overtaken where the records have changed so that it cannot be done."""
    match deed:
        case PlaceOrder() | ChangeOrder() | CallOffOrder():
            orders.do(deed, tenant, chat, now)
        case BookingDeed():
            diary.do(deed, tenant, chat, now)
        case OpenTicket() | AddToTicket() | CloseTicket():
            desk.do(deed, tenant, chat, now)
        case _:
            raise TypeError(f"{deed} is done to no records")
