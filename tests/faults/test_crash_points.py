"""A worker dies at each of the crash points, and the next one settles what it left: nothing lost, nothing twice."""
import signal

import pytest

from app.models import TenantConfig
from tests.faults.crash_points import COMING_BACK, CRASH_POINTS
from tests.rig import assert_each_answered_once_in_order

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.browser, pytest.mark.slow,
              pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture(autouse=True)
def typing(bench):
    """Somebody seems to type before each reply, so that a worker can die then."""
    TenantConfig.update(typing_ms_per_char=1, typing_max_ms=100).execute()


@pytest.mark.parametrize("point", CRASH_POINTS, ids=str)
def test_a_worker_that_dies_there_loses_and_doubles_nothing(point, bench):
    bench.rig.stop_worker()
    bench.rig.start_dying_worker(point)
    bench.start_writing()
    assert bench.rig.await_death() == -signal.SIGKILL
    bench.await_lines(10)
    bench.rig.start_worker()
    bench.await_lines(10)
    settle(bench)


@pytest.mark.parametrize("point", COMING_BACK, ids=str)
def test_one_that_dies_there_when_it_comes_back_loses_and_doubles_nothing(point, bench):
    bench.start_writing()
    bench.await_lines(10)
    bench.begin("acks_missing")
    bench.await_lines(10)
    bench.rig.stop_worker(signal.SIGKILL)
    bench.end("acks_missing")
    bench.await_lines(10)
    bench.rig.start_dying_worker(point)
    assert bench.rig.await_death() == -signal.SIGKILL
    bench.rig.start_worker()
    bench.await_lines(10)
    settle(bench)


def settle(bench):
    bench.stop_writing()
    bench.await_answers()
    bench.rig.await_state("CONNECTED")
    assert_each_answered_once_in_order(bench.rig, bench.written)
