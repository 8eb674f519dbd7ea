"""Which messages of a customer are read as one, and that nothing is lost by it."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.replies import Deed, HandOver, Incoming, Send, decide
from app.replies.records import records_at_first
from app.replies.together import MOST_TOGETHER, as_one, count_together, read_together, stands_alone
from app.replies.words import READ_CHARACTERS, plain
from tests.app.replies.conversation import WEDNESDAY_NOON, Talk, tenant

BOOKING, SHOP, SUPPORT = map(tenant, ("BOOKING", "ECOMMERCE", "SUPPORT"))
EMERGENCY = tenant("BOOKING", content={
    "emergency": {"words": ["chest pain"], "answer": "Call 112."}, "handover_words": ["my lawyer"]})
MIDDAY = {"seen": WEDNESDAY_NOON.isoformat()}


def answers(config, *texts, state=None):
    """What the bot answers to lines that were written at once: how many lines, why, and what it said."""
    told, state, records = [], state or {}, records_at_first(config)
    waiting = [each if isinstance(each, Incoming) else Incoming(each) for each in texts]
    while waiting:
        count = count_together(waiting, state, config, WEDNESDAY_NOON, records)
        incoming = read_together(waiting[:count], state, config, WEDNESDAY_NOON, records)
        decision = decide(incoming, state, config, WEDNESDAY_NOON, records)
        sends = [action for action in decision.actions if isinstance(action, Send)]
        told.append((count, sends[0].because if sends else "", sends[0].text if sends else ""))
        for action in decision.actions:
            records = records.after(action, WEDNESDAY_NOON) if isinstance(action, Deed) else records
        state, waiting = decision.state, waiting[count:]
    answers.state = state
    return told


def reasons(config, *texts, state=None):
    return [(count, because) for count, because, _ in answers(config, *texts, state=state)]


@pytest.mark.parametrize("lines", [
    ("hi", "I want to book a facial", "for 2 tomorrow at 2pm"),
    ("Habari", "nataka kubook facial kwa watu 2", "kesho saa nane mchana"),
    ("I want to book", "a facial", "tomorrow", "at 2 pm", "for 2 people"),
    ("facial", "tomorrow at 2pm", "2 people"),
])
def test_a_booking_in_several_lines_gets_one_reply_that_has_understood_all(lines):
    assert reasons(BOOKING, *lines) == [(len(lines), "booking:ask_name")]
    assert answers.state["slots"] == {"service": "facial", "day": "2026-03-05", "time": "14:00", "people": 2}


@pytest.mark.parametrize(("config", "lines", "because", "said"), [
    (BOOKING, ("hi", "how much is a facial?"), "price", "45,000"),
    (BOOKING, ("how much is", "a facial"), "price", "45,000"),
    (SHOP, ("mambo", "bei ya sukari?"), "price", "Sukari"),
    (BOOKING, ("hello", "can I bring my dog?"), "unknown:ask_team", "Welcome"),
    (SUPPORT, ("hi", "my internet is slow"), "fix:step", "Welcome"),
    (BOOKING, ("shikamoo", "where are you?"), "location", "My respects"),
])
def test_a_greeting_before_a_question_is_answered_with_it(config, lines, because, said):
    (count, why, text), = answers(config, *lines)
    assert (count, why) == (len(lines), because)
    assert said in text


@pytest.mark.parametrize("lines", [
    ("where are you?", "how much is a facial?"), ("do you have parking?", "do you accept visa?"),
    ("menu", "I want to book"), ("I want to book a facial tomorrow", "cancel"),
])
def test_two_things_of_which_one_text_would_lose_one_are_answered_one_by_one(lines):
    talk = Talk(BOOKING)
    assert [because for _, because in reasons(BOOKING, *lines)] == [talk.hears(line) for line in lines]


@pytest.mark.parametrize("message", [
    Incoming("STOP"), Incoming("acha"), Incoming("start"), Incoming("cancel"), Incoming("rudi"), Incoming("1"),
    Incoming(" 12 "), Incoming("mbili"), Incoming("", "image"), Incoming("the red one", "image"), Incoming("", "ptt"),
    Incoming("Menu 2", "list_response"), Incoming("I have chest pain!"), Incoming("I'll call my lawyer"), Incoming(""),
])
def test_what_is_said_to_the_bot_itself_stands_alone_and_is_not_kept_waiting(message):
    assert stands_alone(message, EMERGENCY)
    assert count_together([message, Incoming("please")], {}, EMERGENCY, WEDNESDAY_NOON) == 1
    assert count_together([Incoming("hi"), message], {}, EMERGENCY, WEDNESDAY_NOON) == 1


@pytest.mark.parametrize("text", [
    "hi", "?", "2 people", "stop at the corner", "for 4 tomorrow at 8pm", "yes", "👍", "10:00", "5/12"])
def test_what_may_go_on_does_not_stand_alone(text):
    assert not stands_alone(Incoming(text), EMERGENCY)


def test_a_stop_takes_effect_whatever_stands_around_it():
    assert reasons(BOOKING, "hello", "stop", "please") == [(1, "greeting"), (1, "stop"), (1, "")]
    assert answers.state["out"]


def test_an_emergency_acts_wherever_it_stands():
    told = reasons(EMERGENCY, "chest pain", "since this morning", "what shall I do")
    assert told[0] == (1, "emergency")
    assert reasons(EMERGENCY, "help", "he has chest pain", "now")[1] == (1, "emergency")
    assert reasons(EMERGENCY, "my chest", "pain") == [(2, "emergency")]


def test_who_asks_for_a_person_gets_one():
    (count, because, _), *rest = answers(BOOKING, "I need", "to talk to a person")
    assert (count, because, rest) == (2, "asked_for_person", [])


def test_a_number_answers_what_was_asked_and_not_what_follows():
    state = {**MIDDAY, "form": "booking", "asked": "service", "menu": ["service:facial", "service:manicure"]}
    told = reasons(BOOKING, "1", "tomorrow", "at 2pm", state=state)
    assert told == [(1, "booking:ask_day"), (2, "booking:ask_name")]


def test_a_yes_books_what_was_read_back_and_thanks_are_not_answered_apart():
    state = {**MIDDAY, "form": "booking", "asked": "confirm", "slots": {
        "service": "facial", "day": "2026-03-05", "time": "14:00", "name": "Asha"}}
    assert reasons(BOOKING, "yes", "thanks", state=state) == [(2, "booking:recorded")]


def test_a_customer_who_wants_no_answers_is_not_read_together():
    messages = [Incoming("hello"), Incoming("I want a facial")]
    assert count_together(messages, {"out": True}, BOOKING, WEDNESDAY_NOON) == 1


def test_one_message_is_left_as_it_is():
    alone = Incoming("Hi,\nthere ", name="Asha")
    assert as_one([alone]) == read_together([alone], {}, BOOKING, WEDNESDAY_NOON) == alone
    assert as_one([alone, Incoming("you ", name="Neema")]) == Incoming("Hi, there, you", name="Neema")


def test_no_more_is_put_together_than_is_read():
    long = Incoming("a facial " * 60)
    assert len(as_one([long, long]).text) > READ_CHARACTERS
    assert count_together([long, long], {}, BOOKING, WEDNESDAY_NOON) == 1
    many = [Incoming("hello")] * (MOST_TOGETHER + 5)
    assert count_together(many, {}, BOOKING, WEDNESDAY_NOON) == MOST_TOGETHER


lines = st.sampled_from([
    "hi", "habari", "I want to book", "a facial", "for 2", "tomorrow", "at 2pm", "kesho saa nane", "Asha Juma", "yes",
    "no", "stop", "start", "1", "2", "cancel", "how much?", "where are you?", "chest pain", "my lawyer", "sukari 2",
    "rice", "my internet is slow", "since Monday", "a person please", "thanks", "?", "qwrtz", "ticket", "",
]) | st.text(max_size=30)
messages = st.builds(Incoming, lines, st.sampled_from(["chat", "chat", "chat", "chat", "image"]))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([BOOKING, SHOP, SUPPORT, EMERGENCY]), st.lists(messages, min_size=1, max_size=14))
def test_all_is_read_in_its_order_within_bounds_and_does_what_it_does_one_by_one(config, said):
    state, records, waiting = {}, records_at_first(config), said
    while waiting:
        count = count_together(waiting, state, config, WEDNESDAY_NOON, records)
        assert 1 <= count <= min(MOST_TOGETHER, len(waiting))
        group = waiting[:count]
        assert count == 1 or not any(stands_alone(message, config) for message in group)
        whole = as_one(group).text
        assert count == 1 or len(whole) <= READ_CHARACTERS
        assert all(plain(message.text).rstrip(" ,") in whole for message in group if count > 1)
        decision = decide(read_together(group, state, config, WEDNESDAY_NOON, records), state, config, WEDNESDAY_NOON,
                          records)
        assert kinds(decision.actions) == kinds(one_by_one(group, state, config, records))
        for action in decision.actions:
            records = records.after(action, WEDNESDAY_NOON) if isinstance(action, Deed) else records
        state, waiting = decision.state, waiting[count:]


def one_by_one(group, state, config, records):
    """All that is done about the messages where each is answered by itself."""
    for message in group:
        decision = decide(message, state, config, WEDNESDAY_NOON, records)
        yield from decision.actions
        for action in decision.actions:
            records = records.after(action, WEDNESDAY_NOON) if isinstance(action, Deed) else records
        state = decision.state


def kinds(actions):
    """What is done besides talking."""
    return [type(action) for action in actions if isinstance(action, Deed | HandOver)]
