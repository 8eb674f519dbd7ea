"""What the business holds at the moment a message is decided: what is taken, and what this customer has with it.

The parts are values. `after` says what they are once a deed is done, so that a conversation can be played without a
database; what a database makes of the same deed must read the same.
"""
from dataclasses import dataclass, replace
from datetime import datetime

from app.replies.actions import Deed
from app.replies.config import BotConfig
from app.replies.desk import Desk, TicketDeed
from app.replies.diary import BookingDeed, Diary
from app.replies.orders import CallOffOrder, ChangeOrder, PlaceOrder, Shop, counted


@dataclass(frozen=True)
class Records:
    """One customer's view of the records of one business."""

    shop: Shop = Shop()
    diary: Diary = Diary()
    desk: Desk = Desk()

    def after(self, deed: Deed, now: datetime) -> "Records":
        """The records once the deed is done. Raises TypeError for a deed that no part of them knows."""
        if isinstance(deed, PlaceOrder | ChangeOrder | CallOffOrder):
            return replace(self, shop=self.shop.after(deed, now))
        if isinstance(deed, BookingDeed):
            return replace(self, diary=self.diary.after(deed, now))
        if isinstance(deed, TicketDeed):
            return replace(self, desk=self.desk.after(deed, now))
        raise TypeError(f"{deed} is done to no part of the records at {now}")


def records_at_first(config: BotConfig) -> Records:
    """The records of a business that nobody has dealt with yet."""
    return Records(shop=Shop(counted(config.products.items)))
