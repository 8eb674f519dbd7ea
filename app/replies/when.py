"""The day and the time of day as a customer said them, kept as words."""
import re
from functools import cache

from app.replies.voice import wording

_NAMES = {"<weekday>": "weekdays", "<month>": "month_names", "<number>": "numbers"}


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """All patterns of one kind in all languages; they stand in the data files."""
    patterns = []
    for part in wording().language_data.values():
        for pattern in part[kind]:
            for mark, names in _NAMES.items():
                pattern = pattern.replace(mark, "|".join(sorted(part[names], key=len, reverse=True)))
            patterns.append(pattern)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def _longest(kind: str, text: str) -> str:
    """The longest words of that kind; at every place the patterns are tried in turn and the longest match counts."""
    return max((match[0] for match in _pattern(kind).finditer(text)), key=len, default="")


def said_day(text: str) -> str:
    """The words for a day, such as `tomorrow`, `next Friday` or `tarehe 5 Machi`; nothing where none is said."""
    return _longest("day_patterns", text)


def said_time(text: str) -> str:
    """The words for a time of day, such as `3 pm` or `saa nne asubuhi`; nothing where none is said."""
    day = said_day(text)
    has_date = any(character.isdigit() for character in day)
    return _longest("time_patterns", text.replace(day, "|", 1) if has_date else text)
