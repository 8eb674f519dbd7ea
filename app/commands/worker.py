"""`flowhq worker`."""
from datetime import UTC, datetime
from typing import Any

import click

from app.commands.output import actor, json_option, write_json, write_table
from app.commands.rolling import roll_workers
from app.db import open_database
from app.keeper import keeper_of
from app.services import workers
from app.services.workers import Overview
from app.settings import Settings
from app.times import ago


@click.group()
def worker() -> None:
    """Start, stop and watch tenants' workers.

    A started worker keeps running, also after this command: systemd sees to it in production, elsewhere a supervisor
    in the background.
    """


worker.add_command(roll_workers)


@worker.command()
@click.argument("slug")
@click.pass_obj
def start(settings: Settings, slug: str) -> None:
    """Start the worker of the tenant SLUG and keep it running."""
    open_database(settings.database)
    state = workers.start_worker(slug, by=actor(), processes=keeper_of(settings))
    click.echo(f"Started {slug}'s worker (pid {state.pid}). `flowhq tenant show {slug}` shows the code to scan.")


@worker.command()
@click.argument("slug")
@click.pass_obj
def stop(settings: Settings, slug: str) -> None:
    """Stop the worker of the tenant SLUG; it stays stopped."""
    open_database(settings.database)
    workers.stop_worker(slug, by=actor(), processes=keeper_of(settings))
    click.echo(f"Stopped {slug}'s worker.")


@worker.command()
@click.argument("slug")
@click.pass_obj
def restart(settings: Settings, slug: str) -> None:
    """Stop the worker of the tenant SLUG where it runs, and start it."""
    open_database(settings.database)
    state = workers.restart_worker(slug, by=actor(), processes=keeper_of(settings))
    click.echo(f"Restarted {slug}'s worker (pid {state.pid}).")


@worker.command()
@click.argument("slugs", nargs=-1, required=True)
@click.pass_obj
def settle(settings: Settings, slugs: tuple[str, ...]) -> None:
    """Bring the workers of the tenants SLUGS to what is wanted of them, one after another."""
    open_database(settings.database)
    for slug, reason in workers.settle(slugs, keeper_of(settings)).items():
        click.echo(f"{slug}: {reason}", err=True)


@worker.command("start-wanted")
@click.option("--at-once", default=3, show_default=True, type=click.IntRange(1, 100), help="So many may start at once.")
@click.option("--settle-s", default=60.0, show_default=True, help="Seconds that the next waits for one before it.")
@click.pass_obj
def start_wanted(settings: Settings, at_once: int, settle_s: float) -> None:
    """Start every worker that should run, a few at a time; a unit does this after the machine has booted."""
    open_database(settings.database)
    for slug, reason in workers.start_wanted(keeper_of(settings), at_once=at_once, settle_s=settle_s).items():
        click.echo(f"{slug}: {reason}", err=True)


@worker.command("note-end")
@click.argument("slug")
@click.pass_obj
def note_end(settings: Settings, slug: str) -> None:
    """Write down that the worker of the tenant SLUG has failed for good; a unit does this when it has."""
    open_database(settings.database)
    seen = keeper_of(settings).status(slug)
    if not seen.running:
        workers.record_end(slug, error=seen.last_error, crashes=seen.restarts, gave_up=bool(seen.last_error))


@worker.command()
@click.argument("slug", required=False)
@json_option
@click.pass_obj
def status(settings: Settings, slug: str | None, as_json: bool) -> None:
    """Show how all workers are, or the one of the tenant SLUG."""
    open_database(settings.database)
    processes = keeper_of(settings)
    found = [workers.tenant_overview(slug, processes)] if slug else workers.worker_overview(processes)
    if as_json:
        write_json([_shown(overview) for overview in found])
        return
    now = datetime.now(UTC)
    write_table(
        ("TENANT", "WANTED", "WORKER", "SESSION", "PID", "STARTED", "RESTARTS", "LAST SEEN", "LAST ERROR"),
        [(each.row.tenant.slug, each.row.tenant.desired, each.worker_status, each.session_state, each.process.pid,
          ago(each.process.since, now) if each.process.since else "", each.process.restarts,
          ago(each.row.worker.last_seen_at, now), each.last_error) for each in found],
        empty="There are no tenants yet: `flowhq tenant create --help` says how to make one.")


def _shown(overview: Overview) -> dict[str, Any]:
    row, process = overview.row, overview.process
    return {
        "slug": row.tenant.slug, "desired": row.tenant.desired, "worker_status": overview.worker_status,
        "session_state": overview.session_state, "running": process.running, "pid": process.pid, "since": process.since,
        "restarts": process.restarts, "last_exit": process.last_exit, "next_start_at": process.next_start_at,
        "last_seen": row.worker.last_seen_at, "last_error": overview.last_error,
    }
