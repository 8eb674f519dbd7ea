"""Where a page of a list begins, as its address says it; what nobody wrote there of ours begins at the first."""
from datetime import datetime

from flask import request

from app.services.chats import Place

# The largest number that a database counts rows with.
LAST_ROW = 2**63 - 1


def row_id(name: str) -> int | None:
    """The number of a row that the address names, or None where it is none."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LAST_ROW else None


def chat_place() -> Place | None:
    """Where the page before this one ended (`?behind=`), or None."""
    moment, _tilde, number = request.args.get("behind", "").partition("~")
    try:
        place = Place(datetime.fromisoformat(moment), int(number))
    except ValueError:
        return None
    return place if place.at.tzinfo and 0 < place.id <= LAST_ROW else None


def behind(place: Place | None) -> str | None:
    """The place as an address has it; None where there is no next page."""
    return f"{place.at.isoformat()}~{place.id}" if place else None
