from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from worker.pacing import Limits, Pace, SlidingWindow, Verdict, next_of, typing_s

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIMITS = Limits(chat=2, chat_window_s=60, tenant=5, tenant_window_s=60)


def later(seconds):
    return START + timedelta(seconds=seconds)


def test_a_chat_is_answered_up_to_its_limit_then_warned_once_then_left():
    pace = Pace(LIMITS)
    for _ in range(2):
        assert pace.judge(1, START) is Verdict.ANSWER
        pace.charge(1, START)
    assert pace.judge(1, later(1)) is Verdict.WARN
    pace.warned(1, later(1))
    assert pace.judge(1, later(2)) is Verdict.SILENCE


def test_the_window_slides():
    pace = Pace(LIMITS)
    pace.charge(1, START)
    pace.charge(1, later(50))
    assert pace.judge(1, later(59)) is Verdict.WARN
    assert pace.judge(1, later(60)) is Verdict.ANSWER
    pace.charge(1, later(60))
    assert pace.judge(1, later(61)) is Verdict.WARN


def test_one_busy_chat_does_not_silence_another():
    pace = Pace(LIMITS)
    pace.charge(1, START)
    pace.charge(1, START)
    assert pace.judge(2, START) is Verdict.ANSWER


def test_the_tenant_has_a_limit_over_all_chats():
    pace = Pace(LIMITS)
    for chat in range(5):
        pace.charge(chat, START)
    assert pace.judge(9, later(1)) is Verdict.WARN


def test_a_warning_comes_again_after_the_window():
    pace = Pace(Limits(chat=1, chat_window_s=60, tenant=0, tenant_window_s=60))
    pace.charge(1, START)
    pace.warned(1, START)
    pace.charge(1, later(59))
    assert pace.judge(1, later(59)) is Verdict.SILENCE
    assert pace.judge(1, later(61)) is Verdict.WARN


def test_a_limit_of_nothing_is_no_limit():
    pace = Pace(Limits(chat=0, chat_window_s=60, tenant=0, tenant_window_s=60))
    for _ in range(1000):
        pace.charge(1, START)
    assert pace.judge(1, START) is Verdict.ANSWER


def test_changed_limits_count_what_was_charged_before():
    pace = Pace(Limits(chat=10, chat_window_s=60, tenant=0, tenant_window_s=60))
    for _ in range(3):
        pace.charge(1, START)
    pace.change(LIMITS)
    assert pace.judge(1, START) is Verdict.WARN


def test_what_a_clock_that_was_wrong_has_charged_limits_nobody_once_it_is_right():
    pace = Pace(LIMITS)
    for _ in range(LIMITS.chat):
        pace.charge(1, later(86400))
    pace.warned(1, later(86400))
    assert pace.judge(1, START) is Verdict.ANSWER
    for _ in range(LIMITS.chat):
        pace.charge(1, START)
    assert pace.judge(1, START) is Verdict.WARN


def test_idle_chats_are_forgotten_and_warnings_with_them():
    pace = Pace(LIMITS)
    pace.charge(1, START)
    pace.charge(1, START)
    pace.warned(1, START)
    pace.forget_idle(later(61))
    assert pace.judge(1, later(61)) is Verdict.ANSWER


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_than_the_limit(seconds, limit):
    window = SlidingWindow(limit, timedelta(seconds=60))
    accepted = []
    for second in sorted(seconds):
        if not window.is_full(later(second)):
            window.add(later(second))
            accepted.append(second)
    assert all(sum(second - 60 < other <= second for other in accepted) <= limit for second in accepted)


def test_typing_takes_as_long_as_the_text_up_to_a_cap():
    assert typing_s("x" * 10, 30, 2500) == 0.3
    assert typing_s("x" * 1000, 30, 2500) == 2.5
    assert typing_s("x" * 1000, 0, 2500) == 0


def test_the_next_of_several_times_is_the_earliest_that_is_set():
    assert next_of([None, 3.0, 2.0]) == 2.0
    assert next_of([None]) is None
