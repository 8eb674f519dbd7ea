"""What names something in a message: the customer's name, a phone number, an order's number."""
import re
from dataclasses import dataclass
from functools import cache

from app.replies.voice import phrases_of, wording
from app.replies.words import normal, plain

MOST_NAMES = 3
LONGEST_NAME = 40
FEWEST_DIGITS = 9
TITLES = r"(?:(?:mr|mrs|ms|dr|miss|bwana|bi|mzee|mama|baba|dada|kaka)\.? )?"
_LOOSE = ("this is", "mimi ni", "call me", "kwa jina")
"""Leads that are often followed by something else, so that the name must begin with a capital."""
_DIGITS = re.compile(r"(?:\+|\b)\d[\d\s().-]{6,}\d")
_HASH = re.compile(r"#\s?([A-Za-z]{0,5}-?\d{2,}[\w-]*)")


@dataclass(frozen=True)
class Labels:
    """Name as written, phone in E.164, order number as written, and the text without them."""

    name: str = ""
    phone: str = ""
    order: str = ""
    rest: str = ""


def read_labels(text: str, region: str) -> Labels:
    """The labels of a text; phone numbers without a country are taken to be of the region (such as `TZ`)."""
    rest = plain(text)
    order, rest = _cut(_order(rest), rest)
    phone, rest = _phone(rest, region)
    name, rest = _cut(_name(rest), rest)
    return Labels(name, phone, order, rest)


def without_name(text: str) -> str:
    """The text without what its writer is called, where more than that is said: `my name is Asha, I want to book`."""
    found = _name_pattern().search(text)
    name = _name(text) if found else ""
    if not found or not name or name not in found[0]:
        return text
    rest = text.replace(text[found.start():found.start(3)] + name, " ", 1).strip(" ,.;:!\n")
    return rest or text


def _cut(found: str, text: str) -> tuple[str, str]:
    return found, text.replace(found, " ", 1) if found else text


@cache
def _leads(kind: str) -> str:
    return "|".join(re.escape(lead) for lead in sorted(phrases_of(kind), key=len, reverse=True))


@cache
def _order_pattern() -> re.Pattern[str]:
    number = r"(?:\s*(?:namba|number|nambari|no\.?|nr|is|ni|yangu|#|:))*\s*#?\s?([a-z]{0,5}-?\d{3,}[\w-]*)"
    return re.compile(rf"\b(?:{_leads('order_lead')}){number}", re.IGNORECASE)


def _order(text: str) -> str:
    found = _HASH.search(text) or _order_pattern().search(text)
    return found[1] if found and not re.fullmatch(r"\d{10,}", found[1]) else ""


def _phone(text: str, region: str) -> tuple[str, str]:
    """The first phone number, and the text without it."""
    runs = _DIGITS.finditer(text)
    written = next((run for run in runs if sum(map(str.isdecimal, run[0])) >= FEWEST_DIGITS), None)
    if written is None:
        return "", text
    # Imported where there is something to parse: few messages hold a number, and every worker pays for what it loads.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(written[0], region)
    except phonenumbers.NumberParseException:
        return "", text
    if not phonenumbers.is_valid_number(number):
        return "", text
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return said, text.replace(written[0], " ", 1)


@cache
def _name_pattern() -> re.Pattern[str]:
    words = r"((?:[^\W\d_][^\W\d_'’-]*)(?: [^\W\d_][^\W\d_'’-]*){0,3})"
    return re.compile(rf"\b({_leads('name_lead')}) *:? *({TITLES}){words}", re.IGNORECASE)


def _name(text: str) -> str:
    for found in _name_pattern().finditer(text):
        must_be_capital = normal(found[1]) in _LOOSE
        words: list[str] = []
        for word in found[3].split(" ")[:MOST_NAMES]:
            if not _may_be_name(word, must_be_capital) or (words and words[0][0].isupper() and not word[0].isupper()):
                break
            words.append(word)
        if words:
            return " ".join(words)[:LONGEST_NAME]
    return ""


def _may_be_name(word: str, must_be_capital: bool) -> bool:
    lexicon = wording().lexicon
    plain_word = normal(word)
    if word[0].isupper() and not lexicon.is_small(plain_word):
        return True
    return not must_be_capital and not lexicon.is_plain(plain_word) and not lexicon.is_small(plain_word)
