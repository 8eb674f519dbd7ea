"""`flowhq supervisor`."""
import asyncio

import click

from app import programs
from app.logs import configure
from app.settings import Settings
from app.supervisor.plan import IDLE_EXIT_S, Plan
from app.supervisor.reports import DatabaseReports
from app.supervisor.restart import Pace
from app.supervisor.supervisor import Supervisor


@click.command()
@click.option("--until-idle", is_flag=True, help=f"End after {IDLE_EXIT_S:.0f} s without a worker.")
@click.pass_obj
def supervisor(settings: Settings, until_idle: bool) -> None:
    """Keep the workers running that should, until Ctrl-C or SIGTERM, which stop them in good order."""
    configure(settings.log_level)
    plan = Plan(
        state_dir=settings.state_dir, command=programs.WORKER, environ=settings.child_environ(),
        pace=Pace(first_delay_s=settings.restart_delay_s), idle_exit_s=IDLE_EXIT_S if until_idle else None)
    reports = DatabaseReports(settings.database, stale_after_s=settings.stale_after_s,
                              stale_restarts=settings.stale_restarts)
    asyncio.run(Supervisor(plan, reports).run())
