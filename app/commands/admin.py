"""`flowhq admin`."""
import sys

import click

from app.commands.output import actor
from app.db import open_database
from app.services import accounts
from app.services.passwords import LEAST
from app.settings import Settings


@click.group()
def admin() -> None:
    """Make accounts for the people who run the platform."""


@admin.command()
@click.argument("email")
@click.option("--name", default="", help="What the person is called.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, its first line.")
@click.option("--generate", is_flag=True, help="Make a password and print it.")
@click.pass_obj
def create(settings: Settings, email: str, name: str, password_stdin: bool, generate: bool) -> None:
    """Make an admin's account; asks for a password, or makes and prints one where nobody can be asked."""
    open_database(settings.database)
    accounts.check_free(accounts.read_email(email))
    password, is_generated = _password(password_stdin, generate)
    account = accounts.create_admin(email=email, name=name, password=password, by=actor())
    click.echo(f"{account.email} is an admin.")
    if is_generated:
        click.echo(f"The password is {password}")


def _password(from_stdin: bool, generate: bool) -> tuple[str, bool]:
    """The password, and whether it was made here."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if generate or not sys.stdin.isatty():
        return accounts.generated_password(), True
    asked: str = click.prompt(f"Password (at least {LEAST} characters)", hide_input=True, confirmation_prompt=True)
    return asked, False
