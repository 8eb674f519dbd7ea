"""Tell owners, and their webhooks, what customers did with bookings since the last look."""
from collections.abc import Iterable
from datetime import datetime

from app.db import db
from app.models import Booking, Tenant
from app.models.booking import UNTOLD
from app.replies import BotConfig, ConfigError
from app.services import alerts, letters, notices, webhooks
from app.services.bookings import bot_of
from app.settings import Settings

TOLD_AT_ONCE = 200


def tell(settings: Settings, *, now: datetime) -> int:
    """Put what is news on its way; returns how many bookings it is about."""
    fresh = list(Booking.select(Booking, Tenant).join(Tenant).where(UNTOLD).order_by(Booking.id).limit(TOLD_AT_ONCE))
    if not fresh:
        return 0
    with db.atomic():
        mine = [booking for booking in fresh if _take(booking)]
        for tenant in {booking.tenant for booking in mine}:
            _tell(tenant, [booking for booking in mine if booking.tenant == tenant], settings, now)
    return len(mine)


def _take(booking: Booking) -> bool:
    """Whether this is for us to tell: nobody else has, and nothing newer has happened."""
    return bool(Booking.update(news=None).where(
        Booking.id == booking.id, Booking.news == booking.news, Booking.updated_at == booking.updated_at).execute())


def _tell(tenant: Tenant, bookings: Iterable[Booking], settings: Settings, now: datetime) -> None:
    try:
        bot: BotConfig = bot_of(tenant)
    except ConfigError:
        return
    for booking in bookings:
        webhooks.tell(tenant, f"booking.{booking.news.lower()}", _facts(booking), now=now)
    if not bot.bookings.mail:
        return
    for owner in alerts.owners_of([tenant]).get(tenant.id, ()):
        letter = notices.bookings_letter(tenant.name, list(bookings), owner, settings.web_url, zone=bot.zone)
        letters.post(letter, settings, now=now, tenant=tenant)


def _facts(booking: Booking) -> dict[str, object]:
    """What a program is told; who the customer is stays here."""
    return {"number": booking.number, "state": booking.state.value, "service": booking.service_name,
            "starts": booking.starts_at.isoformat(), "ends": booking.ends_at.isoformat(), "people": booking.people}
