from worker.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S, TRIPS_AFTER, Breaker


def tripped(clock=0.0):
    breaker = Breaker()
    for chat in range(TRIPS_AFTER):
        breaker.failed(chat, clock)
    return breaker


def test_failures_in_several_chats_in_a_row_pause_sending():
    assert tripped(100).is_open and tripped(100).waits_until(100) == 100 + FIRST_PAUSE_S


def test_fewer_failures_or_those_of_one_chat_alone_do_not():
    breaker = Breaker()
    for _ in range(9):
        breaker.failed(1, 0)
    assert not breaker.is_open and breaker.waits_until(7) == 7
    breaker.failed(2, 0)
    assert breaker.is_open


def test_a_success_between_starts_the_count_over():
    breaker = Breaker()
    for chat in range(TRIPS_AFTER - 1):
        breaker.failed(chat, 0)
    breaker.succeeded()
    breaker.failed(9, 0)
    assert not breaker.is_open


def test_after_the_pause_one_reply_is_tried_and_the_rest_waits_for_it():
    breaker = tripped()
    assert breaker.waits_until(FIRST_PAUSE_S) == FIRST_PAUSE_S
    breaker.tried()
    assert breaker.waits_until(FIRST_PAUSE_S) > FIRST_PAUSE_S
    breaker.succeeded()
    assert not breaker.is_open and breaker.waits_until(FIRST_PAUSE_S) == FIRST_PAUSE_S


def test_a_try_that_did_not_leave_lets_another_go():
    breaker = tripped()
    breaker.tried()
    breaker.returned()
    assert breaker.is_open and breaker.waits_until(FIRST_PAUSE_S) == FIRST_PAUSE_S


def test_each_try_that_fails_doubles_the_pause_up_to_a_limit():
    breaker, clock, pauses = tripped(), 0.0, []
    for _ in range(8):
        pauses.append(breaker.resumes_at - clock)
        clock = breaker.resumes_at
        breaker.tried()
        breaker.failed(1, clock)
    assert pauses[:3] == [60, 120, 240] and max(pauses) == LONGEST_PAUSE_S


def test_one_that_was_open_before_tries_at_once():
    assert Breaker(is_open=True).waits_until(5) == 5
