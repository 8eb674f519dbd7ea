"""What the parts of a tenant's content are called on pages."""
from collections.abc import Mapping
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.models import AwayPolicy

LABELS: Mapping[str, LazyString] = {
    "services": _l("Services and prices"), "products": _l("Products"), "questions": _l("Questions and answers"),
    "problems": _l("Problems and steps to try"), "problem": _l("Problem"),
    "steps": _l("Steps to try, one a line, in the order in which the bot gives them"),
    "hours": _l("Hours and holidays"), "name": _l("Name"), "price": _l("Price"), "minutes": _l("Minutes"),
    "delivery_areas": _l("Delivery areas"), "fee": _l("Fee"), "free_from": _l("Free from this amount of goods on"),
    "minimum": _l("Least amount of goods"),
    "stock": _l("In stock"), "category": _l("Kind"), "description": _l("Description"), "question": _l("Question"),
    "answer": _l("Answer"), "phrasings": _l("Other ways to ask it, one a line"),
    "conversations": _l("Test conversations"),
    "greeting": _l("Greeting"), "address": _l("Address"), "delivery": _l("Delivery"), "payment": _l("Paying"),
    "refund": _l("Money back and cancelling"), "phone": _l("Phone"), "email": _l("E-mail"), "website": _l("Website"),
    "currency": _l("Currency"), "handover_words": _l("Words that call a person, one a line"),
    "emergency": _l("Emergency"), "emergency_words": _l("Emergency words, one a line"),
    "emergency_answer": _l("What the bot answers to them"), "business_name": _l("Name of the business"),
    "language": _l("Language the bot begins in"), "timezone": _l("Time zone"),
    "chat_limit": _l("Replies to one customer in ten minutes"),
    "handover_hours": _l("Hours a chat stays with a person after the bot handed it over"),
    "owner_silence_hours": _l("Hours the bot keeps out after you wrote yourself"),
    "booking": _l("How bookings are taken"), "capacity": _l("How many people at the same time"),
    "confirm": _l("Who confirms a booking"), "lead_minutes": _l("Minutes before, at the latest"),
    "ahead_days": _l("Days ahead, at most"), "reminder_hours": _l("Hours before, when the customer is reminded"),
    "mail": _l("Letters to the owners about new, moved and cancelled bookings"),
    "at_once": _l("Customers at the same time, over all services"),
    "away_policy": _l("Messages that came while the bot was away"),
    "away_hours": _l("Hours after which such a message is left to you"),
    "away_limit": _l("Most of them that the bot answers at once"),
    "mon": _l("Monday"), "tue": _l("Tuesday"), "wed": _l("Wednesday"), "thu": _l("Thursday"), "fri": _l("Friday"),
    "sat": _l("Saturday"), "sun": _l("Sunday"),
}
AWAY_POLICIES: dict[AwayPolicy, LazyString] = {
    AwayPolicy.ANSWER: _l("Answer them"), AwayPolicy.APOLOGISE: _l("Say sorry for the wait and answer them"),
    AwayPolicy.LEAVE: _l("Leave them to you")}
ZONES = tuple(sorted(available_timezones(), key=lambda zone: (not zone.startswith("Africa/"), zone)))
