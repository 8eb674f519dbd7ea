"""`flowhq prune`."""
import click

from app.db import open_database
from app.models.base import utc_now
from app.services import pruning
from app.settings import Settings


@click.command()
@click.pass_obj
def prune(settings: Settings) -> None:
    """Delete messages, finished orders and history older than the settings say; nothing where they say nothing."""
    open_database(settings.database)
    deleted = pruning.prune(now=utc_now(), messages_days=settings.keep_messages_days,
                            history_days=settings.keep_history_days, orders_days=settings.keep_orders_days)
    click.echo(f"Deleted {', '.join(f'{count} {what}' for what, count in deleted.items())}.")
