"""`flowhq sandbox`."""
import os
import sys

import click

from app import ports, programs
from app.commands.replay import replay
from app.settings import Settings


@click.group(invoke_without_command=True)
@click.pass_context
def sandbox(ctx: click.Context) -> None:
    """Run the WhatsApp sandbox in the foreground, on the port that FLOWHQ_SANDBOX_PORT names."""
    if ctx.invoked_subcommand is None:
        settings: Settings = ctx.obj
        ports.require_free(settings.sandbox_port, "the sandbox", "FLOWHQ_SANDBOX_PORT")
        os.execve(sys.executable, programs.sandbox(settings), settings.child_environ())  # noqa: S606 - no shell


sandbox.add_command(replay)
