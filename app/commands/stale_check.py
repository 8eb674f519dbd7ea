"""`flowhq stale-check`."""
from datetime import timedelta

import click

from app.db import db, open_database
from app.errors import FlowError
from app.keeper import keeper_of
from app.models.base import utc_now
from app.services import roles, stale, workers
from app.settings import Settings

# A worker's own take milliseconds; one that lasts may hold what others wait for.
LONGEST_TRANSACTION = timedelta(seconds=30)


@click.command()
@click.pass_obj
def stale_check(settings: Settings) -> None:
    """Flag every worker that runs and has gone silent, and start it anew where the settings say so.

    Where the supervisor runs the workers it does this by itself, once a minute.
    """
    open_database(settings.database)
    if ended := roles.end_long_transactions(db.obj, LONGEST_TRANSACTION):
        click.echo(f"Ended {ended} transactions of workers that would not end.")
    now, keeper = utc_now(), keeper_of(settings)
    for slug in workers.reconcile(keeper):
        click.echo(f"{slug}'s worker is gone.")
    for slug in stale.flag_silent(now=now, after_s=settings.stale_after_s):
        click.echo(f"{slug} has gone silent.")
    for slug in stale.choose_restarts(now=now, cap=settings.stale_restarts):
        try:
            state = keeper.restart(slug, force=True)
        except FlowError as error:
            # The others are to be restarted all the same.
            click.echo(f"{slug}: {error}", err=True)
        else:
            click.echo(f"Restarted {slug}'s worker (pid {state.pid}).")
