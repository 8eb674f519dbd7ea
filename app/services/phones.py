"""Phone numbers as people write them, stored as E.164 (+255712345678)."""
import re

import phonenumbers

from app.errors import Invalid

HOME_REGION = "TZ"
_WRITTEN = re.compile(r"\+?[\d\s().-]+")


def read_phone(text: str) -> str:
    """The number in E.164; spaces, dashes, dots and brackets do not matter, and one without + is Tanzanian.

    Raises Invalid where it cannot be a number.
    """
    try:
        if not _WRITTEN.fullmatch(text.strip()):
            raise _refusal(text)
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise _refusal(text) from None
    if not phonenumbers.is_possible_number(number):
        raise _refusal(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refusal(text: str) -> Invalid:
    return Invalid("%(text)r is not a phone number: write it like +255 712 345 678 or 0712 345 678.", text=text)
