import itertools
from datetime import timedelta

import pytest
from peewee import IntegrityError, OperationalError

from app.errors import Overtaken
from app.models import Chat, Delivery, Direction, Message, Outcome, Tenant, TenantConfig
from app.replies import Decision, Deed, HandOver, Send
from app.replies.examples import example_content
from worker import inbox as inbox_module
from worker.away import Treatment
from worker.config import load_config
from worker.inbox import Inbox
from worker.whatsapp.devtools import PageSilent


@pytest.fixture
def take(tenant, now):
    """Takes messages of a tenant's customers; the limits may be given."""
    made = {}

    def take(message, at=now, **limits):
        if limits or "inbox" not in made:
            TenantConfig.update(version=2, **limits).where(TenantConfig.tenant == tenant).execute()
            made["inbox"] = Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_3EB0ASKED00000000", now)
        return made["inbox"].take(message, at)

    return take


def lines():
    return list(Message.select().order_by(Message.id))


def test_a_message_and_its_reply_are_logged_together_under_the_id_it_will_be_sent_with(take, seen):
    message = seen(text="hello")
    taken = take(message)
    asked, answered = lines()
    assert (asked.direction, asked.text, asked.outcome, asked.wa_message_id) == (
        Direction.IN, "hello", Outcome.ANSWERED, message.id)
    assert (answered.direction, answered.in_reply_to, answered.delivery) == (Direction.OUT, asked.id, "PENDING")
    assert [reply.key for reply in taken.replies] == [answered.wa_message_id] == [message.keys[0]]
    assert taken.replies[0].text == answered.text != ""


def test_a_reply_is_logged_with_how_sure_the_bot_was_where_it_had_to_understand(take, seen):
    for text in ("what are your opening hours?", "xyzzy plugh", "menu", "1"):
        take(seen(text=text))
    understood, unknown, _menu, chosen = (line for line in lines() if line.direction == Direction.OUT)
    assert understood.because.endswith("hours")
    assert 0.5 < understood.confidence <= 1
    assert chosen.confidence is None
    assert (unknown.because, unknown.confidence) == ("unknown", 0)
    assert {line.confidence for line in lines() if line.direction == Direction.IN} == {None}


def test_the_same_message_is_answered_once(take, seen):
    message = seen()
    assert take(message) is not None
    assert take(message) is None
    assert len(lines()) == 2


def test_another_tenants_claim_on_the_same_id_does_not_count(take, seen, tenant, now):
    other = type(tenant).create(slug="other", name="Other")
    TenantConfig.create(tenant=other)
    message = seen()
    assert take(message) is not None
    assert Inbox(other, load_config(other), lambda chat: "k2", now).take(
        type(message)(**{**message.__dict__, "keys": ("true_x_OTHER",)}), now) is not None


def test_nothing_is_claimed_when_the_reply_cannot_be_recorded(take, seen, monkeypatch):
    message = seen()
    monkeypatch.setattr(inbox_module, "update_chat", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(message)
    assert lines() == [] and Chat.select().count() == 0
    monkeypatch.undo()
    assert take(message) is not None


def test_over_the_limit_there_is_one_warning_and_then_silence_but_every_message_is_logged(take, seen, now):
    outcomes = [take(seen(), chat_limit=2, chat_window_s=60).outcome]
    outcomes += [take(seen()).outcome for _ in range(4)]
    assert outcomes == [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.WARNED, Outcome.RATE_LIMITED, Outcome.RATE_LIMITED]
    assert [line.because for line in lines() if line.direction == Direction.OUT][-1] == "rate_limited"
    assert sum(line.direction == Direction.IN for line in lines()) == 5
    assert take(seen(), at=now + timedelta(seconds=61)).outcome is Outcome.ANSWERED


def test_the_limits_hold_over_a_restart(take, seen, tenant, now):
    take(seen(), chat_limit=2, chat_window_s=60)
    take(seen())
    take(seen())
    restarted = Inbox(tenant, load_config(tenant), lambda chat: "k", now)
    assert restarted.take(seen(), now).outcome is Outcome.RATE_LIMITED


def test_the_warning_is_in_the_tenants_language(take, seen):
    warnings = []
    for language, phone in (("EN", "255711000001"), ("SW", "255711000002")):
        take(seen(phone=phone, text="1"), language=language, chat_limit=1)
        warnings.append(take(seen(phone=phone, text="1")).replies[0].text)
    assert warnings[0] != warnings[1]


def test_a_chat_that_a_person_has_taken_is_logged_and_left_alone_until_the_time_is_over(take, seen, now, monkeypatch):
    announced = Decision((Send("One moment.", "person"), HandOver("asked")), {})
    monkeypatch.setattr(inbox_module, "decide", lambda *args: announced)
    first = take(seen(), handover_hours=2)
    assert (first.outcome, len(first.replies)) == (Outcome.HANDED_OVER, 1)
    monkeypatch.undo()
    silent = take(seen(), at=now + timedelta(hours=1))
    assert (silent.outcome, silent.replies) == (Outcome.SILENT, ())
    assert Chat.get().unread == 2
    assert take(seen(), at=now + timedelta(hours=3)).outcome is Outcome.ANSWERED


def test_a_message_that_breaks_the_replies_goes_to_a_person_and_stops_nobody_else(take, seen, monkeypatch):
    monkeypatch.setattr(inbox_module, "decide", lambda *args: 1 / 0)
    assert take(seen()).outcome is Outcome.HANDED_OVER
    monkeypatch.undo()
    assert take(seen(phone="255711000002")).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("error", [ValueError("broken"), IntegrityError("broken"), Overtaken("somebody")])
def test_a_message_whose_deed_breaks_goes_to_a_person_and_leaves_nothing_half_done(take, seen, monkeypatch, error):
    def do(deed, tenant, chat, now):
        Chat.update(name="half done").execute()
        raise error

    broken = Decision((Send("It is booked.", "booking"), Deed()), {"step": "booked"})
    monkeypatch.setattr(inbox_module, "decide", lambda *args: broken)
    monkeypatch.setattr(inbox_module.deeds, "do", do)
    taken = take(seen())
    assert (taken.outcome, taken.replies) == (Outcome.HANDED_OVER, ())
    assert [line.direction for line in lines()] == [Direction.IN]
    chat = Chat.get()
    assert (chat.state, chat.name, chat.unread) == ({}, "Asha", 1)


def test_a_statement_that_the_database_refuses_while_deciding_costs_the_message_nothing(take, seen, monkeypatch):
    """PostgreSQL takes no other statement in a transaction after one that failed."""
    monkeypatch.setattr(inbox_module.deeds, "records_for", lambda *args: Tenant.create(slug="acme", name="twice"))
    assert take(seen()).outcome is Outcome.HANDED_OVER
    assert [line.outcome for line in lines()] == [Outcome.HANDED_OVER]


@pytest.mark.parametrize("error", [OperationalError("gone"), PageSilent("no answer")])
def test_a_message_is_not_left_to_a_person_for_a_database_or_a_browser_that_is_lost(take, seen, monkeypatch, error):
    def do(*_):
        raise error

    monkeypatch.setattr(inbox_module, "decide", lambda *args: Decision((Deed(),), {}))
    monkeypatch.setattr(inbox_module.deeds, "do", do)
    with pytest.raises(type(error)):
        take(seen())
    assert lines() == []


def test_replies_beyond_the_prepared_ids_get_fresh_ones(take, seen, monkeypatch):
    long = Decision((Send("a", "x"), Send("b", "y"), Send("c", "z")), {})
    monkeypatch.setattr(inbox_module, "decide", lambda *args: long)
    message = seen()
    keys = [reply.key for reply in take(message).replies]
    assert keys == [*message.keys, f"true_{message.chat}_3EB0ASKE0{message.mark}"]


@pytest.mark.parametrize("text", ["", "\0 nul", "\ud800 lone", "x" * 200_000, "<script>", "\u202eright to left"])
def test_hostile_text_is_logged_and_answered(take, seen, text):
    assert take(seen(text=text)) is not None
    assert len(lines()[0].text) <= 65536


def test_the_state_of_a_chat_comes_back_with_its_next_message(take, seen, monkeypatch):
    states = []

    def remember(message, state, config, now, records):
        states.append(dict(state))
        return Decision((Send("ok", "x"),), {"turn": state.get("turn", 0) + 1})

    monkeypatch.setattr(inbox_module, "decide", remember)
    for _ in range(3):
        take(seen())
    take(seen(phone="255711000002"))
    assert states == [{}, {"turn": 1}, {"turn": 2}, {}]


@pytest.fixture
def owner_typed(tenant, now):
    """Notes what the owner typed on the phone."""
    return lambda message: Inbox(tenant, load_config(tenant), str, now).note_owner(message, now)


def test_what_the_owner_typed_while_nobody_read_silences_the_bot_from_then_on(owner_typed, now, seen):
    owner_typed(seen(from_me=True, time=int((now - timedelta(hours=2)).timestamp()), late=True))
    assert Chat.get().person_until == now + timedelta(hours=10)


def test_what_the_bot_sent_is_not_taken_for_the_owners_where_the_chat_goes_by_another_name_now(
        take, owner_typed, seen):
    bare = take(seen(lid="77")).replies[0].key.split("_")[2]
    owner_typed(seen(id=f"true_77@lid_{bare}", chat="77@lid", lid="77", from_me=True, late=True))
    assert Chat.get().person_until is None and len(lines()) == 2


def test_what_is_left_to_a_person_is_logged_and_not_answered(take_as, seen):
    taken = take_as(seen(text="hello"), Treatment.LEAVE)
    assert (taken.outcome, taken.replies, Chat.get().unread, Chat.get().state) == (Outcome.SILENT, (), 1, {})


def test_an_apology_stands_once_before_what_is_answered(take_as, seen):
    late, same = take_as(seen(text="hello"), Treatment.APOLOGISE), take_as(seen(text="hello"), Treatment.ANSWER)
    assert late.outcome is Outcome.ANSWERED
    assert late.replies[0].text.startswith("Sorry that you had to wait")
    assert "Sorry" not in same.replies[0].text


def test_the_apology_is_in_the_customers_language(take_as, seen):
    assert take_as(seen(text="mambo, bei gani?"), Treatment.APOLOGISE).replies[0].text.startswith("Samahani")


@pytest.fixture
def take_as(tenant, now):
    """Takes a message with a treatment."""
    inbox = Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_ASKED", now)
    return lambda message, treatment: inbox.take(message, now, treatment)


def test_what_a_lost_machine_has_answered_is_written_down_and_the_conversation_goes_on(tenant, now, seen):
    inbox = Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_ASKED", now)
    said = (seen(id="true_1@c.us_3EB0A", text="What we said", from_me=True, keys=()),
            seen(id="true_1@c.us_3EB0B", text="and more", from_me=True, keys=()))
    taken = inbox.take(seen(text="hello"), now, Treatment.LEAVE, said)
    assert (taken.outcome, taken.replies) == (Outcome.ANSWERED, ())
    asked, *replies = lines()
    assert [(line.wa_message_id, line.text, line.delivery, line.author, line.in_reply_to) for line in replies] == [
        (own.id, own.text, Delivery.SENT, "", asked.id) for own in said]
    assert Chat.get().state and Chat.get().person_until is None
    inbox.note_owner(said[0], now)
    assert len(lines()) == 3 and Chat.get().person_until is None


@pytest.fixture
def booking(tenant, now):
    """An inbox of a business that takes bookings, without limits."""
    shop = example_content("BOOKING")
    shop.pop("business_name")
    TenantConfig.update(**shop, business_name="Acme").where(TenantConfig.tenant == tenant).execute()
    return Inbox(tenant, load_config(tenant), lambda chat: f"true_{chat}_3EB0ASKED00000000", now)


@pytest.fixture
def written(seen):
    """Messages of one customer with ids as the page makes them."""
    numbers = itertools.count(1)

    def write(*texts, **changes):
        marks = [f"{next(numbers):08X}" for _ in texts]
        return [seen(text=text, mark=mark, keys=(f"true_255711000001@c.us_3EB0ABCDE{mark}",), **changes)
                for text, mark in zip(texts, marks, strict=True)]

    return write


THREE_LINES = ("hi", "I want to book a facial", "for 2 tomorrow at 2pm")


def test_messages_that_are_read_together_are_claimed_each_and_answered_once(booking, written, now):
    *before, last = written(*THREE_LINES)
    assert booking.count_together([*before, last], now) == 3
    taken = booking.take(last, now, before=tuple(before))
    *asked, reply = lines()
    assert [(line.text, line.outcome) for line in asked] == [
        (THREE_LINES[0], Outcome.JOINED), (THREE_LINES[1], Outcome.JOINED), (THREE_LINES[2], Outcome.ANSWERED)]
    assert (reply.in_reply_to, reply.because) == (asked[2].id, "closed+booking:ask_name")
    assert Chat.get().state["slots"] == {"service": "facial", "day": "2026-11-24", "time": "14:00", "people": 2}
    assert [each.key for each in taken.replies] == [reply.wa_message_id]
    assert reply.wa_message_id == "true_255711000001@c.us_3EB0ABCD200000003", "it tells how many it answers besides"
    assert Chat.get().unread == 0


def test_of_messages_that_are_read_together_what_was_claimed_before_is_left_as_it_is(booking, written, now):
    first, second, last = written(*THREE_LINES)
    booking.take(first, now)
    assert booking.take(last, now, before=(first, second)).replies
    assert [line.outcome for line in lines() if line.direction == Direction.IN] == [
        Outcome.ANSWERED, Outcome.JOINED, Outcome.ANSWERED]
    assert booking.take(last, now, before=(first, second)) is None
    assert len(lines()) == 5


def test_what_a_person_has_is_left_to_that_person_each_for_itself(booking, written, now):
    booking.take(*written("I want to talk to a person"), now)
    messages = written("hello?", "is anybody there?")
    assert booking.count_together(messages, now) == 2
    taken = booking.take(messages[1], now, before=tuple(messages[:1]))
    assert (taken.outcome, taken.replies, Chat.get().unread) == (Outcome.SILENT, (), 3)
    assert [line.outcome for line in lines()[-2:]] == [Outcome.SILENT, Outcome.SILENT]


def test_messages_that_are_read_together_count_as_one_reply(booking, written, now, tenant):
    TenantConfig.update(version=9, chat_limit=1, chat_window_s=60).where(TenantConfig.tenant == tenant).execute()
    booking.reconfigure(load_config(tenant))
    outcomes = []
    for _ in range(3):
        *before, last = written(*THREE_LINES)
        assert booking.count_together([*before, last], now) == 3
        outcomes.append(booking.take(last, now, before=tuple(before)).outcome)
    assert outcomes == [Outcome.ANSWERED, Outcome.WARNED, Outcome.RATE_LIMITED]
    assert [line.outcome for line in lines() if line.direction == Direction.IN] == [
        Outcome.JOINED, Outcome.JOINED, Outcome.ANSWERED, Outcome.JOINED, Outcome.JOINED, Outcome.WARNED,
        *[Outcome.RATE_LIMITED] * 3]


def test_what_a_lost_machine_has_read_together_goes_on_from_what_all_of_it_said(booking, written, now, seen):
    *before, last = written(*THREE_LINES)
    own = (seen(id="true_255711000001@c.us_3EB0A", text="Whose name?", from_me=True, keys=()),)
    taken = booking.take(last, now, Treatment.ANSWER, own, before=tuple(before))
    assert (taken.outcome, taken.replies) == (Outcome.ANSWERED, ())
    assert [line.outcome for line in lines()] == [Outcome.JOINED, Outcome.JOINED, Outcome.ANSWERED, None]
    assert Chat.get().state["asked"] == "name"


@pytest.mark.parametrize(("text", "kind", "waits"), [
    ("hello", "chat", True), ("STOP", "chat", False), ("2", "chat", False), ("", "image", False),
    ("look at this", "image", False)])
def test_the_bot_waits_for_more_only_after_what_may_go_on(booking, seen, text, kind, waits):
    assert booking.waits_after(seen(text=text, kind=kind)) == waits
