from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playhouse.test_utils import assert_query_count

from app.errors import Invalid
from app.models import DRAFT_ID, AuditEntry, Chat, Delivery, Direction, Message, Outcome, Tenant
from app.services import chats
from app.services.chats import UnknownChat, Wanted
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
ZONE = ZoneInfo("Africa/Dar_es_Salaam")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "bob@acme.example", "address": "10.0.0.1"}
numbers = count()


@pytest.fixture
def acme(database: object) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.fixture
def other(database: object) -> Tenant:
    return create_tenant(slug="other", name="Other", template="BOOKING", by="ada")


def a_chat(tenant: Tenant, name: str = "Asha", *, minute: int = 0, phone: str | None = None) -> Chat:
    number = next(numbers)
    at = NOW + timedelta(minutes=minute)
    return Chat.create(tenant=tenant, wa_chat_id=f"{number}@c.us", name=name, last_message_at=at,
                       phone=phone or f"+2557000{number:05}")


def say(chat: Chat, text: str, at: datetime = NOW, **values: object) -> Message:
    given = {"direction": Direction.IN, "wa_message_id": f"id-{next(numbers)}", **values}
    return Message.create(tenant=chat.tenant, chat=chat, text=text, sent_at=at, created_at=at, **given)


def names(tenant: Tenant, **wanted: Any) -> list[str]:
    return [chat.name for chat in chats.find_chats(tenant, Wanted(**wanted), ZONE).chats]


def test_the_chat_that_was_written_in_last_comes_first_with_its_last_line(acme: Tenant, other: Tenant):
    older, newer = a_chat(acme, "Asha"), a_chat(acme, "Baraka", minute=1)
    a_chat(other, "Stranger", minute=9)
    say(older, "first")
    say(older, "last")
    say(newer, "hello")
    with assert_query_count(2):
        found = chats.find_chats(acme, Wanted(), ZONE)
    rows: list[Any] = found.chats
    assert [(chat.name, chat.last.text) for chat in rows] == [("Baraka", "hello"), ("Asha", "last")]
    assert found.following is None


def test_every_chat_is_on_one_page_even_where_many_share_a_moment(acme: Tenant):
    expected = {a_chat(acme, f"{i}", minute=i // 40).id for i in range(2 * chats.PAGE + 5)}
    seen: list[int] = []
    behind = None
    while True:
        page = chats.find_chats(acme, Wanted(), ZONE, behind)
        seen += [chat.id for chat in page.chats]
        if (behind := page.following) is None:
            break
    assert len(seen) == len(expected)
    assert set(seen) == expected


def test_a_chat_is_found_by_name_number_and_text(acme: Tenant):
    asha, baraka = a_chat(acme, "Asha", phone="+255712345678"), a_chat(acme, "Baraka", minute=-1)
    say(asha, "I want a massage")
    say(baraka, "100% sure_thing")
    assert names(acme, text="aSHa") == ["Asha"]
    assert names(acme, text="0 712-345") == []
    assert names(acme, text="712 345") == ["Asha"]
    assert names(acme, text="MASSAGE") == ["Asha"]
    assert names(acme, text="0% sure_") == ["Baraka"]
    assert names(acme, text="a_h") == []
    assert names(acme, text="nothing\0like it") == []


def test_chats_are_found_by_the_day_of_the_tenants_zone_and_by_what_the_bot_did(acme: Tenant):
    asha, baraka = a_chat(acme, "Asha"), a_chat(acme, "Baraka", minute=-1)
    # 22:30 in UTC is half past one of the next day in Dar es Salaam.
    say(asha, "late", datetime(2026, 3, 1, 22, 30, tzinfo=UTC), outcome=Outcome.ANSWERED)
    say(baraka, "early", datetime(2026, 3, 1, 20, 30, tzinfo=UTC), outcome=Outcome.HANDED_OVER)
    assert names(acme, day=date(2026, 3, 2)) == ["Asha"]
    assert names(acme, day=date(2026, 3, 1)) == ["Baraka"]
    assert names(acme, outcome=Outcome.HANDED_OVER) == ["Baraka"]
    assert names(acme, outcome=Outcome.HANDED_OVER, day=date(2026, 3, 2)) == []
    assert names(acme, outcome=Outcome.ANSWERED, text="late") == ["Asha"]
    assert names(acme, outcome=Outcome.ANSWERED, text="early") == []


def test_chats_are_found_by_a_reply_of_which_the_bot_was_not_sure(acme: Tenant):
    asha, baraka = a_chat(acme, "Asha"), a_chat(acme, "Baraka", minute=1)
    say(asha, "guess", direction=Direction.OUT, confidence=0.4)
    say(baraka, "certain", direction=Direction.OUT, confidence=0.9)
    say(baraka, "menu", direction=Direction.OUT)
    assert names(acme, unsure=True) == ["Asha"]
    assert names(acme, unsure=True, text="certain") == []
    assert names(acme, unsure=True, outcome=Outcome.ANSWERED) == []


def test_a_thread_is_read_from_its_end_back_to_its_beginning(acme: Tenant):
    chat = a_chat(acme)
    for number in range(chats.THREAD_PAGE + 10):
        say(chat, str(number))
    newest = chats.read_thread(chat)
    oldest = chats.read_thread(chat, before=newest.earlier)
    texts = [message.text for message in oldest.messages + newest.messages]
    assert texts == [str(number) for number in range(chats.THREAD_PAGE + 10)]
    assert oldest.earlier is None


def test_another_tenants_chat_is_not_there(acme: Tenant, other: Tenant):
    chat = a_chat(other)
    with pytest.raises(UnknownChat):
        chats.find_chat(acme, chat.id)
    with pytest.raises(UnknownChat):
        chats.write_message(acme, chat.id, "hi", now=NOW, **WHO)
    with pytest.raises(UnknownChat):
        chats.take_over(acme, chat.id, hours=1, now=NOW, **WHO)
    assert Message.select().count() == 0


def test_taking_over_keeps_the_bot_out_and_giving_back_lets_it_answer(acme: Tenant):
    chat = a_chat(acme)
    taken = chats.take_over(acme, chat.id, hours=4, now=NOW, **WHO)
    assert taken.person_until == NOW + timedelta(hours=4)
    assert chats.is_with_person(Chat.get(), NOW + timedelta(hours=3))
    assert not chats.is_with_person(Chat.get(), NOW + timedelta(hours=5))
    chats.give_back(acme, chat.id, **WHO)
    assert not chats.is_with_person(Chat.get(), NOW)
    actions = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    assert actions[1:] == ["chat.take_over", "chat.give_back"]


@pytest.mark.parametrize("hours", [0, -1, chats.LONGEST_TURN_H + 1])
def test_nobody_takes_a_chat_over_for_no_time_or_for_ever(acme: Tenant, hours: int):
    with pytest.raises(Invalid, match="Choose between 1 and"):
        chats.take_over(acme, a_chat(acme).id, hours=hours, now=NOW, **WHO)


def test_a_message_of_the_portal_waits_for_the_worker_and_silences_the_bot(acme: Tenant):
    chat = a_chat(acme)
    Chat.update(unread=3).execute()
    message = chats.write_message(acme, chat.id, " We open\r\nat 9 \0", now=NOW, **WHO)
    assert (message.text, message.delivery, message.author) == ("We open\nat 9", Delivery.PENDING, "bob@acme.example")
    assert message.wa_message_id.startswith(DRAFT_ID)
    stored = Chat.get()
    assert (stored.person_until, stored.unread, stored.last_message_at) == (NOW + timedelta(hours=12), 0, NOW)
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().detail == {"chat": chat.id, "characters": 12}


def test_writing_does_not_shorten_the_time_for_which_a_chat_was_taken(acme: Tenant):
    chat = a_chat(acme)
    chats.take_over(acme, chat.id, hours=100, now=NOW, **WHO)
    chats.write_message(acme, chat.id, "hi", now=NOW, **WHO)
    assert Chat.get().person_until == NOW + timedelta(hours=100)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (chats.LONGEST_MESSAGE + 1)])
def test_a_message_that_cannot_be_sent_is_refused(acme: Tenant, text: str):
    with pytest.raises(Invalid):
        chats.write_message(acme, a_chat(acme).id, text, now=NOW, **WHO)
    assert Message.select().count() == 0
