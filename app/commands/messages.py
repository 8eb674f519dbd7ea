"""`flowhq messages`."""
import contextlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import click

from app.commands.output import json_option, visible, write_json
from app.db import open_database
from app.errors import Invalid
from app.services import messages as log
from app.services.messages import FIELDS, LogLine
from app.services.tenants import TenantRow, tenant_row
from app.settings import Settings
from app.spreadsheets import csv_lines
from app.times import local

FOLLOW_EVERY_S = 0.5


@click.group()
def messages() -> None:
    """Read and export the message log."""


@messages.command()
@click.argument("slug")
@click.option("-n", "--lines", default=20, show_default=True, type=click.IntRange(0), help="How many lines to show.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is logged from now on, until Ctrl-C.")
@json_option
@click.pass_obj
def tail(settings: Settings, slug: str, lines: int, follow: bool, as_json: bool) -> None:
    """Show the newest messages of the tenant SLUG; with --json one object a line."""
    open_database(settings.database)
    row = tenant_row(slug)
    with contextlib.suppress(KeyboardInterrupt):
        for line in _tail(row, lines, follow):
            if as_json:
                write_json(line, indent=None)
            else:
                click.echo(as_text(line, ZoneInfo(row.config.timezone)))


@messages.command()
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True,
              help="CSV for spreadsheets, or JSON lines.")
@click.option("--since", metavar="TIME", help="From this time on, such as 2026-03-01 or 2026-03-01T08:00.")
@click.option("--until", metavar="TIME", help="Before this time. Both are in the tenant's zone unless they name one.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.pass_obj
def export(
    settings: Settings, *, slug: str, form: str, since: str | None, until: str | None, output: Path | None,
) -> None:
    """Write every message of the tenant SLUG, oldest first; times are in UTC."""
    open_database(settings.database)
    row = tenant_row(slug)
    zone = ZoneInfo(row.config.timezone)
    lines = log.export(row.tenant, since=_moment(since, zone), until=_moment(until, zone) or datetime.now(UTC))
    write = _write_csv if form == "csv" else _write_jsonl
    if output is None:
        write(lines, sys.stdout)
        return
    unfinished = output.with_name(output.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        count = write(lines, stream)
    unfinished.replace(output)
    click.echo(f"Wrote {count} messages to {output}.")


def as_text(line: LogLine, zone: ZoneInfo) -> str:
    """One line of the log for a person."""
    arrow = "→" if line.direction == "IN" else "←"
    note = line.outcome if line.direction == "IN" else line.delivery
    notes = filter(None, ((note or "").lower(), line.because, _sure(line.confidence)))
    who, text = visible(line.name or line.customer), visible(line.text)
    return f"{local(line.created_at, zone)}  {line.tenant} {arrow} {who}: {text}  [{', '.join(notes)}]"


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else f"{confidence:.0%} sure"


def _tail(row: TenantRow, lines: int, follow: bool) -> Iterator[LogLine]:
    found = log.tail(row.tenant, lines) if lines else log.tail(row.tenant, 1)
    last_id = found[-1].id if found else 0
    yield from found if lines else ()
    while follow:
        for line in log.after(row.tenant, last_id):
            last_id = line.id
            yield line
        sys.stdout.flush()
        time.sleep(FOLLOW_EVERY_S)


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no time: write it like 2026-03-01 or 2026-03-01T08:00.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _write_csv(lines: Iterable[LogLine], stream: IO[str]) -> int:
    written = csv_lines(FIELDS, (asdict(line).values() for line in lines))
    return sum(1 for text in written if stream.write(text)) - 1


def _write_jsonl(lines: Iterable[LogLine], stream: IO[str]) -> int:
    count = 0
    for line in lines:
        values = {name: _exported(value) for name, value in asdict(line).items()}
        stream.write(json.dumps(values, ensure_ascii=False) + "\n")
        count += 1
    return count


def _exported(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
