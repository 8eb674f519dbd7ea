"""The worker's loop where it needs no browser: how it ends, and waits for the database."""
import itertools
from types import SimpleNamespace

import pytest
from peewee import OperationalError

from app.models import SessionState, WhatsAppSession, WorkerProcess, WorkerStatus
from app.services import sessions
from app.settings import Settings
from worker import loop as loop_module
from worker.config import load_config
from worker.loop import Worker
from worker.profile import Profile
from worker.watchdog import Watchdog

LOST = OperationalError("the connection was cut")


@pytest.fixture
def worker(tenant, now, tmp_path):
    token = sessions.take_over(tenant, pid=1, host="here", now=now)
    sessions.report_session(tenant, "proved", now=now)
    profile = Profile(tmp_path)
    yield Worker(Settings(state_dir=tmp_path), tenant, profile, config=load_config(tenant), wa_js="", token=token,
                 watchdog=Watchdog(""))
    profile.release()


def test_a_worker_whose_connection_was_cut_says_all_the_same_that_it_was_stopped(worker, monkeypatch):
    fails, report_session = itertools.chain([True], itertools.repeat(False)), sessions.report_session

    def cut_once(*args, **kwargs):
        if next(fails):
            raise LOST
        report_session(*args, **kwargs)

    monkeypatch.setattr(sessions, "report_session", cut_once)
    worker._sign_off()
    assert WorkerProcess.get().status == WorkerStatus.STOPPED
    assert WhatsAppSession.get().state == SessionState.DISCONNECTED


@pytest.mark.parametrize("is_back", [True, False])
def test_a_worker_that_is_being_stopped_asks_for_the_database_once_and_waits_before(worker, monkeypatch, is_back):
    asked = []
    monkeypatch.setattr(loop_module, "database_is_back", lambda tenant: asked.append("asked") or is_back)
    monkeypatch.setattr(worker._bell, "wait", lambda seconds: asked.append(seconds))
    worker._stop()
    worker._await_database(LOST)
    assert asked == [loop_module.TICK_S, "asked"]


def test_a_beat_is_due_at_once_after_the_database_was_lost(worker, monkeypatch):
    def lost(*_):
        raise LOST

    worker._page = SimpleNamespace(fileno=lambda: worker._bell._heard.fileno(), events=list)
    worker._next_beat = 1e9
    monkeypatch.setattr(worker, "_time_left", lambda: 0.0)
    monkeypatch.setattr(worker, "_handle_pending", lost)
    monkeypatch.setattr(worker, "_await_database", lambda error: None)
    worker._turn()
    assert worker._next_beat == 0.0 and worker._must_load
