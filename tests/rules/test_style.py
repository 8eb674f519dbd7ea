"""Lint and types are clean. `make lint` says the same faster."""
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_tree import ROOT

TOOLS = Path(sys.executable).parent


@pytest.mark.slow
@pytest.mark.parametrize("command", ["ruff check", "mypy"])
def test_the_tree_is_clean(command):
    tool, *arguments = command.split()

    done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
