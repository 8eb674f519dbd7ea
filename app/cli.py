"""`flowhq`: the command line. Each command lives in a module of app.commands, imported only when it is used."""
import importlib
import os
from typing import Any

import click

from app.settings import Settings

# name -> (where it is, what it does); the text stands here so that --help need not import everything.
COMMANDS = {
    "demo": ("app.commands.demo:demo", "Run everything on this machine with three demo tenants."),
    "admin": ("app.commands.admin:admin", "Make accounts for the people who run the platform."),
    "tenant": ("app.commands.tenant:tenant", "Create, list, show and change tenants."),
    "worker": ("app.commands.worker:worker", "Start, stop and watch tenants' workers."),
    "stale-check": ("app.commands.stale_check:stale_check", "Flag workers that have gone silent; a timer runs it."),
    "disk-check": ("app.commands.disk_check:disk_check", "Stop workers that fill the disk; a timer runs it."),
    "messages": ("app.commands.messages:messages", "Read and export the message log."),
    "understand": ("app.commands.understand:understand", "Say what customers' messages mean, line by line."),
    "replies": ("app.commands.replies:replies", "Try what the bots answer, and draw how they lead a conversation."),
    "sandbox": ("app.commands.sandbox:sandbox", "Run the WhatsApp sandbox, or replay messages on it."),
    "stress": ("app.commands.stress:stress", "Make many tenants, write to all at once, check that each stays apart."),
    "chaos": ("app.commands.chaos:chaos", "Let everything go wrong at random, and account for every line."),
    "supervisor": ("app.commands.supervisor:supervisor", "Keep workers running, in the foreground."),
    "jobs": ("app.commands.jobs:jobs", "Do the work of the background: letters, webhooks, alerts."),
    "prune": ("app.commands.prune:prune", "Delete what is older than the settings say; a timer runs it."),
    "egress": ("app.commands.egress:egress", "Let workers reach WhatsApp and nothing else; a unit runs it."),
    "web": ("app.commands.web:web", "Serve the web pages, in the foreground."),
    "backup": ("app.commands.backup:backup", "Make backups of a host, and put them back."),
    "doctor": ("app.commands.doctor:doctor", "Look whether everything is as it must be, and say what to do."),
    "metrics": ("app.commands.metrics:metrics", "Write how the bots are as numbers, for Prometheus; a timer runs it."),
    "db": ("app.commands.database:database", "Bring the database to the schema this version needs."),
}
EPILOG = """\b
Exit codes:
  0  done
  1  failed
  2  the command or a value in it cannot be used
  3  what it names does not exist
  4  it is already so, or something stands in the way (a port, another process)
  5  the database is down, or not at this version's schema
  6  another part of Flow HQ does not answer (such as the sandbox)
"""


class Commands(click.Group):
    """Imports a command when it is wanted, and turns what a person can mend into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the one place where errors become exit codes."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # Imported here, since it knows every part that can fail and would make every start slow.
            from app.commands.failures import explain  # noqa: PLC0415

            refusal = explain(error)
            if refusal is None:
                raise
            click.echo(f"flowhq: {refusal.line}", err=True)
            ctx.exit(refusal.exit_code)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowhq", prog_name="flowhq")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Flow HQ: WhatsApp bots for many businesses on one machine."""
    ctx.obj = Settings.from_env()


def main() -> None:
    """Run the command line; what it writes may hold customers' messages, so nobody else may read it."""
    os.umask(0o077)
    cli(prog_name="flowhq")


if __name__ == "__main__":
    main()
