"""`flowhq web`."""
import os
import sys

import click

from app import ports, programs
from app.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.pass_obj
def web(settings: Settings, host: str) -> None:
    """Serve the web pages in the foreground, on the port that FLOWHQ_PORT names."""
    ports.require_free(settings.web_port, "the web", "FLOWHQ_PORT")
    os.execve(sys.executable, programs.web(settings, host), settings.child_environ())  # noqa: S606 - no shell
