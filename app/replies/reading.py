"""One message by itself, read for programs: intent, language and slots as plain values."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.replies.classifier import NONE
from app.replies.config import BotConfig
from app.replies.content import Item
from app.replies.language import language_of
from app.replies.lookup import Found
from app.replies.slots.reading import Slots, read_slots, region_of
from app.replies.understand import UNSURE, Meaning, understand
from app.replies.words import plain, words_of

Value = str | int


@dataclass(frozen=True)
class Reading:
    """What a message says. Slots that are absent are left out; days and times are in ISO form."""

    intent: str
    confidence: float
    language: str
    slots: Mapping[str, Value]
    because: str


def read_message(text: str, config: BotConfig, now: datetime, language: str = "") -> Reading:
    """Read one message; `language` is what it is written in, where that is known. Never raises for any text."""
    said = plain(text)
    words = words_of(said)
    services, products = config.services.find(words), config.products.find(words)
    meaning = understand(said, config.template, services.words | products.words)
    slots = read_slots(said, now.astimezone(config.zone), region_of(config.zone.key))
    spoken = language or language_of(words, config.language)
    found = _plain_slots(slots) | _named("service", services, spoken) | _named("product", products, spoken)
    if not config.products:
        found.pop("quantity", None)
    return Reading(meaning.intent or NONE, meaning.confidence, spoken, found, _because(meaning))


def _plain_slots(slots: Slots) -> dict[str, Value]:
    values: dict[str, Value | None] = {
        "date": slots.day.iso() if slots.day else None,
        "time": slots.time.iso() if slots.time else None,
        "people": slots.people,
        "name": slots.labels.name or None,
        "phone": slots.labels.phone or None,
        "quantity": slots.quantity,
        "order": slots.labels.order or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _named(kind: str, found: Found, language: str) -> dict[str, Value]:
    return {kind: _name(found.items[0], language)} if len(found.items) == 1 else {}


def _name(item: Item, language: str) -> str:
    return item.name.get(language) or next(iter(item.name.values()))


def _because(meaning: Meaning) -> str:
    """In short, for people: what was heard, what the rules say, and what else it may have been."""
    heard = ", ".join(sorted(meaning.concepts)) or "no word of the vocabulary"
    rules = f"rules say {meaning.ruled}" if meaning.ruled else "no rule fits"
    others = [f"{guess.intent} {guess.confidence:.2f}" for guess in meaning.others[:2]]
    doubt = f"; unsure, or {', '.join(others)}" if meaning.confidence < UNSURE and others else ""
    return f"heard {heard}; {rules}{doubt}"
