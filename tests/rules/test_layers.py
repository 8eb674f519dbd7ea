"""Imports point one way; the contracts stand in setup.cfg."""
import subprocess
import sys
from pathlib import Path

from tests.source_tree import ROOT


def test_the_imports_keep_the_contracts():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_app_imports_nothing_else():
    assert (ROOT / "app" / "__init__.py").read_text() == ""
