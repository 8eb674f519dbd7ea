"""`flowhq jobs`."""
import click

from app.commands.output import json_option, write_json, write_table
from app.db import open_database
from app.errors import NotFound
from app.logs import configure
from app.models.base import utc_now
from app.services import outgoing
from app.settings import Settings
from app.times import ago


@click.group()
def jobs() -> None:
    """Do the work of the background: letters, webhooks, alerts, digests."""


@jobs.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Do jobs in the foreground until Ctrl-C or SIGTERM, which lets a job in flight finish."""
    # Imported here: the other commands need no queue.
    from app.jobs import consumer  # noqa: PLC0415

    configure(settings.log_level, journal=settings.journal_stream)
    consumer.run(settings)


@jobs.command("list")
@json_option
@click.pass_obj
def list_jobs(settings: Settings, as_json: bool) -> None:
    """Show the letters and webhook calls that wait or have failed, without what they say."""
    open_database(settings.database)
    found, now = outgoing.unfinished(), utc_now()
    if as_json:
        write_json(found)
        return
    write_table(
        ("JOB", "STATE", "TO", "MADE", "ATTEMPTS", "LAST ERROR"),
        [(each.name, each.state, each.to, ago(each.created_at, now), each.attempts, each.last_error)
         for each in found], empty="Nothing waits and nothing has failed.")


@jobs.command()
@click.argument("job")
@click.pass_obj
def retry(settings: Settings, job: str) -> None:
    """Try JOB, such as mail:12, once more, though it was given up."""
    open_database(settings.database)
    if not outgoing.retry(job, now=utc_now()):
        raise NotFound(f"{job} has not failed, or is not there: `flowhq jobs list` shows what has.")
    click.echo(f"{job} is tried again.")
