"""PURE: what customers are told of a booking by themselves, and not in answer to a message."""
from app.models import Booking
from app.replies import BotConfig
from app.replies.content import in_language
from app.replies.voice import voice


def told_text(booking: Booking, bot: BotConfig, phrase: str, language: str) -> str:
    """A phrase of `booking`, such as `told_confirmed`, in that language (EN or SW)."""
    spoken, start = voice(language), booking.starts_at.astimezone(bot.zone)
    service = bot.services.by_key.get(booking.service)
    when = spoken.say("time.on_day", date=spoken.date(start), clock=spoken.clock(start.hour * 60 + start.minute))
    return spoken.say(f"booking.{phrase}", business=bot.business_name, number=booking.number, when=when,
                      service=in_language(service.name, language) if service else booking.service_name)
