"""What docs/reliability.md says is tested is tested."""
import re

import pytest

from tests.faults.crash_points import COMING_BACK, CRASH_POINTS, GATHERING
from tests.source_tree import ROOT
from worker.sandbox.fault_kinds import KINDS

PAGE = (ROOT / "docs/reliability.md").read_text()
SCENARIOS = "".join(path.read_text() for path in sorted((ROOT / "tests/faults").glob("test_*.py")))


@pytest.mark.parametrize("point", [*CRASH_POINTS, *GATHERING, *COMING_BACK], ids=str)
def test_each_crash_point_stands_on_the_page(point):
    assert f"| `{point.name}` |" in PAGE and point.says in PAGE


@pytest.mark.parametrize("fault", KINDS)
def test_each_fault_of_the_sandbox_has_a_scenario(fault):
    assert re.search(rf'["/]{fault}"', SCENARIOS)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/faults/[\w.]+)`", PAGE))))
def test_each_file_is_there(path):
    assert (ROOT / path).is_file()
