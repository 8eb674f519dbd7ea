"""`flowhq disk-check`."""
import click

from app.backup.profiles import STATE_ROOT, tenants_in
from app.db import open_database
from app.errors import Conflict
from app.services import disk
from app.services.grants import OWNER
from app.settings import Settings
from app.systemd import Systemd


@click.command()
@click.pass_obj
def disk_check(settings: Settings) -> None:
    """Stop every worker whose session takes more of the disk than it may; a timer runs this as root every minute."""
    if not settings.production:
        raise Conflict("Here everything lies in one directory of yours: this is for a production host.")
    open_database(settings.database, (OWNER, ""))
    keeper, limit = Systemd(settings), settings.session_limit_mib * disk.MIB
    running = {slug for slug, state in keeper.states().items() if state.running}
    for slug in running.intersection(tenants_in(STATE_ROOT)):
        if (size := disk.used(STATE_ROOT / slug, enough=limit)) > limit:
            disk.stop_for_size(slug, size, limit, keeper)
            click.echo(f"Stopped {slug}'s worker: its session takes over {size // disk.MIB} MiB.")
