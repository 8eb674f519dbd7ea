import threading

import pytest

from app import turns
from app.errors import Conflict
from app.turns import turn
from tests.patience import eventually


def test_whoever_comes_alone_is_to_act(tmp_path):
    for _ in range(2):
        with turn(tmp_path / "turns", "acme", "restart") as is_ours:
            assert is_ours


@pytest.mark.parametrize(("second", "is_to_act"), [("restart", False), ("stop", True)])
def test_whoever_waited_for_the_same_verb_need_not_act(tmp_path, second, is_to_act):
    waits, answers = threading.Event(), []

    def come_second():
        waits.set()
        with turn(tmp_path, "acme", second) as is_ours:
            answers.append(is_ours)

    with turn(tmp_path, "acme", "restart"):
        other = threading.Thread(target=come_second)
        other.start()
        assert waits.wait(30)
        assert answers == []
    other.join(30)
    # The thread may have been kept from asking until the first had ended: then it is alone.
    assert answers in ([is_to_act], [True])


def test_whoever_waited_acts_where_the_first_has_failed(tmp_path):
    with pytest.raises(RuntimeError), turn(tmp_path, "acme", "restart"):
        raise RuntimeError
    with turn(tmp_path, "acme", "restart") as is_ours:
        assert is_ours


def test_tenants_do_not_wait_for_each_other(tmp_path):
    with turn(tmp_path, "acme", "restart"), turn(tmp_path, "beta", "restart") as is_ours:
        assert is_ours


def test_nobody_waits_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.2)
    with turn(tmp_path, "acme", "restart"), pytest.raises(Conflict, match="acme's worker: try again"), \
            turn(tmp_path, "acme", "stop"):
        raise AssertionError


def test_what_an_earlier_boot_has_written_is_old(tmp_path):
    (tmp_path / "acme").write_text("restart 99999999999.0")
    with turn(tmp_path, "acme", "restart") as is_ours:
        assert is_ours
    eventually(lambda: (tmp_path / "acme").read_text().startswith("restart "))
