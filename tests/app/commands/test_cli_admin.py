"""`flowhq admin`."""
from click.testing import CliRunner

from app.cli import cli
from app.models import Account, AuditEntry, Role
from app.services import passwords
from app.settings import Settings
from tests.app.commands.conftest import Flowhq


def test_it_makes_an_admin_and_prints_the_password_it_made(flowhq: Flowhq, database: object):
    result = flowhq("admin", "create", "Ada@Example.com", "--name", "Ada", "--generate")
    assert result.exit_code == 0, result.output
    ada = Account.get()
    assert (ada.email, ada.name, ada.role, ada.email_verified) == ("ada@example.com", "Ada", Role.ADMIN, True)
    password = result.stdout.split("The password is ")[1].strip()
    assert passwords.fits(ada.password_hash, password)
    assert AuditEntry.get().action == "account.create"
    assert password not in str(AuditEntry.get().detail)


def test_it_takes_the_password_from_standard_input(settings: Settings, database: object):
    result = CliRunner(env=settings.child_environ()).invoke(
        cli, ["admin", "create", "ada@example.com", "--password-stdin"], input="three plain words\nand more\n")
    assert result.exit_code == 0, result.output
    assert "three plain words" not in result.output
    assert passwords.fits(Account.get().password_hash, "three plain words")


def test_it_refuses_a_second_account_for_an_address(flowhq: Flowhq, database: object):
    flowhq("admin", "create", "ada@example.com", "--generate")
    result = flowhq("admin", "create", "ada@example.com", "--generate")
    assert (result.exit_code, Account.select().count()) == (4, 1)
    assert "There is an account ada@example.com already" in result.stderr


def test_it_refuses_a_poor_password_and_no_address(settings: Settings, flowhq: Flowhq, database: object):
    poor = CliRunner(env=settings.child_environ()).invoke(
        cli, ["admin", "create", "ada@example.com", "--password-stdin"], input="short\n")
    assert (poor.exit_code, "at least 10 characters" in poor.stderr) == (2, True)
    assert flowhq("admin", "create", "ada", "--generate").exit_code == 2
    assert Account.select().count() == 0
