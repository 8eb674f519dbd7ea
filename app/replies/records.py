"""What the business holds at the moment a message is decided: what is taken, and what this customer has with it.

The parts are values. `after` says what they are once a deed is done, so that a conversation can be played without a
database; what a database makes of the same deed must read the same.
"""
from dataclasses import dataclass
from datetime import datetime

from app.replies.actions import Deed


@dataclass(frozen=True)
class Records:
    """One customer's view of the records of one business."""

    def after(self, deed: Deed, now: datetime) -> "Records":
        """The records once the deed is done. Raises TypeError for a deed that no part of them knows."""
        raise TypeError(f"{deed} is done to no part of the records at {now}")
