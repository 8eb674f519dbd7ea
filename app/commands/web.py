"""`flowhq web`."""
import os
import subprocess
import sys

import click

from app import ports, programs
from app.settings import Settings
from app.supervisor import lifeline


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--from-systemd", is_flag=True, help="Serve the socket that systemd hands over instead.")
@click.pass_obj
def web(settings: Settings, host: str, from_systemd: bool) -> None:
    """Serve the web pages in the foreground, on the port that FLOWHQ_PORT names.

    Outside production the work of the background (`flowhq jobs run`) is done beside it.
    """
    command = programs.web_from_systemd(settings) if from_systemd else programs.web(settings, host)
    if not from_systemd:
        ports.require_free(settings.web_port, "the web", "FLOWHQ_PORT")
    if not settings.production:
        _do_jobs_beside(settings)
    os.execve(sys.executable, command, settings.child_environ())  # noqa: S606 - no shell


def _do_jobs_beside(settings: Settings) -> None:
    """Start the jobs as a child of what this process becomes; they end with it."""
    command = [sys.executable, "-S", lifeline.__file__, str(os.getpid()), "web", *programs.JOBS]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, env=settings.child_environ())
