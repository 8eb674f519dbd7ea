"""`flowhq tenant`."""
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import segno
import yaml

from app.commands.output import actor, console, json_option, write_facts, write_json, write_table
from app.db import open_database
from app.errors import Invalid
from app.keeper import keeper_of
from app.models import AwayPolicy, Language, SessionState, Template
from app.models.base import utc_now
from app.replies import examples
from app.services import linking, pausing, tenants, workers
from app.services.workers import Overview
from app.settings import Settings
from app.times import ago

Command = TypeVar("Command", bound=Callable[..., Any])
TEMPLATES = click.Choice([str(template) for template in Template], case_sensitive=False)
LANGUAGES = click.Choice([str(language) for language in Language], case_sensitive=False)
AWAY = click.Choice([str(policy) for policy in AwayPolicy], case_sensitive=False)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LIMITS = {
    "chat_limit": "Replies that one chat may get in its window.",
    "chat_window_s": "Length of that window in seconds.",
    "tenant_limit": "Replies that all chats together may get in their window.",
    "tenant_window_s": "Length of that window in seconds.",
    "typing_ms_per_char": "Milliseconds of typing for each character of a reply; 0 for none.",
    "typing_max_ms": "The longest typing in milliseconds.",
    "handover_hours": "Hours for which the bot keeps out of a chat that was handed to a person.",
    "owner_silence_hours": "Hours for which the bot keeps out of a chat after the business itself wrote in it.",
    "warm_up_days": "Days in which a number that was just linked sends slowly; 0 for none.",
    "away_hours": "Hours after which a message that came while the bot was away is left to a person.",
    "away_limit": "The most messages, the newest, that the bot answers after it was away; 0 for none.",
}


@click.group()
def tenant() -> None:
    """Create, list, show, change and pause tenants."""


def _limit_options(command: Command) -> Command:
    for name, text in reversed(LIMITS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, type=int, help=text)(command)
    return command


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="The business's name, as customers read it.")
@click.option("--template", required=True, type=TEMPLATES, help="What the bot can do.")
@click.option("--language", default="EN", show_default=True, type=LANGUAGES, help="The bot's first language.")
@click.option("--phone", default="", help="The WhatsApp number, such as +255 712 345 678 or 0712 345 678.")
@click.option("--timezone", default=tenants.DEFAULT_TIMEZONE, show_default=True, help="Where the business is.")
@click.option("--hours", type=FILE, help="Business hours: a JSON or YAML file.")
@click.option("--content", type=FILE, help="Services, products, prices, address …: a JSON or YAML file.")
@click.option("--example-content", is_flag=True, help="Fill in the template's example, to try things out.")
@json_option
@click.pass_obj
def create(
    settings: Settings, *, slug: str, name: str, template: str, language: str, phone: str, timezone: str,
    hours: Path | None, content: Path | None, example_content: bool, as_json: bool,
) -> None:
    """Create the tenant SLUG (1 to 27 of a-z, 0-9 and -; it never changes)."""
    open_database(settings.database)
    example = examples.example_content(template.upper()) if example_content else {"hours": {}, "content": {}}
    tenants.create_tenant(
        slug=slug, name=name, template=template, language=language, phone_number=phone, timezone=timezone, by=actor(),
        hours=_read(hours) or example["hours"], content=_read(content) or example["content"])
    if as_json:
        write_json(shown(workers.tenant_overview(slug, keeper_of(settings))))
    else:
        click.echo(f"Created {slug}. Start its worker with `flowhq worker start {slug}`.")


@tenant.command("list")
@json_option
@click.pass_obj
def list_tenants(settings: Settings, as_json: bool) -> None:
    """List the tenants and how they are."""
    open_database(settings.database)
    found = workers.worker_overview(keeper_of(settings))
    if as_json:
        write_json([in_list(overview) for overview in found])
        return
    now = datetime.now(UTC)
    write_table(
        ("SLUG", "NAME", "PHONE", "TEMPLATE", "STATUS", "SESSION", "WORKER", "LAST SEEN"),
        [(each.row.tenant.slug, each.row.tenant.name, each.row.tenant.phone_number, each.row.config.template,
          each.row.tenant.status, each.session_state, each.worker_status, ago(each.row.worker.last_seen_at, now))
         for each in found],
        empty="There are no tenants yet: `flowhq tenant create --help` says how to make one.")


@tenant.command()
@click.argument("slug")
@json_option
@click.pass_obj
def show(settings: Settings, slug: str, as_json: bool) -> None:
    """Show one tenant, with the QR code to scan where it waits for one."""
    open_database(settings.database)
    found = workers.tenant_overview(slug, keeper_of(settings))
    workers.want_code(slug)
    facts = shown(found)
    if as_json:
        write_json(facts)
        return
    code = facts.pop("qr_code")
    facts["content"] = _counted(facts["content"])
    write_facts({name.replace("_", " "): _plain(value) for name, value in facts.items() if value not in ("", None, {})})
    if code and console().is_terminal:
        click.echo("\nOn the phone: WhatsApp, Settings, Linked devices, Link a device; then scan this:\n")
        segno.make(code, micro=False).terminal(compact=True)


@tenant.command("set")
@click.argument("slug")
@click.option("--name", help="The business's name in lists.")
@click.option("--business-name", help="The business's name as customers read it.")
@click.option("--phone", "phone_number", help="The WhatsApp number; an empty text takes it away.")
@click.option("--template", type=TEMPLATES, help="What the bot can do.")
@click.option("--language", type=LANGUAGES, help="The bot's first language.")
@click.option("--timezone", help="Where the business is.")
@click.option("--hours", type=FILE, help="Business hours: a JSON or YAML file.")
@click.option("--content", type=FILE, help="Services, products, prices, address …: a JSON or YAML file.")
@click.option("--away-policy", type=AWAY, help="What becomes of messages that came while the bot was away.")
@_limit_options
@click.pass_obj
def change(settings: Settings, slug: str, hours: Path | None, content: Path | None, **changes: Any) -> None:
    """Change the tenant SLUG; a running worker takes it over by itself."""
    wanted = {name: value for name, value in changes.items() if value is not None}
    wanted |= {name: _read(path) for name, path in (("hours", hours), ("content", content)) if path}
    if not wanted:
        raise Invalid("Nothing to change: `flowhq tenant set --help` lists what can be.")
    open_database(settings.database)
    row = tenants.change_tenant(slug, by=actor(), **wanted)
    click.echo(f"Changed {slug}: {', '.join(sorted(wanted))} (version {row.config.version}).")


@tenant.command()
@click.argument("slug")
@click.pass_obj
def pause(settings: Settings, slug: str) -> None:
    """Let the bot of the tenant SLUG keep silent, whatever else happens; what is wanted of its worker stays."""
    open_database(settings.database)
    pausing.pause_tenant(slug, by=actor(), processes=keeper_of(settings), now=datetime.now(UTC))
    click.echo(f"Paused {slug}. `flowhq tenant resume {slug}` lets it go on.")


@tenant.command()
@click.argument("slug")
@click.pass_obj
def resume(settings: Settings, slug: str) -> None:
    """Let the paused tenant SLUG go on, its worker too where that is wanted."""
    open_database(settings.database)
    pausing.resume_tenant(slug, by=actor(), processes=keeper_of(settings), now=datetime.now(UTC))
    click.echo(f"{slug} goes on. `flowhq tenant show {slug}` shows how it is.")


def in_list(overview: Overview) -> dict[str, Any]:
    """One tenant as `tenant list --json` writes it."""
    row = overview.row
    return {
        "slug": row.tenant.slug, "name": row.tenant.name, "phone_number": row.tenant.phone_number,
        "template": row.config.template, "language": row.config.language, "status": row.tenant.status,
        "session_state": overview.session_state, "worker_status": overview.worker_status,
        "desired": row.tenant.desired, "last_seen": row.worker.last_seen_at, "last_error": overview.last_error,
    }


def shown(overview: Overview) -> dict[str, Any]:
    """One tenant as `tenant show --json` writes it."""
    row, process = overview.row, overview.process
    waits = overview.session_state == SessionState.QR_READY
    return {
        **in_list(overview),
        "timezone": row.config.timezone, "business_name": row.config.business_name, "hours": row.config.hours,
        "content": row.config.content, "config_version": row.config.version,
        "session_detail": row.session.detail, "session_phone": row.session.phone,
        "proved_at": row.session.proved_at, "pid": process.pid, "since": process.since, "restarts": process.restarts,
        "next_start_at": process.next_start_at,
        "away_policy": row.config.away_policy, "limits": {name: getattr(row.config, name) for name in LIMITS},
        "qr_code": (waits and linking.code_to_scan(row.session, utc_now())) or None,
        "qr_generation": row.session.qr_generation,
        "qr_expires_at": row.session.qr_expires_at if waits else None,
    }


def _counted(content: Mapping[str, Any]) -> str:
    """What there is, not all of it: `9 services, 4 questions, address, phone`."""
    return ", ".join(f"{len(value)} {name}" if isinstance(value, list) else name for name, value in content.items())


def _read(path: Path | None) -> dict[str, Any]:
    """What a JSON or YAML file says; raises Invalid where it says no set of named values."""
    if path is None:
        return {}
    try:
        value = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is neither JSON nor YAML: {' '.join(str(error).split())}") from None
    if not isinstance(value, dict):
        raise Invalid(f"{path} has to hold names and values, such as {{\"address\": \"Uhuru Street 5\"}}.")
    return value


def _plain(value: Any) -> Any:
    return ", ".join(f"{name} {number}" for name, number in value.items()) if isinstance(value, dict) else value
