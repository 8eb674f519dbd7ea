"""The command line run in this process, on a database and a state directory of the test's own."""
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import cli
from app.settings import Settings

Flowhq = Callable[..., Result]


@pytest.fixture
def flowhq(settings: Settings) -> Flowhq:
    """Runs `flowhq` with the given words and returns its result."""
    return lambda *words: CliRunner(env=settings.child_environ()).invoke(cli, [str(word) for word in words])


@pytest.fixture
def ask(flowhq: Flowhq) -> Callable[..., Any]:
    """Runs `flowhq` with --json, which must succeed, and returns what it says."""
    def run(*words: object) -> Any:
        result = flowhq(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run
