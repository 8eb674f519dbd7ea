"""How long messages wait for more, which are then answered together, and what the page and the watermark wait for."""
from datetime import timedelta

import pytest

from app.models import Direction, Message, Outcome, TenantConfig
from app.replies.examples import example_content
from app.replies.together import MOST_TOGETHER
from worker.config import load_config
from worker.gathering import LONGEST_WAIT_S, Gathering
from worker.inbox import Inbox
from worker.lost import LONGEST_SPAN_S

OTHER = "255711000002"


class Desk:
    """Takes what is answered, as the worker does; may fail once as a database does."""

    def __init__(self, inbox):
        self.inbox, self.answered, self.failure = inbox, [], None

    def __call__(self, message, now, clock, *, before):
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        self.inbox.take(message, now, before=before)
        self.answered.append([each.text for each in (*before, message)])


@pytest.fixture
def gathering(tenant, now):
    example = example_content("BOOKING")
    example.pop("business_name")
    TenantConfig.update(**example, business_name="Acme").where(TenantConfig.tenant == tenant).execute()
    inbox = Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_3EB0ASKED00000000", now)
    return Gathering(inbox, Desk(inbox), 2.5)


def outcomes():
    return [row.outcome for row in Message.select().where(Message.direction == Direction.IN).order_by(Message.id)]


def test_quick_lines_are_answered_together_once_the_customer_has_been_quiet(gathering, seen, now):
    for clock, text in ((10.0, "hi"), (11.0, "I want to book a facial"), (13.0, "tomorrow at 2pm")):
        gathering.take(1, seen(text=text), now, clock)
        gathering.work(now, clock + 2.4)
        assert gathering.next_due() == clock + 2.5
    assert not gathering.answer.answered
    gathering.work(now, 15.5)
    assert gathering.answer.answered == [["hi", "I want to book a facial", "tomorrow at 2pm"]]
    assert outcomes() == [Outcome.JOINED, Outcome.JOINED, Outcome.ANSWERED]
    assert not gathering and gathering.next_due() is None


def test_slow_lines_are_answered_one_by_one(gathering, seen, now):
    for clock in (10.0, 12.5):
        gathering.work(now, clock)
        gathering.take(1, seen(text="hello"), now, clock)
    gathering.work(now, 15.0)
    assert gathering.answer.answered == [["hello"], ["hello"]]


def test_customers_do_not_wait_for_one_another(gathering, seen, now):
    gathering.take(1, seen(text="hi"), now, 10.0)
    gathering.take(2, seen(OTHER, text="hello"), now, 12.0)
    gathering.work(now, 12.5)
    assert gathering.answer.answered == [["hi"]] and gathering.next_due() == 14.5


def test_nobody_holds_the_bot_off_for_longer_than_a_while_or_with_more_than_some_lines(gathering, seen, now):
    for step in range(6):
        gathering.take(1, seen(text="hi"), now, 10.0 + 2 * step)
        gathering.work(now, 10.0 + 2 * step)
    assert [len(texts) for texts in gathering.answer.answered] == [1 + LONGEST_WAIT_S / 2]
    gathering.answer.answered.clear()
    for _ in range(MOST_TOGETHER):
        gathering.take(1, seen(text="hi"), now, 100.0)
    assert [len(texts) for texts in gathering.answer.answered] == [MOST_TOGETHER]


def test_without_a_quiet_time_each_is_answered_at_once(gathering, seen, now):
    gathering.quiet_s = 0.0
    for text in ("hi", "I want to book a facial"):
        gathering.take(1, seen(text=text), now, 10.0)
    assert gathering.answer.answered == [["hi"], ["I want to book a facial"]]


@pytest.mark.parametrize("at_once", ["stop", "1"])
def test_what_stands_alone_is_answered_at_once_after_what_was_written_before(gathering, seen, now, at_once):
    gathering.take(1, seen(text="hello"), now, 10.0)
    gathering.take(2, seen(text=at_once), now, 10.5)
    assert gathering.answer.answered == [["hello"], [at_once]]


def test_a_stop_takes_effect_before_what_follows_it(gathering, seen, now):
    gathering.take(1, seen(text="STOP"), now, 10.0)
    gathering.take(2, seen(text="please"), now, 10.5)
    gathering.work(now, 13.0)
    assert outcomes() == [Outcome.ANSWERED, Outcome.SILENT]


def test_what_was_written_long_before_is_answered_by_itself_though_it_came_with_the_rest(gathering, seen, now):
    for time in (0, LONGEST_SPAN_S + 1, LONGEST_SPAN_S + 2):
        gathering.take(1, seen(text="hi", time=time), now, 10.0)
    gathering.work(now, 20.0)
    assert gathering.answer.answered == [["hi"], ["hi", "hi"]]


def test_a_message_that_is_told_of_twice_waits_once(gathering, seen, now):
    message = seen(text="hi")
    for clock in (10.0, 10.1):
        gathering.take(1, message, now, clock)
    gathering.work(now, 20.0)
    assert gathering.answer.answered == [["hi"]]


def test_page_and_watermark_wait_for_what_is_not_claimed(gathering, seen, now):
    assert (gathering.acknowledged(9), gathering.claimed_until(now)) == (9, now)
    gathering.take(5, seen(text="hi"), now, 10.0)
    gathering.take(4, seen(OTHER, text="hi"), now + timedelta(seconds=1), 11.0)
    later = now + timedelta(seconds=2)
    assert (gathering.acknowledged(9), gathering.claimed_until(later)) == (3, now)
    gathering.work(later, 12.5)
    assert (gathering.acknowledged(9), gathering.claimed_until(later)) == (3, now + timedelta(seconds=1))
    gathering.work(later, 12.5, at_once=True)
    assert (gathering.acknowledged(9), gathering.claimed_until(later)) == (9, later)


def test_what_could_not_be_claimed_waits_on(gathering, seen, now):
    gathering.take(5, seen(text="hi"), now, 10.0)
    gathering.answer.failure = OSError("the database is gone")
    with pytest.raises(OSError, match="gone"):
        gathering.work(now, 12.5)
    assert gathering.acknowledged(9) == 4
    gathering.work(now, 13.0)
    assert gathering.answer.answered == [["hi"]] and outcomes() == [Outcome.ANSWERED]
