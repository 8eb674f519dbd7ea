"""PURE: lists and texts of a tenant's content as form fields, and back.

A text stands in two columns, English and Swahili; where one is empty the other serves both. What cannot be read, such
as a price in words, is kept as it was typed, so that it can be shown with what is wrong about it.
"""
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

LANGUAGES = ("EN", "SW")
PAGE = 25
_NUMBER = re.compile(r"\d+(\.\d+)?")
Form = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One part of a row: `kind` is text (both languages), long (the same, several lines), number, lines, or steps
    (texts in both languages, one a line)."""

    name: str
    kind: str


LISTS: Mapping[str, tuple[Column, ...]] = {
    "services": (Column("name", "text"), Column("price", "number"), Column("minutes", "number"),
                 Column("capacity", "number"), Column("description", "long")),
    "products": (Column("name", "text"), Column("price", "number"), Column("stock", "number"),
                 Column("category", "text"), Column("description", "long")),
    "delivery_areas": (Column("name", "text"), Column("fee", "number"), Column("free_from", "number"),
                       Column("minimum", "number")),
    "questions": (Column("question", "text"), Column("answer", "long"), Column("phrasings", "lines")),
    "problems": (Column("problem", "text"), Column("steps", "steps"), Column("phrasings", "lines")),
}


def both(text: Any, main: str) -> dict[str, str]:
    """A stored text by language; a plain one stands under the tenant's main language."""
    if isinstance(text, Mapping):
        return {language: clean(str(text.get(language) or "")) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, "") | {main: str(text or "")}


def stored_text(form: Form, field: str) -> Any:
    """The text of a field as it is stored: plain where it stands in one language, None where it is empty."""
    texts = {language: value for language in LANGUAGES if (value := clean(form.get(f"{field}-{language}", "")))}
    return texts if len(texts) == len(LANGUAGES) else next(iter(texts.values()), None)


def number(text: str) -> Any:
    """What was typed as a number: 25,000 and 25 000/= are 25000. Anything else stays as it was typed."""
    bare = re.sub(r"[\s,_]|/=?$|/-$", "", clean(text)).removesuffix("/")
    if not _NUMBER.fullmatch(bare):
        return clean(text) or None
    return float(bare) if "." in bare else int(bare)


def lines(text: str) -> list[str]:
    """The lines of a text that are not empty."""
    return [line.strip() for line in clean(text).splitlines() if line.strip()]


def clean(text: str) -> str:
    """What was typed, without what no database keeps, with one kind of line end."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()


def steps(form: Form, field: str) -> list[Any]:
    """Texts that stand one a line in each language; where a line is empty, the other language serves both."""
    columns = [form.get(f"{field}-{language}", "").rstrip().split("\n") for language in LANGUAGES]
    rows = zip_longest(*columns, fillvalue="")
    read = ({language: clean(text) for language, text in zip(LANGUAGES, row, strict=True)} for row in rows)
    return [texts for row in read if (texts := {language: text for language, text in row.items() if text})]


def read_rows(form: Form, kind: str, count: int) -> list[dict[str, Any]]:
    """The first `count` rows of a form, without those that are empty."""
    rows = (_read_row(form, kind, place) for place in range(count))
    return [row for row in rows if row]


def replaced(stored: Sequence[Any], start: int, rows: Sequence[Any]) -> list[Any]:
    """The list with one page of it replaced."""
    return [*stored[:start], *rows, *stored[start + PAGE:]]


def stamp(rows: Any) -> str:
    """What tells whether a list is still the one that a form was made from."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _read_row(form: Form, kind: str, place: int) -> dict[str, Any]:
    read = {column.name: _read(form, f"{column.name}-{place}", column.kind) for column in LISTS[kind]}
    return {name: value for name, value in read.items() if value not in (None, "", [])}


def _read(form: Form, field: str, kind: str) -> Any:
    if kind == "number":
        return number(form.get(field, ""))
    if kind == "lines":
        return lines(form.get(field, ""))
    if kind == "steps":
        return steps(form, field)
    return stored_text(form, field)


def shown_rows(stored: Sequence[Any], kind: str, main: str) -> list[dict[str, Any]]:
    """Rows as a page shows them: a text by language, anything else as a text."""
    return [{column.name: _shown(row.get(column.name) if isinstance(row, Mapping) else None, column.kind, main)
             for column in LISTS[kind]} for row in stored]


def _shown(value: Any, kind: str, main: str) -> Any:
    if kind in ("text", "long"):
        return both(value, main)
    if kind == "steps":
        return _shown_steps(value, main)
    if kind == "lines":
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return "" if value is None else str(value)


def _shown_steps(value: Any, main: str) -> dict[str, str]:
    """Steps one a line; a step with lines of its own is shown on one, or it would come back as several."""
    shown = [both(step, main) for step in (value if isinstance(value, list | tuple) else [value] if value else [])]
    return {language: "\n".join(" ".join(step[language].split()) for step in shown).rstrip() for language in LANGUAGES}
