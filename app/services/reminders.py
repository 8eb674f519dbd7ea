"""Reminders of appointments: each once, only in a chat that the customer began and has not left."""
from datetime import datetime, timedelta

from app.db import db
from app.models import Booking, BookingState, Chat, Direction, Message, Tenant
from app.replies import BotConfig
from app.replies.reminding import may_remind, remind_at
from app.services import chats
from app.services.booking_texts import told_text

REMINDER = "booking:reminder"
# A reminder that would be due at night is sent in the evening before.
EARLIER = timedelta(hours=12)


def put_due(tenant: Tenant, bot: BotConfig, now: datetime) -> int:
    """Write the reminders that are due, to be sent like what is written in the portal; returns how many there were."""
    hours = bot.bookings.reminder_hours
    if not hours or not may_remind(bot.hours, now.astimezone(bot.zone)):
        return 0
    query = Booking.select(Booking, Chat).join(Chat).where(
        Booking.tenant == tenant, Booking.state == BookingState.CONFIRMED, Booking.reminded_at.is_null(),
        Booking.starts_at > now, Booking.starts_at <= now + timedelta(hours=hours) + EARLIER)
    found = [(booking, booking.chat) for booking in query.order_by(Booking.starts_at)]
    return sum(_remind(booking, chat, bot, now) for booking, chat in found
               if chat and _is_due(booking, bot, now) and _listens(chat))


def _is_due(booking: Booking, bot: BotConfig, now: datetime) -> bool:
    """Whether it is time; who booked, or moved it, after that knows it well enough."""
    due = remind_at(bot.hours, booking.starts_at.astimezone(bot.zone), bot.bookings.reminder_hours)
    return booking.updated_at < due <= now


def _listens(chat: Chat) -> bool:
    """Whether the customer has written here, and wants automatic messages."""
    has_written = Message.select().where(Message.chat == chat, Message.direction == Direction.IN).exists()
    return not (chat.state or {}).get("out") and bool(has_written)


def _remind(booking: Booking, chat: Chat, bot: BotConfig, now: datetime) -> bool:
    with db.atomic():
        # Whoever is first to write this reminds.
        if not Booking.update(reminded_at=now).where(
                Booking.id == booking.id, Booking.reminded_at.is_null(), Booking.state == BookingState.CONFIRMED,
                Booking.starts_at == booking.starts_at).execute():
            return False
        language = str((chat.state or {}).get("language") or bot.language)
        text = told_text(booking, bot, "reminder", language)
        chats.put_message(booking.tenant, chat, text, because=REMINDER, by="", now=now)
    return True
