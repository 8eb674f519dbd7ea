"""A tenant's bot as `decide` needs it, read from the shapes in which it is stored.

`hours` is described in `app.replies.hours`. `content` may have these keys, all of them optional; every text is a string
or `{"EN": …, "SW": …}`, keys that are not listed are left alone:

- `currency`: a code such as `TZS` (the default); `address`, `phone`, `email`, `website`: texts
- `greeting`: text, in place of "Welcome to …"
- `services`: list of `{"name", "price"?, "minutes"?, "capacity"?, "description"?}` (BOOKING, and plans of SUPPORT);
  a booking takes the `minutes`, an hour where there are none, and at one time as many people can be booked as the
  `capacity` says, one booking where it says nothing
- `booking`: `{"confirm"?: "owner" | "bot", "lead_minutes"?: 30, "ahead_days"?: 365, "reminder_hours"?: 0,
  "at_once"?: 0, "mail"?: true}`: who confirms, how long before and how far ahead one may book, how many hours before
  the appointment the customer is reminded (0: never), how many are served at the same time over all services (0: as
  many as each service takes), and whether owners get letters about bookings
- `products`: list of `{"name", "price"?, "stock"?, "category"?, "description"?}` (ECOMMERCE)
- `questions`: list of `{"question", "answer", "phrasings"?: [string, …]}`
- `problems`: list of `{"problem", "steps": [text, …], "phrasings"?: [string, …]}`, steps to try one after the other
- `delivery_areas`: list of `{"name", "fee"?, "free_from"?, "minimum"?}` (ECOMMERCE): what delivery costs where,
  from what amount on it is free, and for how little it is not done
- `delivery`, `payment`, `refund`: texts
- `handover_words`: list of words or phrases that call a person, besides the bot's own
- `emergency`: `{"words": [string, …], "answer": text}`
"""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from app.replies.booking_rules import BookingRules, read_booking_rules
from app.replies.content import Area, Reader, Text, read_areas, read_items, read_questions
from app.replies.hours import Hours, read_hours
from app.replies.lookup import Catalogue, QuestionBook
from app.replies.understand import RULE_FILES
from app.replies.voice import LANGUAGES, wording
from app.replies.words import plain, words_of

TEMPLATES = tuple(RULE_FILES)
TEXTS = ("address", "phone", "email", "website", "greeting", "delivery", "payment", "refund")
LONGEST_BUSINESS_NAME = 120
LONGEST_CURRENCY = 8

Phrase = tuple[str, ...]


class ConfigError(ValueError):
    """The stored configuration cannot be used; `problems` has one sentence for each thing to mend."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class BotConfig:
    """What one tenant's bot knows."""

    template: str
    language: str
    business_name: str
    zone: ZoneInfo
    hours: Hours
    services: Catalogue
    products: Catalogue
    questions: QuestionBook
    areas: Catalogue
    currency: str = "TZS"
    texts: Mapping[str, Text] = field(default_factory=dict)
    handover_words: tuple[Phrase, ...] = ()
    emergency_words: tuple[Phrase, ...] = ()
    emergency_answer: Text = field(default_factory=dict)
    bookings: BookingRules = BookingRules()

    def area(self, key: str) -> Area | None:
        """The delivery area of that key."""
        found = self.areas.by_key.get(key)
        return found if isinstance(found, Area) else None


def read_config(
    *,
    template: str,
    language: str,
    business_name: str,
    timezone: str,
    hours: Mapping[str, Any],
    content: Mapping[str, Any],
) -> BotConfig:
    """Check the stored configuration and make it ready for use; ConfigError names every problem in a sentence."""
    problems: list[str] = []
    reader = Reader(problems)
    _check_names(template, language, business_name, problems)
    zone = _read_zone(timezone, problems)
    if not isinstance(hours, Mapping) or not isinstance(content, Mapping):
        raise ConfigError([*problems, "Hours and content must be mappings."])
    read = _read_content(reader, content)
    opened = read_hours(hours, problems)
    if problems or zone is None:
        raise ConfigError(problems)
    return BotConfig(str(template), str(language), plain(business_name), zone, opened, **read)


def _check_names(template: str, language: str, business_name: str, problems: list[str]) -> None:
    if template not in TEMPLATES:
        problems.append(f'The template "{str(template)[:40]}" is not known; use {", ".join(TEMPLATES)}.')
    if language not in LANGUAGES:
        problems.append(f'The language "{str(language)[:40]}" is not known; use {" or ".join(LANGUAGES)}.')
    if not isinstance(business_name, str) or not plain(business_name):
        problems.append("The business needs a name.")
    elif len(business_name) > LONGEST_BUSINESS_NAME:
        problems.append(f"The name of the business is longer than {LONGEST_BUSINESS_NAME} characters.")


def _read_zone(name: str, problems: list[str]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError, TypeError, AttributeError):
        problems.append(f'The time zone "{str(name)[:40]}" is not known; use a name such as Africa/Dar_es_Salaam.')
        return None


def _read_content(reader: Reader, content: Mapping[str, Any]) -> dict[str, Any]:
    emergency = content.get("emergency") or {}
    if not isinstance(emergency, Mapping):
        reader.problems.append("The emergency entry must have words and an answer.")
        emergency = {}
    read: dict[str, Any] = {
        "currency": _read_currency(reader, content.get("currency")),
        "texts": {name: reader.text(f"The {name}", content.get(name)) for name in TEXTS},
        "handover_words": _read_phrases(reader, "The hand-over words", content.get("handover_words")),
        "emergency_words": _read_phrases(reader, "The emergency words", emergency.get("words")),
        "bookings": read_booking_rules(reader, content.get("booking")),
        "emergency_answer": reader.text("The emergency answer", emergency.get("answer")),
    }
    if bool(read["emergency_words"]) != bool(read["emergency_answer"]):
        reader.problems.append("The emergency entry needs both words and an answer.")
    return read | _read_things(reader, content)


def _read_things(reader: Reader, content: Mapping[str, Any]) -> dict[str, Any]:
    lexicon = wording().lexicon
    return {
        "services": Catalogue(read_items(reader, "Service", content.get("services")), lexicon),
        "products": Catalogue(read_items(reader, "Product", content.get("products")), lexicon),
        "areas": Catalogue(read_areas(reader, content.get("delivery_areas")), lexicon),
        "questions": QuestionBook(read_questions(reader, content.get("questions"), content.get("problems")), lexicon),
    }


def _read_currency(reader: Reader, stored: Any) -> str:
    if stored in (None, ""):
        return "TZS"
    if not isinstance(stored, str) or not 1 <= len(plain(stored)) <= LONGEST_CURRENCY:
        reader.problems.append("The currency must be a short code such as TZS.")
        return ""
    return plain(stored)


def _read_phrases(reader: Reader, what: str, stored: Any) -> tuple[Phrase, ...]:
    return tuple(words for text in reader.strings(what, stored) if (words := words_of(text)))
