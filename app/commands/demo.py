"""`flowhq demo`."""
import shutil
import sys
import textwrap
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from app.commands.interrupt import run_until_told
from app.commands.output import visible
from app.demo.cast import BUSINESSES
from app.demo.people import SignInOf
from app.demo.run import Teller, run
from app.services.messages import LogLine
from app.services.tenants import DEFAULT_TIMEZONE
from app.settings import Settings
from app.times import local

INDENT = " " * 4


@click.command()
@click.pass_obj
def demo(settings: Settings) -> None:
    """Run everything on this machine with three demo tenants, until Ctrl-C.

    Starts the WhatsApp sandbox, the web and a worker for each tenant, links them, and lets a customer write to each.
    """
    began = time.monotonic()
    tell = Teller(step=_step, line=_line,
                  up=lambda sign_ins: _where_to_look(settings, sign_ins, time.monotonic() - began))
    try:
        run_until_told(run(settings, tell))
    except KeyboardInterrupt:
        click.echo("Everything has ended.")


def _step(text: str) -> None:
    click.echo(f"{text} …" if not text.endswith((".", "…")) else text)


def _line(line: LogLine) -> None:
    names = {business.slug: business.name for business in BUSINESSES}
    business, customer = names[line.tenant], visible(line.name or line.customer)
    speaker, listener = (customer, business) if line.direction == "IN" else (business, customer)
    click.secho(f"\n{local(line.created_at, ZoneInfo(DEFAULT_TIMEZONE))}  {speaker} → {listener}", fg="cyan")
    for paragraph in line.text.splitlines():
        click.echo(textwrap.fill(visible(paragraph), 96, initial_indent=INDENT, subsequent_indent=INDENT))


def _where_to_look(settings: Settings, sign_ins: list[SignInOf], took_s: float) -> None:
    flowhq = "flowhq" if shutil.which("flowhq") else str(Path(sys.argv[0]))
    numbers = "\n".join(f"                 {business.number}  {business.name} ({business.template.lower()})"
                        for business in BUSINESSES)
    people = "\n".join(f"                 {each.email:28}{each.password}  ({each.whose})" for each in sign_ins)
    click.secho(f"\nFlow HQ is up after {took_s:.1f} s. Ctrl-C ends everything.", fg="green", bold=True)
    click.echo(f"""
  Flow HQ        {settings.web_url}/   sign in as one of these:
{people}
  Phones         {settings.sandbox_url}/phones   write to one of these, and read the answer:
{numbers}
  Phones' API    {settings.sandbox_url}/api
  State          {settings.state_dir.absolute()}

  In another terminal, with the same FLOWHQ_… variables where you have set any:
    {flowhq} tenant list
    {flowhq} worker status
    {flowhq} messages tail demo-shop --follow
    {flowhq} sandbox replay FILE --customers 20
""")
