"""What the README names is there."""
import re

import click
import pytest

from app.cli import cli
from app.settings import VARIABLES
from tests.source_tree import ROOT

README = (ROOT / "README.md").read_text()
PATHS = sorted(set(re.findall(r"`((?:app|worker|tests|build-aux)/[\w./-]*)`", README)))
# `path` then the name of something in it, as "Follow a message" has them.
PLACES = sorted(set(re.findall(r"`([\w/]+\.(?:py|js))` `([\w.]+)`", README)))
COMMANDS = sorted({
    (group, verb)
    for group, verbs in re.findall(r"`flowhq (\w+)(?: ([\w\\|]+))?", README)
    for verb in (verbs.split("\\|") if verbs else [""])
})


def test_every_setting_has_a_row():
    assert [variable for variable in VARIABLES.values() if f"| `{variable}` |" not in README] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_path_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("path", "name"), PLACES)
def test_a_name_stands_in_its_file(path, name):
    source = (ROOT / path).read_text()

    assert [part for part in name.split(".") if not re.search(rf"(def|class) {part}\b", source)] == []


@pytest.mark.parametrize(("group", "verb"), COMMANDS)
def test_a_command_exists(group, verb):
    command = cli.get_command(click.Context(cli), group)

    assert command is not None
    assert not verb or (isinstance(command, click.Group) and verb in command.commands)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^    |`)make ([a-z-]+)", README, re.MULTILINE))))
def test_a_target_exists(target):
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_there_was_something_to_look_for():
    assert min(len(PATHS), len(PLACES), len(COMMANDS)) > 5
