"""The account of chaos: fed with good runs and with every kind of bad one."""
from dataclasses import asdict, replace

import pytest

from app.chaos.accounts import Account, Log, Sample, account, false_looks, with_status
from app.replay.accounts import Arrived, Logged, Written

ASHA, JUMA = "+255760000001", "+255760000002"
WRITTEN = [Written(ASHA, 0, "a0", 10.0), Written(ASHA, 1, "a1", 12.0), Written(JUMA, 2, "j2", 10.1)]
LOGGED = [
    Logged(1, "a0", "IN", "ANSWERED"), Logged(2, "r0", "OUT", None, 1, "Karibu"),
    Logged(3, "j2", "IN", "HANDED_OVER"), Logged(4, "r2", "OUT", None, 3, "A person will come"),
    Logged(5, "a1", "IN", "ANSWERED"), Logged(6, "r1", "OUT", None, 5, "Menu"),
]
ARRIVED = [Arrived(ASHA, "r0", 10.5), Arrived(ASHA, "r1", 12.5), Arrived(JUMA, "r2", 11.0)]
GOOD = Account(written=3, claimed=3, answered=3, sent_once=3)


def without(items, name):
    return [item for item in items if item.id != name]


def silent(name, outcome):
    """The log in which nothing is owed for a line."""
    row = next(line.row for line in LOGGED if line.id == name)
    return [replace(line, outcome=outcome) if line.id == name else line for line in LOGGED if line.in_reply_to != row]


def test_a_good_run():
    assert account(WRITTEN, Log(LOGGED), ARRIVED) == GOOD
    assert GOOD.problems == {} and GOOD.is_settled


@pytest.mark.parametrize(("log", "arrived", "differs"), [
    pytest.param(Log(without(without(LOGGED, "a1"), "r1")), without(ARRIVED, "r1"),
                 {"claimed": 2, "answered": 2, "sent_once": 2, "lost": 1}, id="a line is not claimed"),
    pytest.param(Log(LOGGED), without(ARRIVED, "r1"), {"answered": 2, "sent_once": 2, "lost": 1},
                 id="a reply never came"),
    pytest.param(Log(without(LOGGED, "r1")), without(ARRIVED, "r1"), {"answered": 2, "sent_once": 2, "lost": 1},
                 id="a line that is said to be answered has no reply"),
    pytest.param(Log(silent("a1", "SILENT")), without(ARRIVED, "r1"), {"answered": 2, "sent_once": 2},
                 id="a line that nobody owes anything"),
    pytest.param(Log(LOGGED, frozenset({"r1"})), without(ARRIVED, "r1"),
                 {"answered": 2, "sent_once": 2, "unknown": 1, "unsettled": 1}, id="nobody knows whether a reply came"),
    pytest.param(Log(LOGGED, frozenset({"r1"})), ARRIVED, {"unknown": 1}, id="what nobody knew came"),
    pytest.param(Log(LOGGED), [*ARRIVED, Arrived(ASHA, "r1", 12.7)], {"sent_once": 2, "sent_twice": 1},
                 id="a reply came twice"),
    pytest.param(Log([*LOGGED, Logged(7, "r1b", "OUT", None, 5, "Menu")]), [*ARRIVED, Arrived(ASHA, "r1b", 12.7)],
                 {"sent_once": 4, "sent_twice": 1}, id="a line was answered twice with the same"),
    pytest.param(Log(LOGGED), [replace(ARRIVED[0], at=70.1), ARRIVED[1], ARRIVED[2]], {"late": 1},
                 id="a reply took more than a minute"),
    pytest.param(Log(LOGGED), [ARRIVED[1], ARRIVED[0], ARRIVED[2]], {"out_of_order": 1},
                 id="the second line was answered first"),
    pytest.param(Log(LOGGED), [*ARRIVED, Arrived(JUMA, "ghost", 12.0)], {"unlogged": 1},
                 id="the log does not know a message that is on a phone"),
    pytest.param(Log(), [], {"claimed": 0, "answered": 0, "sent_once": 0, "lost": 3}, id="nothing happened"),
])
def test_what_differs_is_counted_under_its_name(log, arrived, differs):
    assert account(WRITTEN, log, arrived) == replace(GOOD, **differs)


JOINED = silent("a0", "JOINED")


@pytest.mark.parametrize(("log", "arrived", "differs"), [
    pytest.param(Log(JOINED), without(ARRIVED, "r0"), {"sent_once": 2}, id="one reply for both"),
    pytest.param(Log(JOINED), without(without(ARRIVED, "r0"), "r1"), {"sent_once": 1, "answered": 1, "lost": 2},
                 id="the one reply never came"),
    pytest.param(Log(JOINED, frozenset({"r1"})), without(without(ARRIVED, "r0"), "r1"),
                 {"sent_once": 1, "answered": 1, "unknown": 1, "unsettled": 1},
                 id="nobody knows whether the one reply came"),
    pytest.param(Log(silent("a1", "SILENT")[:1] + JOINED[1:]), without(without(ARRIVED, "r0"), "r1"),
                 {"sent_once": 1, "answered": 1, "lost": 2}, id="said to be answered, and it is not"),
])
def test_lines_that_were_read_together_are_answered_by_one_reply(log, arrived, differs):
    assert account(WRITTEN, log, arrived) == replace(GOOD, **differs)


def test_what_must_be_none_is_a_problem_and_what_may_be_is_none():
    bad = Account(sent_twice=1, lost=2, false_status=3, out_of_order=4, unlogged=5, late=6, unknown=8, unsettled=7)
    assert bad.problems == {"sent_twice": 1, "lost": 2, "false_status": 3, "out_of_order": 4, "unlogged": 5}
    assert not bad.is_settled


def test_accounts_of_several_tenants_add_up():
    assert asdict(GOOD + GOOD) == {name: 2 * value for name, value in asdict(GOOD).items()}


def looks(text):
    """A look every ten seconds: `+` shown and true, `!` shown and false, `-` not shown."""
    return [Sample(place * 10.0, sign in "+!", sign == "+") for place, sign in enumerate(text)]


@pytest.mark.parametrize(("text", "count"), [
    ("", 0), ("++++++++", 0), ("--------", 0), ("!!!!!", 0), ("!!!!!!", 1), ("+!!!!!!!", 2), ("!!!-!!!", 0),
    ("!!!+!!!", 0), ("!!!!!!+!!!!!!!-", 3),
])
def test_a_status_is_false_where_it_is_shown_for_longer_than_anybody_can_help(text, count):
    assert false_looks(looks(text)) == count


def test_the_looks_at_all_tenants_count():
    assert with_status(GOOD, {"a": looks("!!!!!!"), "b": looks("!!!!!!!")}) == replace(GOOD, false_status=3)
