"""`flowhq backup`."""
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from app import systemd
from app.backup import making, restoring
from app.commands.output import json_option, write_json, write_table
from app.db import open_database
from app.errors import Invalid
from app.services.grants import OWNER
from app.settings import Settings

KIBIBYTE = 1024
identity_option = click.option("--identity", required=True, type=click.Path(path_type=Path, dir_okay=False),
                               help="The operator's key, as age-keygen wrote it.")
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def backup() -> None:
    """Make backups of a host, look whether they are whole, and put them back. As root."""


@backup.command()
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False),
              help="Write it to this file instead, and delete none of the others.")
@click.option("--recipients", type=click.Path(path_type=Path, dir_okay=False),
              help="A file with the age1… of those who may open it, instead of the host's own.")
@click.option("--only", metavar="SLUG", help="This tenant alone, for `flowhq backup add` on another host; needs --to.")
@json_option
@click.pass_obj
def create(settings: Settings, to: Path | None, recipients: Path | None, only: str | None, as_json: bool) -> None:
    """Make a backup while the workers run, and delete those that are old; a timer does this every night."""
    restoring.check_root()
    chosen = replace(settings, backup_recipients=recipients or settings.backup_recipients)
    holder, now = systemd.Systemd(settings), datetime.now(UTC)
    if only and to:
        open_database(settings.database, ("", OWNER))
        made = making.make_of_one(only, chosen, holder, now=now, target=to)
    elif only:
        raise Invalid("Say into which file: --to FILE. It is no backup of the host, and does not belong among them.")
    else:
        made = making.make(chosen, holder, now=now, target=to)
    gone = [] if to else making.forget_old(settings)
    if as_json:
        write_json({"path": str(made.path), "made_at": made.made_at, "size": made.size, "deleted": gone})
    else:
        lines = [f"Wrote {made.path} ({_shown(made.size)}).", *(f"Deleted {one}." for one in gone)]
        click.echo("\n".join(lines))


@backup.command("list")
@json_option
@click.pass_obj
def list_them(settings: Settings, as_json: bool) -> None:
    """List the backups on this host, the newest first."""
    found = making.list_backups(settings)
    if as_json:
        write_json([{"path": str(one.path), "made_at": one.made_at, "size": one.size} for one in found])
    else:
        rows = [(f"{one.made_at:%Y-%m-%d %H:%M} UTC", _shown(one.size), one.path) for one in found]
        write_table(("MADE", "SIZE", "FILE"), rows, empty=f"There are no backups in {settings.backup_dir}.")


@backup.command()
@file_argument
@identity_option
@click.pass_obj
def verify(settings: Settings, file: Path, identity: Path) -> None:
    """Open the backup FILE and look whether every part of it is what it was."""
    manifest = restoring.verify(file, identity, settings)
    click.echo(f"Whole: {len(manifest.files)} files of {len(manifest.tenants)} tenants, made "
               f"{manifest.moment:%Y-%m-%d %H:%M} UTC by Flow HQ {manifest.version}.")


@backup.command()
@file_argument
@identity_option
@click.pass_obj
def add(settings: Settings, file: Path, identity: Path) -> None:
    """Put the one tenant in FILE, from `flowhq backup create --only`, beside those on this host.

    Its worker is not started: two that run one session lose it, so the host it comes from must never start it again.
    """
    restoring.check_root()
    open_database(settings.database, ("", OWNER))
    tenant = restoring.add(file, identity, settings)
    click.echo(f"{tenant.slug} is on this host now, {tenant.status}. `flowhq tenant resume {tenant.slug}` lets a "
               f"paused one go on; `flowhq worker start {tenant.slug}` starts its worker.")


@backup.command()
@file_argument
@identity_option
@click.option("--yes", is_flag=True, help="Do not ask: what is on this host now is replaced.")
@click.pass_obj
def restore(settings: Settings, file: Path, identity: Path, yes: bool) -> None:
    """Put the backup FILE back, in place of everything that Flow HQ has on this host, and start it."""
    restoring.check_root()
    if not yes:
        click.confirm("This replaces every tenant, message and session on this host. Go on?", abort=True)
    for line in restoring.restore(file, identity, settings, systemd.platform_stopped):
        click.echo(line)
    click.echo("Flow HQ runs. `flowhq worker status` shows the businesses as they come back.")


def _shown(size: int) -> str:
    """A size in bytes as people read it."""
    kibibytes = size / KIBIBYTE
    return f"{kibibytes / KIBIBYTE:.1f} MiB" if kibibytes >= KIBIBYTE else f"{kibibytes:.0f} KiB"
