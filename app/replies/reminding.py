"""When a customer is reminded of an appointment: so many hours before, but not at night while it is closed."""
from datetime import datetime, timedelta

from app.replies.hours import Hours, is_open

DAY_BEGINS_H, DAY_ENDS_H = 8, 20
STEP = timedelta(minutes=15)


def may_remind(hours: Hours, local: datetime) -> bool:
    """Whether a reminder is no nuisance at this moment of the business's zone: by day, or while it is open."""
    by_day = DAY_BEGINS_H <= local.hour < DAY_ENDS_H
    return by_day or (not hours.always and is_open(hours, local))


def remind_at(hours: Hours, start: datetime, before_h: int) -> datetime:
    """When the reminder of an appointment at `start` (local) is due: at the last fitting moment up to then."""
    moment = start - timedelta(hours=before_h)
    while not may_remind(hours, moment):
        moment -= STEP
    return moment
