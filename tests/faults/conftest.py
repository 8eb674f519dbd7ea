"""The bench of each scenario, and the table of what became of the lines."""
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.bench import RESULTS, Bench, linked


@pytest.fixture
def bench(database, settings, request) -> Iterator[Bench]:
    """A linked worker on the test's database."""
    with linked(settings, request) as made:
        yield made


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    found = config.stash.get(RESULTS, [])
    if found:
        terminalreporter.section("what happened")
        for name, line in found:
            terminalreporter.write_line(f"{name:62} {line}")
