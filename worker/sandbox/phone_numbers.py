"""Phone numbers as people write them, and as WhatsApp's ids hold them."""
import re

from worker.sandbox.refusal import Refusal

DECORATION = re.compile(r"[\s().\-\u2010-\u2015]+")
DIGITS = re.compile(r"[1-9][0-9]{6,14}")


def parse_number(text: object) -> str:
    """The digits of a number in international form, with or without its plus sign; raises Refusal otherwise."""
    if not isinstance(text, str):
        raise Refusal("A phone number is a text such as +255700000001.")
    digits = DECORATION.sub("", text).removeprefix("+")
    if not DIGITS.fullmatch(digits):
        raise Refusal(f"{text[:40]!r} is not a phone number: write it in international form, such as +255 700 000 001.")
    return digits


def shown_number(digits: str) -> str:
    """The number as the API returns it: a plus sign and its digits."""
    return "+" + digits
