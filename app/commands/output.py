"""How commands show what they found: tables for people, JSON for programs."""
import dataclasses
import json
import os
import pwd
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
# Joins emoji into one picture; every other invisible character could rewrite the terminal.
_JOINER = "\N{ZERO WIDTH JOINER}"
_PIPE_WIDTH = 10_000
COLOURS = {
    "CONNECTED": "green", "RUNNING": "green", "ACTIVE": "green", "ERROR": "red", "STALE": "red", "LOGGED_OUT": "red",
    "CONFLICT": "red", "ACTION_REQUIRED": "red", "QR_READY": "yellow", "QR_PENDING": "yellow", "STARTING": "yellow",
    "CONNECTING": "yellow", "OK": "green", "WARN": "yellow", "FAIL": "red",
}


def actor() -> str:
    """Who runs this command, for the audit trail."""
    return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """Write a value as JSON; times in ISO 8601, dataclasses as objects."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=_jsonable))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str = "") -> None:
    """Write a table, or the line `empty` where it has no rows; in a pipe one line a row, whole."""
    table = Table(*columns, box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if table.row_count or not empty:
        console().print(table)
    else:
        click.echo(empty)


def write_facts(facts: Mapping[str, Any]) -> None:
    """Write names and values, one pair a line."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        console().print(Text.assemble((name.ljust(width + 2), "bold"), _cell(value)))


def console() -> Console:
    """Where tables go: as wide as the terminal, or wide enough for anything in a pipe."""
    return Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)


def visible(text: str) -> str:
    """The text without anything that could move the cursor, colour the screen or turn the writing direction."""
    return "".join(char if char.isprintable() or char == _JOINER else "⏎" if char == "\n" else "·" for char in text)


def _cell(value: Any) -> Text:
    text = "" if value is None else str(value)
    return Text(visible(text), style=COLOURS.get(text, ""), no_wrap=not sys.stdout.isatty())


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)
