"""`flowhq chaos`."""
import sys
from dataclasses import asdict
from typing import Any

import click

from app.chaos import schedule
from app.chaos.accounts import Account
from app.chaos.run import chaos as run_chaos
from app.chaos.schedule import Plan
from app.commands.interrupt import run_until_told
from app.commands.numbers import Amount
from app.commands.output import json_option, write_facts, write_json, write_table
from app.settings import Settings


@click.command()
@click.option("--minutes", default=10.0, show_default=True, type=Amount(0.1, 1440), metavar="N",
              help="How long customers write and faults strike.")
@click.option("--seed", default=1, show_default=True, type=int, metavar="S",
              help="What the schedule of faults and lines is drawn from: the same seed gives the same one.")
@click.option("--customers", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many write.")
@click.option("--rate", default=17.0, show_default=True, type=Amount(0.1, 1000), metavar="R",
              help="Lines a second, all customers together.")
@click.option("--tenants", default=1, show_default=True, type=click.IntRange(1, 100), help="To how many they write.")
@click.option("--schedule", "only_schedule", is_flag=True, help="Say what would strike when, and do nothing.")
@click.option("--keep", is_flag=True,
              help="Leave the tenants in the database, and the directory with the logs; it says where that is.")
@json_option
@click.pass_obj
def chaos(
    settings: Settings, *, minutes: float, seed: int, customers: int, rate: float, tenants: int, only_schedule: bool,
    keep: bool, as_json: bool,
) -> None:
    """Let everything go wrong at random, by a seed, while customers write, and account for every line.

    It starts a sandbox, a supervisor and workers of its own, in a directory that is gone afterwards, with SQLite, or
    with the PostgreSQL of DATABASE_URL where that has no tenants but its own. Faults of WhatsApp Web, kills, stops and
    a database that is away strike one after the other and at once; in the end all is healed, and it waits until every
    line is settled.

    \b
    written       lines that customers wrote
    claimed       of those, lines in the message log
    answered      lines whose replies are all on the customer's phone
    sent_once     replies that are there once
    sent_twice    replies that are there more than once; must be 0
    lost          lines that are not claimed, or whose reply never came; must be 0
    late          lines whose first reply came more than 60 s after them
    false_status  looks, one a second, that found a tenant shown as connected more than 45 s after its page was not
                  any more; must be 0
    out_of_order  lines and replies that came before an earlier one of their chat; must be 0
    unknown       replies that are marked as unknown, since nobody could tell whether they arrived
    unsettled     of those, the ones that are on no phone
    unlogged      messages on a phone that are not in the log; must be 0

    Exit code 1 where one of those is not 0 that must be. Ctrl-C ends everything.
    """
    plan = Plan(seed, minutes, customers, rate, tenants)
    if only_schedule:
        _show_schedule(plan, as_json=as_json)
        return
    if not as_json:
        _show_schedule(plan, as_json=False)
    account = run_until_told(run_chaos(plan, settings, _tell, keep=keep))
    if as_json:
        write_json(as_facts(account, plan))
    else:
        _show(account, plan)
    if account.problems:
        sys.exit(1)


def _show_schedule(plan: Plan, *, as_json: bool) -> None:
    strikes = schedule.strikes(plan)
    if as_json:
        write_json({"faults": [asdict(strike) for strike in strikes],
                    "lines": [asdict(line) for line in schedule.lines(plan)]})
    else:
        write_table(("AFTER S", "TENANT", "FAULT"),
                    [(f"{strike.at_s:.1f}", strike.tenant + 1, strike) for strike in strikes])


def _tell(text: str) -> None:
    click.echo(text, err=True)


def as_facts(account: Account, plan: Plan) -> dict[str, Any]:
    """The account as `--json` writes it, with what it is the account of."""
    return {**asdict(account), "seed": plan.seed, "minutes": plan.minutes, "faults": len(schedule.strikes(plan))}


def _show(account: Account, plan: Plan) -> None:
    write_facts({name.replace("_", " "): value for name, value in as_facts(account, plan).items()})
    verdict = "There are PROBLEMS: " + ", ".join(f"{count} {name}" for name, count in account.problems.items())
    click.secho(verdict if account.problems else "Nothing lost, nothing twice, never a lie.",
                fg="red" if account.problems else "green", bold=True)
