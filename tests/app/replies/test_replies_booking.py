"""Bookings to their end: what is free, what is taken, and what a customer does with its own."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.replies.diary import PROPOSED, AnswerProposal, Diary, MakeBooking, MoveBooking, Taken
from app.replies.records import Records
from tests.app.replies.conversation import Talk, bare, tenant

FRIDAY_TEN = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
BOT = {"booking": {"confirm": "bot"}}
HOURS = {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [["10:00", "12:00"]],
                                                                                   "sun": []}


def spa(language="EN", **content):
    return tenant("BOOKING", language=language, content={**BOT, **content})


def barber(**content):
    return bare("BOOKING", hours=HOURS, content={"services": [{"name": "Haircut", "minutes": 60}], **BOT, **content})


def full(*starts, service="facial", minutes=60, number=100):
    length = timedelta(minutes=minutes)
    return Records(diary=Diary(tuple(Taken(number + place, service, start, start + length)
                                     for place, start in enumerate(starts)), next_number=number + 50))


def deeds(talk):
    return [action for action in talk.decision.actions if isinstance(action, MakeBooking | MoveBooking)]


def booked(config, *words, records=None):
    """A talk in which something was booked by these messages, the last of which confirms."""
    talk = Talk(config)
    talk.records = records or talk.records
    for said in words or ("book a facial on Friday at 10:00, my name is Asha", "yes"):
        talk.say(said)
    assert talk.because.endswith(("booking:confirmed", "booking:recorded")), talk.because
    return talk


@pytest.mark.parametrize(("language", "said", "yes"), [
    ("EN", "I want to book a facial on Friday at 10 am, my name is Asha", "yes"),
    ("SW", "Nataka kuweka miadi ya facial Ijumaa saa nne asubuhi, jina langu ni Asha", "ndiyo"),
    ("SW", "naomba kubook facial Friday saa nne asubuhi, jina langu Asha", "yes please"),
    ("SW", "facial Ijumaa saa nne, jina Asha", "sawa"),
])
def test_all_in_one_message_and_a_yes_make_a_booking(language, said, yes):
    talk = Talk(spa(language))
    assert talk.hears(said).endswith("booking:confirm"), talk.say(said)

    assert talk.hears(yes) == "booking:confirmed"

    deed, = deeds(talk)
    assert (deed.number, deed.service, deed.starts, deed.ends - deed.starts) == (
        1, "facial", FRIDAY_TEN, timedelta(minutes=60))
    assert (deed.name, deed.state, deed.places) == ("Asha", "CONFIRMED", 1)


@pytest.mark.parametrize("order", [
    ("book", "facial", "Friday", "at 10", "Asha"), ("I want to come on Friday at 10", "book", "facial", "Asha"),
    ("my name is Asha, I want to book", "facial", "10 am on Friday"),
    ("I want to book, my name is Asha", "10 am on Friday", "facial"), ("facial at 10 am", "on Friday", "Asha"),
])
def test_service_day_time_and_name_come_in_any_order(order):
    talk = Talk(spa())
    for said in ("hello", *order):
        talk.say(said)
    if talk.because != "booking:confirm":
        pytest.fail(f"{order}: {talk.because}")
    talk.say("yes")
    assert [(deed.starts, deed.name) for deed in deeds(talk)] == [(FRIDAY_TEN, "Asha")]


def test_where_the_owner_confirms_it_is_a_request_and_says_so():
    talk = booked(tenant("BOOKING", language="EN"))
    assert deeds(talk)[0].state == "REQUESTED"
    assert talk.because == "booking:recorded"
    assert "(not confirmed yet)" in talk.say("check my booking")


def test_a_time_that_is_taken_is_refused_and_the_nearest_are_offered_by_number():
    talk = Talk(spa())
    talk.records = full(FRIDAY_TEN)

    reply = talk.say("book a facial on Friday at 10:00, my name is Asha")

    assert "10:00 on Friday 6 March is taken already." in reply
    assert "1. 09:00\n2. 11:00\n3. 11:30\n4. 12:00\n5. 12:30" in reply
    assert "Time: 11:30" in talk.say("3")
    assert talk.hears("yes") == "booking:confirmed"


def test_what_was_taken_between_the_summary_and_the_yes_is_not_booked_twice():
    talk = Talk(spa())
    talk.say("book a facial on Friday at 10:00, my name is Asha")
    talk.records = full(FRIDAY_TEN)

    assert "is taken already" in talk.say("yes")
    assert deeds(talk) == []
    assert talk.hears("2") == "booking:confirm"


def test_a_day_without_any_room_is_refused_and_other_days_are_offered():
    talk = Talk(barber())
    nine = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
    talk.records = full(*(nine + timedelta(hours=hour) for hour in range(3)), service="haircut")

    reply = talk.say("nafasi kesho?")

    assert "Alhamisi tarehe 5 Machi hakuna nafasi tena." in reply
    assert "1. Ijumaa tarehe 6 Machi, saa 3:00 asubuhi" in reply
    assert "Ijumaa tarehe 6 Machi, saa 3:00 asubuhi" in talk.say("1")


@pytest.mark.parametrize(("language", "said", "service", "free"), [
    ("EN", "what is free on Friday?", "facial", "1. 09:00"),
    ("EN", "do you have any slots on Friday for a facial", "", "1. 09:00"),
    ("SW", "mna nafasi Ijumaa ya facial?", "", "1. saa 3:00 asubuhi"),
    ("SW", "kuna nafasi Ijumaa?", "facial", "1. saa 3:00 asubuhi"),
    ("SW", "una nafasi kesho?", "facial", "1. saa 3:00 asubuhi"),
    ("SW", "mna nafasi Friday ya manicure?", "", "1. saa 3:00 asubuhi"),
])
def test_who_asks_what_is_free_is_shown_it(language, said, service, free):
    talk = Talk(spa(language))
    reply = talk.say(said)
    if service:
        assert talk.because == "booking:ask_service"
        reply = talk.say(service)
    assert free in reply
    assert talk.hears("1").endswith("ask_name")


def test_who_asks_for_room_without_a_day_is_shown_the_next_free_times():
    talk = Talk(spa())
    reply = talk.say("any free slots for a facial?")
    assert "1. today at 12:30" in reply or "1. today at 13:00" in reply
    assert talk.hears("1") == "booking:ask_name"


def test_in_a_span_of_time_the_free_times_of_it_are_offered():
    talk = Talk(spa())
    talk.records = full(FRIDAY_TEN + timedelta(hours=5))
    reply = talk.say("book a facial on Friday from 2 pm to 4 pm, my name is Asha")
    assert "At what time exactly?" in reply and "1. 14:00\n2. 16:00" in reply
    assert "Time: 16:00" in talk.say("2")


def test_the_end_of_a_service_lies_before_closing():
    talk = Talk(spa())
    assert "not enough time before we close" in talk.say("braids on Friday at 5 pm, my name is Asha")
    assert "5. 16:00" in talk.say("braids on Friday at 5 pm please")


@pytest.mark.parametrize(("content", "said", "refusal"), [
    ({"booking": {"lead_minutes": 240}}, "book a facial today at 3 pm", "too soon"),
    ({"booking": {"ahead_days": 7}}, "book a facial on 3 April at 10:00", "The last day is Wednesday 11 March"),
    ({}, "book a facial yesterday at 10:00", "has already passed"),
    ({}, "book a facial on 25 December at 10:00", "We are closed on Friday 25 December"),
])
def test_the_rules_of_the_business_are_kept(content, said, refusal):
    talk = Talk(spa(**content))
    assert refusal in talk.say(said)
    assert deeds(talk) == []


def test_as_many_are_booked_at_once_as_the_capacity_says():
    config = bare("BOOKING", content={"services": [{"name": "Table", "minutes": 90, "capacity": 6}], **BOT})
    talk = Talk(config)
    talk.records = Records(diary=Diary((Taken(1, "table", FRIDAY_TEN, FRIDAY_TEN + timedelta(hours=1), 3),),
                                       next_number=2))
    assert "is taken already" in talk.say("book a table for 4 people on Friday at 10 am, my name is Asha")
    assert "People: 3" in talk.say("then for 3 people at 10 am")
    talk.say("yes")
    assert (deeds(talk)[0].people, deeds(talk)[0].places) == (3, 3)


def test_more_people_than_there_is_room_for_are_refused_and_asked_for_again():
    config = bare("BOOKING", content={"services": [{"name": "Table", "capacity": 6}], **BOT})
    talk = Talk(config)
    assert "at most 6 at the same time" in talk.say("book a table for 9 people on Friday at 10 am, my name is Asha")
    assert "People: 5" in talk.say("5")


def test_so_many_are_served_at_once_in_all():
    talk = Talk(spa(booking={"confirm": "bot", "at_once": 1}))
    talk.records = full(FRIDAY_TEN, service="manicure", minutes=45)
    assert "is taken already" in talk.say("book a facial on Friday at 10:00, my name is Asha")


@pytest.mark.parametrize(("said", "expected"), [
    ("no, Saturday", "Day: Saturday 7 March\nTime: 10:00"), ("no, at 2 pm", "Day: Friday 6 March\nTime: 14:00"),
    ("no, the name is Juma", "Name: Juma"), ("a manicure instead", "Service: Manicure"),
    ("hapana, Jumamosi", "Jumamosi tarehe 7 Machi"),
])
def test_a_correction_is_taken_with_the_no(said, expected):
    talk = Talk(spa())
    talk.say("book a facial on Friday at 10:00, my name is Asha")
    assert expected in talk.say(said)
    assert talk.because == "booking:confirm"


def test_a_customer_sees_its_own_bookings_and_nobody_elses():
    talk = booked(spa(), records=full(FRIDAY_TEN + timedelta(hours=3)))
    reply = talk.say("can you check my booking?")
    assert "no. 150, Facial, on Friday 6 March at 10:00 (confirmed)" in reply
    assert "13:00" not in reply
    assert "150, Facial" in talk.say("nataka kujua kuhusu miadi yangu, imethibitishwa?")


@pytest.mark.parametrize("said", ["my booking?", "miadi yangu?", "what about my booking?"])
def test_a_short_question_about_the_booking_shows_it(said):
    talk = booked(spa())
    assert talk.hears(said) == "check_booking"


def test_without_a_booking_nothing_is_invented_and_a_person_is_offered():
    for said in ("check my booking", "cancel my booking", "I want to move my appointment to Monday"):
        talk = Talk(spa())
        assert "I do not see a coming booking of yours in this chat." in talk.say(said)
        assert talk.hears("yes") == "accepted_person"


@pytest.mark.parametrize("said", [
    "I want to move my booking to Saturday", "naomba kubadilisha miadi yangu iwe Jumamosi",
    "please change my appointment to Saturday saa nne asubuhi",
])
def test_a_booking_moves_to_another_day_and_keeps_its_time(said):
    talk = booked(spa())
    assert talk.hears(said) == "move:confirm"
    assert talk.hears("ndiyo" if "naomba" in said else "yes") == "move:confirmed"
    deed, = deeds(talk)
    assert (deed.number, deed.starts) == (1, FRIDAY_TEN + timedelta(days=1))
    assert talk.records.diary.own[0].starts == FRIDAY_TEN + timedelta(days=1)


def test_a_move_is_asked_for_step_by_step_and_may_overlap_the_old_time():
    talk = booked(spa())
    assert talk.hears("reschedule my booking") == "move:ask_day"
    assert talk.hears("Friday") == "move:confirm"
    assert "Time: 10:30" in talk.say("no, at 10:30")
    assert talk.hears("yes") == "move:confirmed"


def test_a_move_to_a_taken_time_offers_others():
    talk = booked(spa(), records=full(FRIDAY_TEN + timedelta(hours=4)))
    assert "14:00 on Friday 6 March is taken already." in talk.say("move my booking to Friday 2 pm")
    assert talk.hears("1") == "move:confirm"


def test_of_several_bookings_the_one_that_moves_is_chosen_and_the_day_is_not_forgotten():
    talk = booked(spa())
    talk.say("book a manicure on Friday at 12:00")
    assert talk.hears("yes") == "booking:confirmed"

    assert talk.hears("move my booking to Saturday") == "move:ask_booking"
    assert "Until now: no. 2, Manicure" in talk.say("2")
    talk.say("yes")
    assert (deeds(talk)[0].number, deeds(talk)[0].starts) == (2, datetime(2026, 3, 7, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize(("said", "yes"), [
    ("cancel my booking", "yes"), ("naomba kufuta miadi yangu", "ndiyo"), ("please cancel my appointment", "cancel it"),
])
def test_a_booking_is_cancelled_after_a_yes(said, yes):
    talk = booked(spa())
    assert talk.hears(said) == "cancel:confirm"
    assert talk.hears(yes) == "cancel:done"
    assert talk.records.diary == Diary(next_number=2)
    assert "I do not see" in talk.say("check my booking") or "Sioni" in talk.say("check my booking")


def test_a_booking_stays_after_a_no_and_after_anything_else():
    talk = booked(spa())
    talk.say("cancel my booking")
    assert talk.hears("no") == "cancel:kept"
    talk.say("cancel my booking")
    talk.say("what are your prices?")
    assert talk.hears("yes") != "cancel:done"
    assert len(talk.records.diary.own) == 1


def test_of_several_bookings_the_one_to_cancel_is_chosen():
    talk = booked(spa())
    talk.say("book a manicure on Friday at 12:00")
    talk.say("yes")
    assert talk.hears("cancel my booking") == "cancel:ask_booking"
    assert "Manicure" in talk.say("2")
    assert talk.hears("yes") == "cancel:done"
    assert [one.service for one in talk.records.diary.own] == ["facial"]
    talk.say("book a manicure on Friday at 12:00")
    talk.say("yes")
    assert "Facial" in talk.say("cancel my facial booking")


def proposed(talk, starts=FRIDAY_TEN + timedelta(hours=2)):
    """The business proposes another time for the customer's booking, a minute from now."""
    own = replace(talk.records.diary.own[0], state=PROPOSED, starts=starts, ends=starts + timedelta(hours=1),
                  changed=talk.now + timedelta(seconds=30))
    talk.records = replace(talk.records, diary=replace(talk.records.diary, own=(own,)))


@pytest.mark.parametrize(("answer", "because", "accepted"), [
    ("yes", "proposal:accepted", True), ("ndiyo sawa", "proposal:accepted", True), ("no", "proposal:refused", False),
    ("hapana", "proposal:refused", False),
])
def test_a_proposal_is_answered_by_yes_or_no(answer, because, accepted):
    talk = booked(tenant("BOOKING", language="EN"))
    proposed(talk)
    talk.say(answer, after=timedelta(hours=1))
    assert talk.because.endswith(because)
    assert [deed.accepted for deed in talk.decision.actions if isinstance(deed, AnswerProposal)] == [accepted]


def test_after_a_no_another_time_begins_a_new_booking_of_the_same():
    talk = booked(tenant("BOOKING", language="EN"))
    proposed(talk)
    talk.say("no")
    assert "Service: Facial\nDay: Saturday 7 March\nTime: 11:00\nName: Asha" in talk.say("Saturday 11:00")


def test_a_yes_to_what_the_bot_asked_since_is_none_to_an_older_proposal():
    talk = booked(tenant("BOOKING", language="EN"))
    proposed(talk)
    talk.say("book a manicure on Saturday at 12:00", after=timedelta(minutes=5))
    assert talk.because == "booking:confirm"
    assert talk.hears("yes") == "booking:recorded"


def test_the_name_that_was_given_before_is_not_asked_for_again():
    talk = booked(spa())
    talk.say("book a manicure on Saturday at 12:00")
    assert talk.because == "booking:confirm"


@pytest.mark.parametrize("answer", ["what time do you close?", "yes", "12345", "menu"])
def test_what_is_no_name_is_not_taken_for_one(answer):
    talk = Talk(spa())
    talk.say("book a facial on Friday at 10:00")
    assert talk.because.endswith("ask_name")
    talk.say(answer)
    assert "name" not in talk.state.get("slots", {})
