import os
import sys

import pytest

from worker import __main__ as program


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """A worker that breaks over what a customer wrote."""
    def run(*_):
        raise ValueError("My secret")

    monkeypatch.setenv("FLOWHQ_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["worker", "--tenant", "acme"])
    monkeypatch.setattr(program, "_run", run)


@pytest.mark.usefixtures("broken")
def test_a_worker_that_breaks_says_what_kind_of_error_it_was_and_keeps_its_words_for_the_log(capsys):
    assert program.main() == os.EX_SOFTWARE
    assert capsys.readouterr().err == "worker: it broke: ValueError, see the log\n"
