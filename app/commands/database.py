"""`flowhq db`."""
from datetime import UTC, datetime

import click

from app.commands.output import json_option, write_json, write_table
from app.db import open_database
from app.errors import Conflict, Invalid
from app.services import schema
from app.services.bootstrap import bootstrap as prepare
from app.services.grants import OWNER
from app.services.seeding import Seed, fill
from app.settings import Settings

DEFAULT_URL = "postgresql:///flowhq"


@click.group()
def database() -> None:
    """Bring the database to the schema this version needs."""


@database.command()
@json_option
@click.pass_obj
def upgrade(settings: Settings, as_json: bool) -> None:
    """Apply the migrations that wait; safe to run at any time, by several at once.

    On a database that was prepared by `flowhq db bootstrap` this acts as the schema's owner: run it as root. What each
    role may do is brought up to date each time.
    """
    applied = schema.upgrade(open_database(settings.database, (OWNER, "")))
    if as_json:
        write_json({"applied": applied})
    else:
        click.echo("\n".join(f"Applied {name}." for name in applied) or "The database is up to date.")


@database.command()
@click.option("--superuser", default="postgres", show_default=True, help="The role of PostgreSQL to act as.")
@click.pass_obj
def bootstrap(settings: Settings, superuser: str) -> None:
    """Prepare PostgreSQL: roles, database, and what must be closed. Once, as postgres; a second run changes nothing.

    The database is the one that DATABASE_URL names, or flowhq. Then, as root, run `flowhq db upgrade`.
    """
    url = settings.database_url or DEFAULT_URL
    if url.startswith("sqlite:"):
        raise Invalid("SQLite has no roles: set DATABASE_URL to postgresql:///flowhq.")
    for line in prepare(url, superuser):
        click.echo(line)


@database.command()
@json_option
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show which migrations are applied and which wait."""
    # Root has no role of its own: it acts as the schema's owner.
    steps = schema.status(open_database(settings.database, ("", OWNER)))
    if as_json:
        write_json(steps)
    else:
        write_table(("MIGRATION", "APPLIED"), [(step.name, _applied(step)) for step in steps])


@database.command()
@click.option("--tenants", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--chats", default=20, show_default=True, type=click.IntRange(1, 1000), help="Chats of each tenant.")
@click.option("--messages", default=1_000_000, show_default=True, type=click.IntRange(1, 100_000_000), help="In all.")
@click.pass_obj
def seed(settings: Settings, tenants: int, chats: int, messages: int) -> None:
    """Add made-up tenants with messages of the last 30 days, to measure with; never in production."""
    if settings.production:
        raise Conflict("This is a production database: made-up tenants have no place in it.")
    open_database(settings.database)
    fill(Seed(tenants, chats, messages), now=datetime.now(UTC))
    click.echo(f"Added {tenants} tenants with {chats} chats each and {messages} messages in all.")


@database.command()
@click.argument("name")
def new(name: str) -> None:
    """Write an empty migration called NAME, for developers."""
    click.echo(f"Wrote {schema.new(name)}.")


def _applied(step: schema.Step) -> str:
    if not step.known:
        return "by a newer version of Flow HQ"
    return step.applied_at.isoformat(timespec="seconds") if step.applied_at else "waits: run `flowhq db upgrade`"
