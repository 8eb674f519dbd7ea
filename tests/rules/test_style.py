"""Style, types, layers and pages are clean: what `make lint` says."""
import subprocess

import pytest

from tests.source_tree import ROOT


@pytest.mark.slow
def test_the_tree_is_clean():
    done = subprocess.run([ROOT / "build-aux" / "lint"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
