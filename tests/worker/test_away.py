from datetime import timedelta

import pytest

from app.models import Absence, AwayPolicy, Outcome
from worker.away import MISSED_AFTER, Away, AwayRules, Treatment


@pytest.fixture
def away(tenant, now):
    """Makes a bot that has been away for nine hours, by these rules."""
    def make(**rules):
        made = Away(tenant, AwayRules(**rules))
        made.end(now - timedelta(hours=9), now)
        return made

    return make


@pytest.fixture
def old(seen, now):
    """Makes a message that is so old."""
    return lambda age, **values: seen(time=int((now - age).timestamp()), **values)


HOURS = timedelta(hours=3)


@pytest.mark.parametrize(("policy", "treatment"), [
    (AwayPolicy.ANSWER, Treatment.ANSWER), (AwayPolicy.APOLOGISE, Treatment.APOLOGISE),
    (AwayPolicy.LEAVE, Treatment.LEAVE)])
def test_a_missed_message_is_taken_as_the_tenant_wants(away, old, now, policy, treatment):
    assert away(policy=policy).treatment(old(HOURS), now) is treatment


@pytest.mark.parametrize("policy", AwayPolicy)
def test_what_waited_through_a_restart_or_is_new_is_answered_like_any_other(away, old, seen, now, policy):
    made = away(policy=policy)
    assert made.treatment(old(MISSED_AFTER - timedelta(seconds=1)), now) is Treatment.ANSWER
    later = now + timedelta(hours=5)
    assert made.treatment(seen(time=int(later.timestamp())), later + HOURS) is Treatment.ANSWER


def test_who_was_never_linked_was_not_away(tenant, old, now):
    made = Away(tenant, AwayRules(policy=AwayPolicy.LEAVE))
    made.end(None, now)
    assert made.treatment(old(HOURS), now) is Treatment.ANSWER


def test_what_is_too_old_is_left_to_a_person(away, old, now):
    made = away(hours=2)
    assert made.treatment(old(timedelta(hours=2)), now) is Treatment.ANSWER
    assert made.treatment(old(timedelta(hours=2, seconds=1)), now) is Treatment.LEAVE


def test_of_too_many_the_newest_are_answered(away, old, now):
    made, messages = away(limit=2), [old(timedelta(minutes=minutes)) for minutes in (50, 40, 30, 20)]
    made.expect(messages, now)
    taken = []
    for message in messages:
        taken.append(made.treatment(message, now))
        made.note(message, Outcome.ANSWERED, taken[-1], now)
    assert taken == [Treatment.LEAVE, Treatment.LEAVE, Treatment.ANSWER, Treatment.ANSWER]


def test_a_chat_gets_one_apology_and_another_chat_its_own(away, old, now):
    made = away(policy=AwayPolicy.APOLOGISE)
    first, second, other = old(HOURS), old(HOURS), old(HOURS, phone="255711000002")
    assert made.treatment(first, now) is Treatment.APOLOGISE
    made.note(first, Outcome.ANSWERED, Treatment.APOLOGISE, now)
    assert made.treatment(second, now) is Treatment.ANSWER
    assert made.treatment(other, now) is Treatment.APOLOGISE


def test_what_became_of_them_is_written_down_in_one_line(away, old, seen, now):
    made = away()
    for outcome in (Outcome.ANSWERED, Outcome.WARNED, Outcome.HANDED_OVER, Outcome.SILENT, Outcome.RATE_LIMITED):
        made.note(old(HOURS), outcome, Treatment.ANSWER, now)
    made.note(seen(time=int(now.timestamp())), Outcome.ANSWERED, Treatment.ANSWER, now)
    absence = Absence.get()
    assert (absence.messages, absence.answered, absence.for_person) == (5, 2, 3)
    assert (absence.since, absence.until) == (now - timedelta(hours=9), now)


def test_each_time_away_has_its_own_line(away, old, now):
    made = away()
    made.note(old(HOURS), Outcome.ANSWERED, Treatment.ANSWER, now)
    made.end(now, now + HOURS)
    made.note(old(timedelta()), Outcome.ANSWERED, Treatment.ANSWER, now + HOURS)
    assert [row.until for row in Absence.select().order_by(Absence.id)] == [now, now + HOURS]
