from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playhouse.test_utils import assert_query_count

from app.models import Chat, Delivery, Direction, Message, Outcome, Tenant
from app.services import messages
from app.services.tenants import create_tenant

START = datetime(2026, 3, 1, tzinfo=UTC)
numbers = count()


@pytest.fixture
def acme(database: object) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.fixture
def chat(acme: Tenant) -> Chat:
    return Chat.create(tenant=acme, wa_chat_id="255700000009@c.us", phone="+255700000009", name="Asha")


def write(chat: Chat, text: str, at: datetime = START, **values: object) -> Message:
    given = {"direction": Direction.IN, "wa_message_id": f"id-{next(numbers)}", **values}
    return Message.create(tenant=chat.tenant, chat=chat, text=text, sent_at=at, created_at=at, **given)


def texts(lines) -> list[str]:
    return [line.text for line in lines]


def test_the_tail_is_the_newest_lines_oldest_first(acme: Tenant, chat: Chat):
    for text in "abcd":
        write(chat, text)
    assert texts(messages.tail(acme, 2)) == ["c", "d"]


def test_a_line_says_who_what_and_what_became_of_it(acme: Tenant, chat: Chat):
    question = write(chat, "price?", outcome=Outcome.ANSWERED)
    write(chat, "10,000", direction=Direction.OUT, delivery=Delivery.SENT, in_reply_to=question.id, because="prices",
          confidence=0.93)
    asked, answered = messages.tail(acme, 10)
    assert (asked.tenant, asked.customer, asked.name, asked.direction, asked.outcome) == (
        "acme", "+255700000009", "Asha", "IN", "ANSWERED")
    assert (answered.direction, answered.delivery, answered.in_reply_to, answered.because, answered.confidence) == (
        "OUT", "SENT", asked.id, "prices", 0.93)
    assert asked.confidence is None
    assert asked.created_at == START


def test_a_chat_without_a_number_is_named_by_what_is_known(acme: Tenant):
    write(Chat.create(tenant=acme, wa_chat_id="77@lid", lid="77"), "hi")
    assert messages.tail(acme, 1)[0].customer == "77"


def test_what_comes_after_a_line_is_read_in_order(acme: Tenant, chat: Chat):
    first = write(chat, "a")
    write(chat, "b")
    write(chat, "c")
    assert texts(messages.after(acme, first.id)) == ["b", "c"]


def test_only_the_tenants_own_lines_are_read(acme: Tenant, chat: Chat):
    other = create_tenant(slug="duka", name="Duka", template="SUPPORT", by="ada")
    write(Chat.create(tenant=other, wa_chat_id="1@c.us"), "secret")
    write(chat, "mine")
    assert texts(messages.tail(acme, 9)) == texts(messages.after(acme, 0)) == texts(messages.export(acme)) == ["mine"]


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_an_export_misses_and_repeats_nothing_where_pages_meet(acme: Tenant, chat: Chat, monkeypatch, page: int):
    monkeypatch.setattr(messages, "PAGE", page)
    # Three at each moment, so that pages end within a moment.
    for number in range(12):
        write(chat, str(number), START + timedelta(minutes=number // 3))
    assert texts(messages.export(acme)) == [str(number) for number in range(12)]


def test_an_export_takes_lines_from_since_and_before_until(acme: Tenant, chat: Chat, monkeypatch):
    monkeypatch.setattr(messages, "PAGE", 2)
    for hour in range(6):
        write(chat, str(hour), START + timedelta(hours=hour))
    found = messages.export(acme, since=START + timedelta(hours=1), until=START + timedelta(hours=4))
    assert texts(found) == ["1", "2", "3"]


def test_an_export_reads_a_page_at_a_time(acme: Tenant, chat: Chat, monkeypatch):
    monkeypatch.setattr(messages, "PAGE", 3)
    for number in range(9):
        write(chat, str(number))
    with assert_query_count(1):
        assert next(messages.export(acme)).text == "0"
    with assert_query_count(4):
        assert len(list(messages.export(acme))) == 9
