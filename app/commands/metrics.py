"""`flowhq metrics`."""
from pathlib import Path

import click

from app.db import open_database
from app.models.base import utc_now
from app.services import metrics as numbers
from app.settings import Settings


@click.command()
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write them to this file, whole or not at all, for Prometheus's node exporter.")
@click.pass_obj
def metrics(settings: Settings, output: Path | None) -> None:
    """Write how each business's bot is as numbers, in Prometheus's text format; a timer runs it."""
    open_database(settings.database)
    text = numbers.written(numbers.gather(utc_now()))
    if output is None:
        click.echo(text, nl=False)
        return
    beside = output.with_name(f".{output.name}.new")
    beside.write_text(text)
    beside.chmod(0o644)
    beside.replace(output)
