"""The accounting of a replay: fed with good accounts and with every kind of bad one."""
from dataclasses import replace

import pytest

from app.phones import message_id
from app.replay.accounts import Arrived, Logged, Written, settle

ASHA, JUMA = "+255760000001", "+255760000002"
# Two customers, three lines, the first of them answered with two messages.
WRITTEN = [Written(ASHA, 0, "a0", 10.0), Written(JUMA, 1, "j1", 10.1), Written(ASHA, 2, "a2", 10.2)]
LOGGED = [
    Logged(1, "a0", "IN", "ANSWERED"),
    Logged(2, "r0", "OUT", None, 1, "Karibu"),
    Logged(3, "r0b", "OUT", None, 1, "Menu"),
    Logged(4, "j1", "IN", "ANSWERED"),
    Logged(5, "r1", "OUT", None, 4, "Karibu"),
    Logged(6, "a2", "IN", "HANDED_OVER"),
    Logged(7, "r2", "OUT", None, 6, "A person will come"),
]
ARRIVED = [Arrived(ASHA, "r0", 10.5), Arrived(ASHA, "r0b", 10.6), Arrived(ASHA, "r2", 10.9), Arrived(JUMA, "r1", 10.4)]


UNDECIDED = [replace(line, outcome=None) if line.id == "a2" else line for line in LOGGED]


def without(items, name):
    return [item for item in items if item.id != name]


def test_a_good_account_has_no_problems():
    account = settle(WRITTEN, LOGGED, ARRIVED)
    assert account.problems == {}
    assert account.is_settled
    assert (account.written, account.logged_once, account.promised, account.arrived) == (3, 3, 4, 4)
    assert account.outcomes == {"ANSWERED": 2, "HANDED_OVER": 1}


def test_latency_is_from_the_line_to_its_first_reply():
    account = settle(WRITTEN, LOGGED, ARRIVED)
    assert account.latencies == pytest.approx((0.3, 0.5, 0.7))
    assert account.latency(0.5) == pytest.approx(0.5)
    assert account.latency(0.99) == pytest.approx(0.7)


def test_a_reply_that_nobody_saw_come_has_no_latency_but_counts():
    account = settle(WRITTEN, LOGGED, [replace(message, at=None) for message in ARRIVED])
    assert account.problems == {}
    assert account.latency(0.5) is None


@pytest.mark.parametrize(("logged", "arrived", "problems"), [
    pytest.param(without(LOGGED, "j1"), ARRIVED, {"missing": 1, "replies_unknown": 1}, id="a line is not in the log"),
    pytest.param([*LOGGED, Logged(8, "a0", "IN", "SILENT")], ARRIVED, {"logged_twice": 1, "out_of_order": 1},
                 id="a line is in the log twice"),
    pytest.param([*LOGGED, Logged(8, "x", "IN", "SILENT")], ARRIVED, {"never_written": 1},
                 id="the log has a line that nobody wrote"),
    pytest.param(UNDECIDED, ARRIVED, {"undecided": 1}, id="nothing was decided about a line"),
    pytest.param(without(LOGGED, "r1"), without(ARRIVED, "r1"), {"unanswered": 1}, id="an answer has no reply"),
    pytest.param(LOGGED, without(ARRIVED, "r0b"), {"replies_missing": 1}, id="a reply did not arrive"),
    pytest.param(LOGGED, [*ARRIVED, Arrived(ASHA, "r2")], {"replies_twice": 1}, id="a reply arrived twice"),
    pytest.param([*LOGGED, Logged(8, "r1b", "OUT", None, 4, "Karibu")], [*ARRIVED, Arrived(JUMA, "r1b")],
                 {"replies_twice": 1}, id="the same reply was given twice under two ids"),
    pytest.param(LOGGED, [*ARRIVED, Arrived(JUMA, "r9")], {"replies_unknown": 1}, id="a reply is not in the log"),
    pytest.param(LOGGED, [*without(ARRIVED, "r1"), Arrived(ASHA, "r1", 10.4)],
                 {"replies_missing": 1, "replies_unknown": 1, "out_of_order": 1}, id="a reply went astray"),
    pytest.param(LOGGED, [ARRIVED[2], ARRIVED[0], ARRIVED[1], ARRIVED[3]], {"out_of_order": 1},
                 id="a later line was answered first"),
    pytest.param(LOGGED, [ARRIVED[1], ARRIVED[0], ARRIVED[2], ARRIVED[3]], {"out_of_order": 1},
                 id="the replies to one line changed places"),
    pytest.param([replace(LOGGED[5], row=0), *LOGGED[:5], replace(LOGGED[6], in_reply_to=0)], ARRIVED,
                 {"out_of_order": 1}, id="the log has lines in another order"),
])
def test_a_bad_account_is_called_by_its_name(logged, arrived, problems):
    assert settle(WRITTEN, logged, arrived).problems == problems


@pytest.mark.parametrize(("logged", "arrived"), [
    (without(LOGGED, "j1"), ARRIVED), (without(LOGGED, "r1"), ARRIVED), (LOGGED, ARRIVED[:2]), ([], []),
])
def test_while_something_may_still_come_nothing_is_settled(logged, arrived):
    assert not settle(WRITTEN, logged, arrived).is_settled


def test_one_customer_does_not_have_to_wait_for_another():
    late_juma = [*LOGGED[:3], LOGGED[5], LOGGED[6], LOGGED[3], LOGGED[4]]
    assert settle(WRITTEN, late_juma, [*ARRIVED[:3], replace(ARRIVED[3], at=99.0)]).problems == {}


@pytest.mark.parametrize(("key", "own"), [
    ("false_255700000001@c.us_3EB0AA", "3EB0AA"), ("true_77@lid_3EB0BB_255@c.us", "3EB0BB"), ("3EB0CC", "3EB0CC"),
])
def test_a_message_is_known_by_its_own_id(key: str, own: str):
    assert message_id(key) == own


def test_lines_that_were_read_together_share_the_reply_of_the_last():
    joined = [replace(line, outcome="JOINED") if line.id == "a0" else line for line in LOGGED
              if line.in_reply_to != 1]
    arrived = [message for message in ARRIVED if not message.id.startswith("r0")]
    account = settle(WRITTEN, joined, arrived)
    assert account.problems == {} and account.outcomes == {"JOINED": 1, "ANSWERED": 1, "HANDED_OVER": 1}
    assert settle(WRITTEN[:2], joined[:-2], arrived[1:]).problems == {"unanswered": 1}, "no reply followed"
