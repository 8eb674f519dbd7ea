import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import COMMANDS, cli
from app.settings import Settings

ASK_FOR_HELP = """
import sys
from click.testing import CliRunner
from app.cli import cli
print(CliRunner().invoke(cli, ["--help"]).output)
print([name for name in sys.modules if name.startswith("app.commands.")])
"""
READS = [("tenant", "list"), ("worker", "status"), ("messages", "tail", "acme")]


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "fresh")


def run(settings: Settings, *words: str):
    return CliRunner(env=settings.child_environ()).invoke(cli, words)


@pytest.mark.parametrize("words", READS)
def test_a_database_without_tables_is_told_how_to_get_them(empty: Settings, words):
    result = run(empty, *words)
    assert (result.exit_code, result.stdout) == (5, "")
    assert "run `flowhq db upgrade`" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_upgrade_makes_it_usable_and_a_second_finds_nothing_to_do(empty: Settings):
    assert "waits: run `flowhq db upgrade`" in run(empty, "db", "status").stdout
    assert "Applied 0001_initial." in run(empty, "db", "upgrade").stdout
    assert run(empty, "db", "upgrade").stdout == "The database is up to date.\n"
    assert run(empty, "tenant", "list", "--json").stdout == "[]\n"


@pytest.mark.parametrize("words", [*READS, ("db", "upgrade"), ("db", "status")])
def test_a_database_that_is_down_is_one_clear_line(tmp_path: Path, words):
    down = Settings(state_dir=tmp_path, database_url=f"postgresql://flowhq@/flowhq?host={tmp_path}")
    result = run(down, *words)
    assert (result.exit_code, result.stdout) == (5, "")
    assert "PostgreSQL does not answer" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_state_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    result = run(Settings(state_dir=tmp_path / "file" / "state"), "tenant", "list")
    assert (result.exit_code, result.stdout) == (5, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_setting_that_cannot_be_used_is_named():
    result = CliRunner(env={"FLOWHQ_PORT": "eighty"}).invoke(cli, ["tenant", "list"])
    assert result.exit_code == 2
    assert "FLOWHQ_PORT='eighty' cannot be used" in result.stderr


def test_help_names_every_command_and_the_exit_codes_without_importing_them():
    said = subprocess.run([sys.executable, "-c", ASK_FOR_HELP], capture_output=True, text=True, check=True).stdout
    assert all(name in said for name in COMMANDS)
    assert "5  the database is down" in said
    assert said.splitlines()[-1] == "[]"


def test_a_database_is_filled_to_measure_with_unless_it_is_a_production_one(settings: Settings):
    environ = settings.child_environ()
    upgraded = CliRunner(env=environ).invoke(cli, ["db", "upgrade"])
    assert upgraded.exit_code == 0, upgraded.output
    filled = CliRunner(env=environ).invoke(cli, ["db", "seed", "--tenants", "2", "--chats", "3", "--messages", "60"])
    assert filled.output == "Added 2 tenants with 3 chats each and 60 messages in all.\n"
    refused = CliRunner(env=environ | {"FLOWHQ_PRODUCTION": "yes"}).invoke(cli, ["db", "seed"])
    assert refused.exit_code in {2, 4} and "production" in refused.stderr.lower()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.output


def test_an_unknown_command_is_a_mistake_in_usage():
    result = CliRunner().invoke(cli, ["tennant"])
    assert result.exit_code == 2
    assert "No such command" in result.stderr


@pytest.mark.parametrize(("command", "variable"), [("web", "FLOWHQ_PORT"), ("sandbox", "FLOWHQ_SANDBOX_PORT"),
                                                   ("demo", "FLOWHQ_PORT"), ("demo", "FLOWHQ_SANDBOX_PORT")])
def test_a_port_in_use_is_named_with_the_variable_that_changes_it(settings: Settings, command: str, variable: str):
    environ = settings.child_environ()
    with socket.create_server(("127.0.0.1", int(environ[variable]))):
        result = subprocess.run([sys.executable, "-m", "app.cli", command], capture_output=True, text=True,
                                env={**os.environ, **environ}, check=False)
    assert result.returncode == 4
    assert f"Port {environ[variable]}" in result.stderr
    assert f"set {variable} to another port" in result.stderr
    assert "Traceback" not in result.stderr
