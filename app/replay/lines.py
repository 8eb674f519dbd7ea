"""PURE: the lines of a file, dealt out to customers."""
import json
from collections.abc import Iterable

from app.errors import Invalid


def read_lines(lines: Iterable[str], name: str) -> list[str]:
    """The `text` of each JSON line; raises Invalid with the file's name and line number for one that has none."""
    texts = [_text(line, f"{name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not texts:
        raise Invalid(f"{name} has no lines to replay.")
    return texts


def deal(texts: list[str], customers: list[str]) -> dict[str, list[tuple[int, str]]]:
    """The texts dealt round-robin, in order: each customer's with the place that they had among all."""
    hands: dict[str, list[tuple[int, str]]] = {customer: [] for customer in customers}
    for place, text in enumerate(texts):
        hands[customers[place % len(customers)]].append((place, text))
    return hands


def _text(line: str, where: str) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        raise Invalid(f'{where} is no JSON object with a "text".') from None
    if not isinstance(text, str) or not text.strip():
        raise Invalid(f'{where} has a "text" that says nothing.')
    return text
