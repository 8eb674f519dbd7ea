"""`flowhq worker roll`."""
from typing import Any

import click

from app.commands.output import actor, json_option, write_json
from app.db import open_database
from app.keeper import keeper_of
from app.services.rolling import Ring, Rolled, roll
from app.settings import Settings


@click.command("roll")
@click.option("--at-once", default=1, show_default=True, type=click.IntRange(1, 50), help="So many at the same time.")
@click.option("--quiet-s", default=60.0, show_default=True, help="Seconds to wait for a pause in a tenant's chats.")
@click.option("--back-s", default=120.0, show_default=True, help="Seconds that a worker may take to be back.")
@click.option("--only", multiple=True, metavar="SLUG", help="This tenant's alone; may be given again.")
@json_option
@click.pass_context
def roll_workers(ctx: click.Context, as_json: bool, **how: Any) -> None:
    """Restart all running workers in a ring, and stop at the first that does not come back as it was.

    Tenants whose customers are being answered, or who scan a code, come last.
    """
    settings: Settings = ctx.obj
    open_database(settings.database)
    done: list[Rolled] = []
    for batch in roll(keeper_of(settings), Ring(actor(), **how)):
        done += batch
        if not as_json:
            click.echo("\n".join(map(_line, batch)))
    if as_json:
        write_json(done)
    ctx.exit(int(any(not one.is_back for one in done)))


def _line(one: Rolled) -> str:
    if one.is_back:
        return f"{one.slug}: {one.after} again after {one.took_s:.0f} s"
    why = one.error or f"{one.after} after {one.took_s:.0f} s"
    return f"{one.slug}: was {one.before}, and is not back: {why}. Stopped here; the workers after it were not touched."
