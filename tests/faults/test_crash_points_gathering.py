"""A worker dies while it waits for a customer's next line: each is answered once all the same, alone or with others."""
import signal
from dataclasses import replace

import pytest

from app.models import Message
from tests.faults.crash_points import GATHERING
from tests.patience import eventually
from tests.rig import assert_each_answered_once_in_order

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.browser, pytest.mark.slow,
              pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


LINES = ("Hello", "good morning", "What do you sell?")


@pytest.fixture
def settings(settings):
    """With a worker that waits for more, for longer than customers pause between lines."""
    return replace(settings, quiet_s=1.0)


@pytest.mark.parametrize("point", GATHERING, ids=str)
def test_a_worker_that_dies_there_loses_and_doubles_nothing(point, bench):
    bench.in_a_row, bench.sentences = len(LINES), LINES
    bench.rig.stop_worker()
    bench.rig.start_dying_worker(point)
    bench.rig.await_state("CONNECTED")
    bench.start_writing()
    assert bench.rig.await_death() == -signal.SIGKILL
    bench.await_lines(10)
    bench.rig.start_worker()
    eventually(lambda: bench.rig.log_text().count('"caught_up"') > 1, "what is written from now on is not held")
    bench.await_lines(30)
    bench.stop_writing()
    bench.await_answers()
    assert_each_answered_once_in_order(bench.rig, bench.written)
    assert Message.select().where(Message.outcome == "JOINED").exists(), "some were read together"
