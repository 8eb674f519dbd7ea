"""`flowhq doctor`."""
import os

import click

from app.commands.output import json_option, write_json, write_table
from app.doctor import checklist
from app.doctor.finding import Verdict, run
from app.settings import Settings


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look whether everything is as it must be, and say in one line each what is wrong and how to mend it."""
    settings: Settings = ctx.obj
    results = list(run(checklist.checks_for(settings, is_root=os.geteuid() == 0), settings))
    if as_json:
        write_json(results)
    else:
        rows = [(one.verdict, one.check, one.seen, one.mend) for one in results]
        write_table(("", "CHECK", "SEEN", "WHAT TO DO"), rows)
    ctx.exit(int(any(one.verdict == Verdict.FAIL for one in results)))
