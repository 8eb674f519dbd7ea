from datetime import timedelta

import pytest

from app.models import WhatsAppSession
from worker.catchup import DEADLINE_S, OVERLAP, CatchUp


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
    catch_up.begin(new_link=True, now=now, clock=0)
    assert not catch_up.page.asked and watermark() == now and not catch_up.holds(seen())


def test_a_new_code_means_a_new_link_even_where_there_was_one(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(days=9)).execute()
    catch_up.begin(new_link=True, now=now, clock=0)
    assert not catch_up.page.asked and watermark() == now


def test_after_downtime_the_history_is_read_from_the_watermark_with_an_overlap(catch_up, now):
    WhatsAppSession.update(watermark=now - timedelta(hours=1)).execute()
    catch_up.begin(new_link=False, now=now, clock=0)
    assert catch_up.page.asked == [int((now - timedelta(hours=1) - OVERLAP).timestamp())]


def test_live_messages_wait_for_the_history_and_the_history_does_not(catch_up, now, seen):
    WhatsAppSession.update(watermark=now).execute()
    assert catch_up.holds(seen())
    catch_up.begin(new_link=False, now=now, clock=0)
    assert catch_up.holds(seen()) and not catch_up.holds(seen(late=True))
    assert catch_up.is_answer(1) and not catch_up.is_answer(2)
    catch_up.finish()
    assert not catch_up.holds(seen()) and not catch_up.is_answer(1)


def test_nothing_is_sent_while_the_page_reads(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    assert not catch_up.is_reading
    catch_up.begin(new_link=False, now=now, clock=0)
    assert catch_up.is_reading
    catch_up.finish()
    assert not catch_up.is_reading


def test_the_history_is_read_once_a_page(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(new_link=False, now=now, clock=0)
    catch_up.finish()
    catch_up.begin(new_link=False, now=now, clock=1)
    assert len(catch_up.page.asked) == 1
    catch_up.restart()
    catch_up.begin(new_link=False, now=now, clock=2)
    assert len(catch_up.page.asked) == 2


def test_the_watermark_stands_still_until_the_history_is_read(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.advance(now + timedelta(hours=1))
    catch_up.begin(new_link=False, now=now, clock=0)
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now
    catch_up.finish()
    catch_up.advance(now + timedelta(hours=1))
    assert watermark() == now + timedelta(hours=1)


def test_a_history_that_does_not_come_is_not_waited_for_for_ever(catch_up, now):
    WhatsAppSession.update(watermark=now).execute()
    catch_up.begin(new_link=False, now=now, clock=0)
    assert not catch_up.is_overdue(DEADLINE_S) and catch_up.is_overdue(DEADLINE_S + 1)
