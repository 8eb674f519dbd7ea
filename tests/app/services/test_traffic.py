from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import Chat, Direction, Message, Tenant
from app.services.tenants import create_tenant
from app.services.traffic import DAYS, HOURS, traffic_of

pytestmark = pytest.mark.usefixtures("database")
ZONE = ZoneInfo("Africa/Dar_es_Salaam")
NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


def write(tenant, direction, at, *, answers=None, author="", arrived=None, delivery="SENT"):
    chat = Chat.get_or_none(Chat.tenant == tenant) or Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="1")
    return Message.create(
        tenant=tenant, chat=chat, direction=direction, wa_message_id=f"m{Message.select().count()}", author=author,
        sent_at=at, created_at=at, delivered_at=arrived, in_reply_to=answers.id if answers else None,
        delivery=delivery if direction == Direction.OUT else None)


def test_messages_are_counted_in_the_hour_in_which_they_were_logged(acme):
    write(acme, Direction.IN, NOW)
    write(acme, Direction.IN, NOW - timedelta(minutes=31))
    write(acme, Direction.OUT, NOW)
    hours = traffic_of(acme, ZONE, NOW).hours
    assert len(hours) == HOURS
    assert [(count.heard, count.said) for count in hours[-2:]] == [(1, 0), (1, 1)]
    assert hours[-1].begins == NOW.replace(minute=0)


def test_a_day_is_a_day_by_the_tenants_clocks(acme):
    midnight = datetime(2026, 3, 10, tzinfo=ZONE)
    for at in (midnight, midnight - timedelta(seconds=1), midnight + timedelta(hours=5)):
        write(acme, Direction.IN, at)
    days = traffic_of(acme, ZONE, NOW).days
    assert len(days) == DAYS
    assert [count.heard for count in days[-3:]] == [0, 1, 2]
    assert days[-1].begins == midnight


def test_what_is_older_and_what_is_anothers_is_not_counted(acme):
    beta = create_tenant(slug="beta", name="Beta", template="BOOKING", by="ada")
    write(beta, Direction.IN, NOW)
    write(acme, Direction.IN, NOW - timedelta(days=DAYS + 1))
    traffic = traffic_of(acme, ZONE, NOW)
    assert sum(count.heard for count in traffic.days + traffic.hours) == 0


def test_a_wait_is_from_the_question_to_the_bots_reply(acme):
    for seconds in (1, 2, 9):
        asked = write(acme, Direction.IN, NOW)
        write(acme, Direction.OUT, NOW, answers=asked, arrived=NOW + timedelta(seconds=seconds))
    asked = write(acme, Direction.IN, NOW)
    write(acme, Direction.OUT, NOW, answers=asked, author="bob@acme.example", arrived=NOW + timedelta(hours=1))
    write(acme, Direction.OUT, NOW, answers=asked, delivery="FAILED", arrived=NOW + timedelta(hours=1))
    write(acme, Direction.OUT, NOW, answers=asked, delivery="PENDING")
    waits = traffic_of(acme, ZONE, NOW).waits
    assert (waits[-1].median_s, waits[-1].longest_s) == (2.0, 9.0)
    assert waits[-2].median_s is None


def test_a_wait_begins_when_the_customer_wrote_and_not_when_the_line_was_logged(acme):
    asked = write(acme, Direction.IN, NOW)
    Message.update(sent_at=NOW - timedelta(seconds=3)).where(Message.id == asked.id).execute()
    write(acme, Direction.OUT, NOW, answers=asked, arrived=NOW + timedelta(seconds=2))
    # A phone's clock that is ahead takes nothing off.
    ahead = write(acme, Direction.IN, NOW)
    Message.update(sent_at=NOW + timedelta(hours=1)).where(Message.id == ahead.id).execute()
    write(acme, Direction.OUT, NOW, answers=ahead, arrived=NOW + timedelta(seconds=1))
    (wait,) = (each for each in traffic_of(acme, ZONE, NOW).waits if each.median_s is not None)
    assert (wait.median_s, wait.longest_s) == (3.0, 5.0)
