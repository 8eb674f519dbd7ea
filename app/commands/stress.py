"""`flowhq stress`."""
import sys
from dataclasses import asdict
from typing import Any

import click

from app.commands.interrupt import run_until_told
from app.commands.numbers import Amount
from app.commands.output import json_option, write_facts, write_json, write_table
from app.demo.people import known_admin
from app.errors import Invalid
from app.settings import Settings
from app.stress.accounts import Line
from app.stress.run import Access, Plan, Result
from app.stress.run import stress as run_stress

SHARES = (("median", 0.5), ("p95", 0.95), ("longest", 1.0))


@click.command()
@click.option("--tenants", default=3, show_default=True, type=click.IntRange(1, 500), help="How many to make.")
@click.option("--customers", default=5, show_default=True, type=click.IntRange(1, 1000),
              help="How many write; each of them to every tenant.")
@click.option("--messages", default=3, show_default=True, type=click.IntRange(1, 1000),
              help="Lines each of them writes to each tenant, one after the other's reply.")
@click.option("--timeout", default=60.0, show_default=True, type=Amount(1), metavar="S",
              help="How many seconds a reply may take.")
@click.option("--url", default="", help="The web server; that of the settings unless given.")
@click.option("--email", default="", help="An admin's e-mail address; FLOWHQ_ADMIN_EMAIL or the demo's unless given.")
@click.option("--password-stdin", is_flag=True, help="Read the admin's password from standard input, its first line.")
@click.option("--code", default="", help="The second factor that the admin's app shows; asked for where it is needed.")
@click.option("--keep", is_flag=True, help="Leave tenants and phones as they are afterwards.")
@json_option
@click.pass_obj
def stress(
    settings: Settings, *, tenants: int, customers: int, messages: int, timeout: float, url: str, email: str,
    password_stdin: bool, code: str, keep: bool, as_json: bool,
) -> None:
    """Make many tenants through the web pages, let customers write to all at once, and check that each stays apart.

    Needs a running web server with workers on the sandbox: `flowhq demo`, or a host of its own. It acts as an admin
    through the panel, as owners through the portal and as people on the sandbox's phones; it counts in the database
    where that is at hand. Exit code 1 on any difference. Everything is deleted afterwards, after Ctrl-C too.
    """
    email, password = _sign_in(settings, email, password_stdin)
    access = Access(url or settings.web_url, email, password, lambda: code or _ask_code(email))
    plan = Plan(tenants, customers, messages, timeout, keep)
    result = run_until_told(run_stress(plan, access, settings, _progress))
    if as_json:
        write_json(as_facts(result))
    else:
        _show(result)
    if not result.is_good:
        sys.exit(1)


def _sign_in(settings: Settings, email: str, from_stdin: bool) -> tuple[str, str]:
    """An admin's address and password: given, of the environment, the demonstration's, or asked for."""
    known = known_admin(settings.state_dir)
    email = email or settings.admin_email or (known.email if known else "")
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = settings.admin_password or (known.password if known and known.email == email else "")
    email = email or _ask("E-mail address of an admin", "--email")
    return email, password or _ask(f"Password of {email}", "--password-stdin", is_secret=True)


def _ask(what: str, option: str, *, is_secret: bool = False) -> str:
    if not sys.stdin.isatty():
        raise Invalid(f"{what}: give it with {option}; no demonstration has left one in the state directory.")
    return str(click.prompt(what, hide_input=is_secret, err=True))


def _ask_code(email: str) -> str:
    if not sys.stdin.isatty():
        raise Invalid(f"{email} signs in with a second factor: give what the app shows with --code.")
    return str(click.prompt("Code of the second factor", err=True))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{text} …", nl=False, err=True)


def as_facts(result: Result) -> dict[str, Any]:
    """The result as `--json` writes it; times in milliseconds."""
    return {
        "good": result.is_good, "counted_in": result.counted_in, "processes_looked_at": result.looked_at_processes,
        "tenants": [asdict(line) for line in result.lines], "written": sum(line.written for line in result.lines),
        "answered": sum(line.answered for line in result.lines), "foreign_pages_tried": result.tries,
        "foreign_pages_not_refused": result.not_refused, "messages_of_strangers": result.strangers,
        "rows_at_other_tenants": result.rows_outside, "left_behind": result.left,
        "latency_ms": {name: _milliseconds(result.waits, share) for name, share in SHARES},
    }


def _show(result: Result) -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    columns = ("TENANT", "WRITTEN", "LOGGED", "ANSWERED", "FOREIGN ROWS", "WORKER", "MIB", "PROFILE", "LINKED AS",
               "DIFFERENCES")
    write_table(columns, [_row(line) for line in result.lines])
    write_facts(_facts(result))
    verdict = "Every tenant stayed apart." if result.is_good else "There are DIFFERENCES: see above."
    click.secho(verdict, fg="green" if result.is_good else "red", bold=True)


def _row(line: Line) -> tuple[Any, ...]:
    sight = line.sight
    profile = "not seen" if sight.profiles is None else "own" if not _shared(line) else "SHARED"
    foreign = line.problems.get("wrong_tenants_rows", 0)
    wrong = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in line.problems.items()) or "none"
    return (line.slug, line.written, line.logged, line.answered, foreign, sight.pid or "none", sight.memory_mib or "–",
            profile, sight.linked_as, wrong)


def _shared(line: Line) -> bool:
    return bool({"profile_shared", "profiles_not_one"} & set(line.problems))


def _facts(result: Result) -> dict[str, Any]:
    facts = as_facts(result)
    tried = f"{result.tries} tried, {len(result.not_refused)} not refused"
    return {
        "counted in": f"the {result.counted_in}",
        "processes": "looked at on this machine" if result.looked_at_processes else "NOT looked at: none is here",
        "other tenants' pages": "; ".join([tried, *result.not_refused]),
        "rows at tenants outside": result.rows_outside, "messages of strangers": result.strangers,
        "reply after": ", ".join(f"{name} {value} ms" for name, value in facts["latency_ms"].items()),
        "left behind": "everything, as was asked" if result.kept else ", ".join(result.left) or "nothing",
    }


def _milliseconds(waits: list[float], share: float) -> float | None:
    """The time within which this share of the waits, which are in order, ended."""
    return round(waits[max(0, round(share * len(waits)) - 1)] * 1000, 1) if waits else None
