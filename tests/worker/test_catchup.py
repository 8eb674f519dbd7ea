from dataclasses import replace
from datetime import timedelta

import pytest

from app.models import Chat, Message, WhatsAppSession
from worker.away import Away, AwayRules
from worker.backlog import Backlog
from worker.catchup import (
    DEADLINE_S,
    HISTORY_COMES_FOR_S,
    OVERLAP,
    REACHES_BACK,
    ROUND_S,
    CatchUp,
    NewLink,
    Phase,
    in_order,
)


class History:
    def __init__(self):
        self.asked = []

    def catch_up(self, since, per_chat):
        self.asked.append(since)
        return len(self.asked)


@pytest.fixture
def catch_up(tenant):
    return CatchUp(tenant, History())


def watermark():
    return WhatsAppSession.get().watermark


def test_a_first_link_reads_no_history_and_starts_the_watermark(catch_up, now, seen):
    catch_up.begin(NewLink.OTHER_NUMBER, now, 0)
    assert not catch_up.page.asked and watermark() == now + OVERLAP and not catch_up.holds()


def test_another_numbers_history_is_not_read_and_never_later(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(days=9)).execute()
    catch_up.begin(NewLink.OTHER_NUMBER, now, 0)
    assert not catch_up.page.asked
    soon = now + timedelta(seconds=20)
    catch_up.advance(soon)
    catch_up.suspend()
    catch_up.begin(None, soon, 20)
    assert catch_up.page.asked == [int(now.timestamp())]
    catch_up.finish()
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now + timedelta(hours=1)


def test_a_clock_that_ran_ahead_costs_no_message(catch_up, now):
    WhatsAppSession.update(watermark=now + timedelta(days=1)).execute()
    catch_up.begin(None, now, 0)
    assert catch_up.page.asked == [int((now - OVERLAP).timestamp())]
    catch_up.finish()
    catch_up.advance(now)
    assert watermark() == now


def test_after_downtime_the_history_is_read_from_the_watermark_with_an_overlap(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(hours=1)).execute()
    catch_up.begin(None, now, 0)
    assert catch_up.page.asked == [int((now - timedelta(hours=1) - OVERLAP).timestamp())]


def test_a_history_of_long_ago_is_not_read(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(days=99)).execute()
    catch_up.begin(None, now, 0)
    assert catch_up.page.asked == [int((now - REACHES_BACK).timestamp())]


def test_a_number_that_was_linked_again_is_read_from_where_it_was_left_and_again_as_its_history_comes(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(hours=9)).execute()
    catch_up.begin(NewLink.SAME_NUMBER, now, 0)
    for seconds in HISTORY_COMES_FOR_S:
        catch_up.finish()
        catch_up.advance(now)
        assert watermark() == now - timedelta(hours=9)
        catch_up.tick(now, seconds - 1)
        assert not catch_up.holds()
        catch_up.tick(now, seconds)
        assert catch_up.holds()
    catch_up.finish()
    catch_up.advance(now)
    assert len(set(catch_up.page.asked)) == 1 and len(catch_up.page.asked) == 3 and watermark() == now


def test_messages_wait_until_the_history_is_read(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    assert catch_up.holds()
    catch_up.begin(None, now, 0)
    assert catch_up.holds() and catch_up.is_answer(1) and not catch_up.is_answer(2)
    catch_up.finish()
    assert not catch_up.holds() and not catch_up.is_answer(1)


def test_what_came_while_the_connection_was_away_waits_for_the_history_too(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(None, now, 0)
    catch_up.finish()
    catch_up.suspend()
    assert catch_up.holds()
    catch_up.begin(None, now, 1)
    assert catch_up.page.asked[1:] and catch_up.holds()


def test_events_leave_the_page_only_up_to_the_first_that_is_held(catch_up, seen):
    assert catch_up.acknowledged(9) == 9
    for seq in (7, 5, 8):
        catch_up.hold(seq, seen(time=seq, late=True))
    catch_up.sort()
    assert catch_up.acknowledged(9) == 4


def test_a_history_that_cannot_be_had_leaves_the_watermark_and_is_asked_for_again(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(None, now, 0)
    catch_up.fail(10)
    catch_up.advance(now + timedelta(hours=1))
    assert not catch_up.holds() and watermark() == now
    catch_up.tick(now, 10 + DEADLINE_S - 1)
    assert len(catch_up.page.asked) == 1
    catch_up.tick(now, 10 + DEADLINE_S)
    assert len(catch_up.page.asked) == 2 and catch_up.holds()


def test_a_new_message_that_the_history_has_too_keeps_its_place_among_the_new_ones(seen):
    # The history reaches up to the newest message, also where it lacks the one before that.
    old, first, second = seen(), seen(), seen()
    late = [(5, replace(old, late=True)), (6, replace(second, late=True))]
    ordered = in_order([(1, first), (2, second), (3, first), *late])
    assert [message.id for _, message in ordered] == [old.id, first.id, second.id]
    assert [seq for seq, _ in ordered] == [5, 1, 2]


def test_the_history_is_answered_by_its_time_and_what_is_new_as_it_came_whatever_clock_it_goes_by(seen):
    old, live = [[seen(time=second, late=late) for second in (12, 10, 11, 10)] for late in (True, False)]
    ordered = in_order(enumerate([*live, *old], start=1))
    assert [message for _, message in ordered] == [old[1], old[3], old[2], old[0], *live]


@pytest.mark.parametrize(("was_read", "phase"), [(True, Phase.DONE), (False, Phase.FAILED)])
def test_what_is_new_waits_until_what_was_held_is_answered(catch_up, now, seen, was_read, phase):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(None, now, 0)
    catch_up.begin_release(was_read=was_read)
    assert catch_up.holds() and catch_up.is_releasing and not catch_up.is_reading
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now
    catch_up.end_release(5)
    assert not catch_up.holds() and catch_up.phase is phase


def test_nothing_is_sent_while_the_page_reads(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    assert not catch_up.is_reading
    catch_up.begin(None, now, 0)
    assert catch_up.is_reading
    catch_up.finish()
    assert not catch_up.is_reading


def test_the_history_is_read_once_a_page(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(None, now, 0)
    catch_up.finish()
    catch_up.begin(None, now, 1)
    assert len(catch_up.page.asked) == 1
    catch_up.restart()
    catch_up.begin(None, now, 2)
    assert len(catch_up.page.asked) == 2


def test_the_watermark_stands_still_until_the_history_is_read(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.advance(now + timedelta(hours=1))
    catch_up.begin(None, now, 0)
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now
    catch_up.finish()
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now + timedelta(hours=1)


def test_a_history_that_does_not_come_is_not_waited_for_for_ever(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(None, now, 0)
    assert not catch_up.is_overdue(DEADLINE_S) and catch_up.is_overdue(DEADLINE_S + 1)
    catch_up.progress(30)
    assert not catch_up.is_overdue(DEADLINE_S + 30) and catch_up.is_overdue(DEADLINE_S + 31)


@pytest.mark.parametrize(("skew", "asked"), [
    (timedelta(hours=1), timedelta(hours=1)), (-timedelta(hours=1), timedelta())])
def test_the_history_is_read_from_the_newest_message_where_whatsapps_clock_is_behind_ours(
        catch_up, tenant, now, skew, asked):
    WhatsAppSession.update(watermark=now, linked_at=now - timedelta(days=1)).execute()
    chat = Chat.create(tenant=tenant, wa_chat_id="255711@c.us", phone="255711")
    for place, created_at in enumerate((now - timedelta(days=2), now - timedelta(minutes=1))):
        Message.create(tenant=tenant, chat=chat, direction="IN", wa_message_id=f"false_255711@c.us_{place}",
                       sent_at=now - skew, created_at=created_at)
    catch_up.begin(None, now, 0)
    assert catch_up.page.asked == [int((now - asked - OVERLAP).timestamp())]


def test_what_the_owner_typed_comes_first_and_answers_of_a_lost_machine_with_what_they_answer(catch_up, seen):
    answered, unanswered = seen(mark="0000000A", keys=()), seen(keys=())
    answer = seen(id="true_255711000001@c.us_3EB0BBBB0000000A", from_me=True, keys=(), late=True)
    typed = seen(id="true_255711000001@c.us_3EB0CCCC7F3C09D2", from_me=True, keys=(), late=True)
    for seq, message in enumerate((answered, answer, unanswered, typed)):
        catch_up.hold(seq, replace(message, late=True))
    catch_up.sort()
    assert [message.id for message in catch_up.unanswered()] == [unanswered.id]
    first, *rest = catch_up.release()
    assert first == (typed, ())
    assert [(message.id, said) for message, said in rest] == [(answered.id, (answer,)), (unanswered.id, ())]
    assert not catch_up.held


def test_what_a_lost_machine_has_read_together_is_let_go_together(catch_up, seen):
    hi, table, other = [seen(mark=f"0000000{place}", keys=()) for place in "ABC"]
    answer = seen(id="true_255711000001@c.us_3EB0BBB10000000B", from_me=True, keys=(), late=True)
    for seq, message in enumerate((hi, table, answer, other)):
        catch_up.hold(seq, replace(message, late=True))
    catch_up.sort()
    assert [message.id for message in catch_up.unanswered()] == [other.id]
    released = [(message.id, said, catch_up.joined_to(message)) for message, said in catch_up.release()]
    assert released == [(table.id, (answer,), (replace(hi, late=True),)), (other.id, (), ())]
    assert not catch_up.held
    catch_up.finish()
    assert catch_up.joined_to(table) == ()


def test_the_history_is_read_from_time_to_time_though_nothing_has_happened(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(hours=1)).execute()
    catch_up.begin(None, now, 0)
    catch_up.finish()
    catch_up.advance(now)
    later = now + timedelta(seconds=ROUND_S)
    catch_up.tick(later, ROUND_S - 1)
    assert not catch_up.is_round and len(catch_up.page.asked) == 1
    catch_up.tick(later, ROUND_S)
    assert catch_up.is_round and catch_up.holds()
    catch_up.fail(ROUND_S)
    catch_up.tick(later + timedelta(hours=1), 10 * ROUND_S)
    assert catch_up.page.asked[1:] == [int((now - OVERLAP).timestamp())] * 2, "from the last one that succeeded"


def test_a_round_reaches_behind_no_link(catch_up, now):
    catch_up.begin(NewLink.OTHER_NUMBER, now, 0)
    catch_up.tick(now + timedelta(seconds=ROUND_S), ROUND_S)
    assert catch_up.page.asked == [int(now.timestamp())]


def test_a_page_that_tells_of_no_message_is_found_out_and_its_messages_are_answered(tenant, now, seen):
    catch_up = CatchUp(tenant, History())
    answered = []
    backlog = Backlog(catch_up, Away(tenant, AwayRules()), None, lambda message, *_, **__: answered.append(message.id))
    catch_up.begin(NewLink.OTHER_NUMBER, now, 0)
    catch_up.tick(now + timedelta(seconds=ROUND_S), ROUND_S)
    unannounced = seen(late=True)
    catch_up.hold(7, unannounced)
    backlog.begin(was_read=True)
    backlog.work(float("inf"))
    assert answered == [unannounced.id] and catch_up.phase is Phase.DONE
