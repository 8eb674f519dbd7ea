"""A long text as several messages, each cut where a sentence ends: WhatsApp would hide the end of one long message."""
from collections.abc import Iterator

LONGEST_PART = 4000
MOST_PARTS = 4
# Where a text may be cut, the best first: between paragraphs, lines, sentences, words.
_ENDS = ("\n\n", "\n", ". ", "! ", "? ", "; ", " ")


def parts_of(text: str) -> list[str]:
    """The text in at most MOST_PARTS parts of at most LONGEST_PART characters; what is longer ends in an ellipsis."""
    return list(_parts(text.strip()))


def _parts(rest: str) -> Iterator[str]:
    for _ in range(MOST_PARTS - 1):
        if len(rest) <= LONGEST_PART:
            break
        end = _end_of_part(rest, LONGEST_PART)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    yield rest if len(rest) <= LONGEST_PART else f"{rest[:_end_of_part(rest, LONGEST_PART - 2)].rstrip()} …"


def _end_of_part(text: str, longest: int) -> int:
    """Where the first part ends: behind the last of the best ends in its second half, else wherever it is full."""
    for end in _ENDS:
        place = text.rfind(end, longest // 2, longest)
        if place >= 0:
            return place + len(end.rstrip(" "))
    return longest
