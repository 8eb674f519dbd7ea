"""PURE: rows as CSV that a spreadsheet shows and never runs."""
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

# What a spreadsheet takes for a formula, in plain and in full width.
FORMULA_STARTS = tuple("=+-@\t\r\n") + ("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                                        "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")


def defused(value: Any) -> Any:
    """A CSV cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv_lines(heading: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one at a time, times in ISO, every cell defused."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heading)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([defused(_written(value)) for value in row])
        yield _taken(buffer)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
