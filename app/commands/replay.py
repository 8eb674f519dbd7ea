"""`flowhq sandbox replay`."""
import sys
from pathlib import Path
from typing import Any

import click

from app.commands.interrupt import run_until_told
from app.commands.numbers import Amount
from app.commands.output import actor, json_option, write_facts, write_json
from app.db import open_database
from app.errors import Conflict
from app.keeper import keeper_of
from app.models import SessionState
from app.replay.accounts import OWED, Account
from app.replay.lines import read_lines
from app.replay.run import Plan, without_limits
from app.replay.run import replay as replay_lines
from app.services.workers import Overview, tenant_overview
from app.settings import Settings


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--customers", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many write.")
@click.option("--tenant", "slug", default="demo-shop", show_default=True, help="To whom they write.")
@click.option("--rate", default=10.0, show_default=True, type=Amount(0), metavar="R",
              help="Lines a second, all customers together; 0 for as fast as it goes.")
@click.option("--timeout", default=120.0, show_default=True, type=Amount(0), metavar="S",
              help="How many seconds to wait for replies after the last line.")
@click.option("--handover", is_flag=True, help="Keep the bot out of chats that it has handed to a person; "
              "otherwise it goes on in them, so that every line has its answer.")
@json_option
@click.pass_obj
def replay(
    settings: Settings, *, file: Path, customers: int, slug: str, rate: float, timeout: float, handover: bool,
    as_json: bool,
) -> None:
    """Let customers write the lines of FILE (JSON lines with a "text") and account for every line and reply.

    The lines are dealt out in order to phones that are made for it. The tenant's limits and typing delay are off
    during the run and as before afterwards. Exit code 0 only if no line and no reply is missing, double or out of
    order; the worker, its browser and its driver may die in the middle of it.
    """
    with file.open(encoding="utf-8") as stream:
        plan = Plan(read_lines(stream, str(file)), customers, rate, timeout)
    open_database(settings.database)
    row = _connected(tenant_overview(slug, keeper_of(settings))).row
    with without_limits(slug, by=actor(), handover=handover):
        account = run_until_told(replay_lines(row, plan, settings.sandbox_url, _progress))
    if as_json:
        write_json(as_facts(account))
    else:
        write_facts(_in_words(account))
    if account.problems:
        sys.exit(1)


def _connected(overview: Overview) -> Overview:
    slug = overview.row.tenant.slug
    if overview.session_state != SessionState.CONNECTED:
        raise Conflict(f"{slug} is not connected (session {overview.session_state}, worker {overview.worker_status}): "
                       f"run `flowhq demo`, or `flowhq worker start {slug}` and scan its code.")
    return overview


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{text}", nl=False, err=True)


def as_facts(account: Account) -> dict[str, Any]:
    """The account as `--json` writes it; times in milliseconds."""
    return {
        "lines_written": account.written, "logged_once": account.logged_once, "logged_missing": account.missing,
        "logged_twice": account.logged_twice, "logged_never_written": account.never_written,
        "undecided": account.undecided, "answered": sum(account.outcomes.get(name, 0) for name in OWED),
        "silent": {name: count for name, count in sorted(account.outcomes.items()) if name not in OWED},
        "replies_promised": account.promised, "replies_arrived": account.arrived,
        "answered_without_reply": account.unanswered, "replies_missing": account.replies_missing,
        "replies_twice": account.replies_twice, "replies_unknown": account.replies_unknown,
        "out_of_order": account.out_of_order,
        "latency_ms": {name: _milliseconds(account.latency(share))
                       for name, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))},
        "problems": account.problems,
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _in_words(account: Account) -> dict[str, Any]:
    if sys.stderr.isatty():
        click.echo("", err=True)
    facts = as_facts(account)
    facts["silent"] = ", ".join(f"{count} {name.lower()}" for name, count in facts["silent"].items()) or "0"
    facts["latency_ms"] = ", ".join(f"{name} {value}" for name, value in facts["latency_ms"].items())
    facts["problems"] = ", ".join(f"{count} {name}" for name, count in account.problems.items()) or "none"
    return {name.replace("_", " "): value for name, value in facts.items()}
