"""What customers put right, say beside the question, or call otherwise: nothing that was said is lost or mistaken."""
import pytest

from app.replies.diary import MakeBooking
from tests.app.replies.conversation import Talk, tenant


def talked(template, *texts, language="EN"):
    talk = Talk(tenant(template, language=language))
    for text in texts:
        talk.said = talk.say(text)
    return talk


def slots(talk):
    return talk.state.get("slots", {})


def test_the_hour_is_no_day_of_the_month():
    talk = talked("BOOKING", "kusuka rasta tarehe 31 Aprili", "saa nne asubuhi", language="SW")

    assert "day" not in slots(talk)
    assert slots(talk)["time"] == "10:00"
    assert talk.because == "booking:ask_day"


@pytest.mark.parametrize("day", ["31/2", "31 April", "tarehe 31 mwezi wa nne"])
def test_a_date_that_is_none_is_called_so(day):
    talk = talked("BOOKING", f"I would like to book a manicure on {day}")

    assert "There is no such date" in talk.said or "Tarehe hiyo haipo" in talk.said


def test_a_bare_number_is_a_day_of_the_month_that_is_spoken_of():
    talk = talked("BOOKING", "I would like to book a facial in April", "28")

    assert slots(talk)["day"] == "2026-04-28"


@pytest.mark.parametrize("said", ["actually 10am", "for two people", "friday please", "a back massage"])
def test_a_correction_is_no_name(said):
    talk = talked("BOOKING", "book a facial tomorrow at 3pm", said)

    assert talk.because == "booking:ask_name"
    assert talk.hears("June") == "booking:confirm"
    assert slots(talk)["name"] == "June"


@pytest.mark.parametrize(("said", "day"), [
    ("sio kesho ni keshokutwa", "2026-03-06"), ("not tomorrow but on Saturday", "2026-03-07"),
    ("no, Friday instead of tomorrow", "2026-03-06"), ("why not on Friday", "2026-03-06"),
])
def test_a_day_that_is_denied_is_not_the_one_that_is_meant(said, day):
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, name Ann", said)

    assert slots(talk)["day"] == day


def test_a_denied_time_or_number_of_people_is_not_taken():
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, name Ann", "hapana, sio saa tisa ni saa kumi")

    assert slots(talk)["time"] == "16:00"
    assert slots(talked("BOOKING", "a facial, sio watu wawili ni watatu"))["people"] == 3


def test_a_denial_alone_asks_what_to_change():
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, name Ann", "no, not tomorrow")

    assert talk.because == "booking:change"
    assert talk.hears("friday") == "booking:confirm"
    assert (slots(talk)["day"], slots(talk)["name"]) == ("2026-03-06", "Ann")


def test_what_is_to_be_changed_may_come_with_its_value():
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, name Ann", "change the time to 11")

    assert (talk.because, slots(talk)["time"]) == ("booking:confirm", "11:00")


@pytest.mark.parametrize("said", ["friday", "jioni", "10am", "tomorrow"])
def test_a_day_or_a_time_by_itself_is_no_name(said):
    talk = talked("BOOKING", "book a facial tomorrow at 3pm", "Friday?", said)

    assert "name" not in slots(talk)


def test_what_is_not_understood_loses_no_booking():
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, my name is Ann", "blah blurb")

    assert talk.said.startswith("Sorry, I did not understand that.\n\n*Your booking*")
    talk.say("yes")
    assert [deed.name for deed in talk.deeds if isinstance(deed, MakeBooking)] == ["Ann"]


def test_a_question_without_an_answer_loses_no_booking():
    talk = talked("BOOKING", "book a facial tomorrow", "do zebras like saunas?", "no")

    assert "Back to where we were: At what time?" in talk.said
    assert talk.hears("3pm") == "booking:ask_name"


@pytest.mark.parametrize(("said", "slot"), [
    ("the time", "time"), ("change the day", "day"), ("badilisha jina", "name"), ("muda", "time"),
    ("huduma", "service"),
])
def test_the_part_that_is_to_change_may_be_named_first(said, slot):
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, my name is Ann", "no", said)

    assert talk.because == f"booking:ask_{slot}"


@pytest.mark.parametrize("said", ["badilisha jina iwe Rehema Said", "change the name to Rehema Said"])
def test_a_name_is_changed_to_another(said):
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, my name is Ann", said)

    assert slots(talk)["name"] == "Rehema Said"


def test_what_fills_another_slot_is_understood():
    talk = talked("BOOKING", "nataka kuja kesho", "saa tisa mchana", language="SW")

    assert "Sijaipata" not in talk.said
    assert "Hadi sasa: Alhamisi tarehe 5 Machi, saa 9:00 mchana." in talk.said


def test_an_objection_asks_for_what_it_speaks_against():
    talk = talked("BOOKING", "I want a massage tomorrow at 10pm")

    assert talk.because == "booking:ask_time"
    assert talk.hears("3pm") == "booking:ask_service"


def test_a_time_between_two_hours_is_offered():
    talk = talked("BOOKING", "book a facial tomorrow", "between 2 and 4")

    assert "At what time exactly?" in talk.said
    assert talk.state["menu"][0] == "time:2026-03-05T14:00"


def test_a_booking_is_moved_as_people_say_it():
    talk = talked("BOOKING", "book a facial tomorrow at 3pm, my name is Ann", "yes", "move it to saturday same time")

    assert talk.because == "move:confirm"
    assert (slots(talk)["day"], slots(talk)["time"]) == ("2026-03-07", "15:00")


def test_hours_in_words_are_no_massage():
    talk = talked("BOOKING", "kwa masaa mawili", language="SW")

    assert "service" not in slots(talk)


@pytest.mark.parametrize("said", ["no, Sinza", "hapana, sinza", "i meant Sinza", "sinza"])
def test_another_area_is_no_address(said):
    talk = talked("ECOMMERCE", "2 mosquito nets", "done", "Mikocheni", said)

    assert talk.because == "order:ask_address"
    assert slots(talk)["area"] == "sinza"
    assert talk.hears("house 4 near the school") == "order:ask_name"


def test_another_name_is_no_address():
    said = ("2 mosquito nets", "done", "Sinza", "near the school", "Rose", "no", "jina ni Rose Michael")
    talk = talked("ECOMMERCE", *said)

    assert (slots(talk)["address"], slots(talk)["name"]) == ("near the school", "Rose Michael")


def test_a_lower_price_takes_nothing_out():
    talk = talked("ECOMMERCE", "2 mosquito nets", "nipunguzie bei kidogo")

    assert talk.state["basket"] == [["mosquito net", 2]]
    assert "discount" in talk.said


def test_what_is_not_in_the_basket_takes_nothing_else_out():
    talk = talked("ECOMMERCE", "2 mosquito nets", "remove the bucket")

    assert talk.state["basket"] == [["mosquito net", 2]]
    assert "That is not in your basket." in talk.said


@pytest.mark.parametrize(("said", "basket"), [
    ("sukari kilo mbili", {"sugar 1kg": 2}),
    ("sukari kilo kumi na mbili na chandarua tatu", {"sugar 1kg": 12, "mosquito net": 3}),
    ("mchele wa mbeya kilo 5", {"mbeya rice 1kg": 5}),
    ("sugar 3 kilos and mbeya rice two kg", {"sugar 1kg": 3, "mbeya rice 1kg": 2}),
])
def test_kilos_count_what_is_sold_by_the_kilo(said, basket):
    assert dict(talked("ECOMMERCE", said).state["basket"]) == basket


def test_a_phone_number_is_no_line_of_the_menu():
    talk = talked("ECOMMERCE", "hello", "0712000111")

    assert "1000" not in talk.said


def test_the_total_is_told():
    assert "Goods: TZS 30,000" in talked("ECOMMERCE", "2 mosquito nets", "what is the total?").said


@pytest.mark.parametrize("template", ["BOOKING", "ECOMMERCE", "SUPPORT"])
@pytest.mark.parametrize("said", ["I have paid", "nimelipa", "nimeshalipa"])
def test_a_payment_is_for_the_team_to_see(template, said):
    talk = talked(template, "hello", said)

    assert (talk.because, talk.state["offer"]) == ("paid", "person")


def test_nipe_asks_for_things_and_for_nobody():
    assert talked("ECOMMERCE", "hello", "nipe unga").because == "product"
    assert talked("ECOMMERCE", "hello", "nipe mtu").is_handed_over


@pytest.mark.parametrize("name", ["Sue", "Hawa", "Mercy", "Prince", "Noor", "May", "Will", "Sita", "Innocent"])
def test_a_name_may_be_like_a_word_and_tells_no_language(name):
    booking = talked("BOOKING", "book a facial tomorrow at 3pm", name)
    order = talked("ECOMMERCE", "2 mosquito nets", "done", "Sinza", "house 4 near the school", name)

    assert [slots(talk)["name"] for talk in (booking, order)] == [name, name]
    assert "Is that right?" in booking.said
    assert "Is that right?" in order.said


def test_what_is_free_is_asked_of_the_booking_in_hand():
    talk = talked("BOOKING", "nataka kusuka kesho", "saa ngapi mpo free", language="SW")

    assert (slots(talk)["service"], slots(talk)["day"]) == ("braids", "2026-03-05")
    assert talk.because == "booking:ask_time"


def test_the_day_after_tomorrow_cancels_nothing():
    talk = talked("BOOKING", "naomba nafasi ya pedicure kesho kutwa asubuhi", language="SW")

    assert (talk.because, slots(talk)["day"]) == ("booking:ask_time", "2026-03-06")


def test_more_is_added_to_an_order_in_change():
    said = ("5 mosquito nets", "done", "collect", "Ali", "yes", "change my order", "add one mosquito net")
    talk = talked("ECOMMERCE", *said)

    assert dict(talk.state["basket"]) == {"mosquito net": 6}


@pytest.mark.parametrize("said", ["make it zero", "0 mosquito nets", "chandarua sifuri"])
def test_as_many_as_none_are_taken_out(said):
    assert "basket" not in talked("ECOMMERCE", "5 mosquito nets", said).state


@pytest.mark.parametrize("said", ["2.5 kg sugar", "sukari 1.5"])
def test_a_broken_number_is_asked_about(said):
    talk = talked("ECOMMERCE", said)

    assert "basket" not in talk.state
    assert talk.because == "order:ask_count"


@pytest.mark.parametrize("said", ["ok thats all", "sawa basi", "Sinza", "Sinza Mori, near Kwa Remmy, house 20"])
def test_nothing_else_is_wanted_however_that_is_said(said):
    talk = talked("ECOMMERCE", "5 mosquito nets", said)

    assert talk.because in ("order:ask_area", "order:ask_address", "order:ask_name")


@pytest.mark.parametrize("said", ["ok stop", "sawa acha"])
def test_a_stop_may_be_put_politely(said):
    assert talked("BOOKING", "hello", said).because == "stop"


def test_what_is_told_with_is_asks_nothing():
    said = ("5 mosquito nets", "done", "Sinza", "my house is near the school", "Ali", "no", "the area is Ilala")
    talk = talked("ECOMMERCE", *said)

    assert (slots(talk)["address"], slots(talk)["area"]) == ("my house is near the school", "ilala")


@pytest.mark.parametrize("said", ["Cleaning", "usafi"])
def test_a_category_is_opened_by_its_name(said):
    assert talked("ECOMMERCE", "catalogue", said).because == "category"


@pytest.mark.parametrize("said", ["order 1002", "my order number is 5555"])
def test_the_number_of_an_order_that_is_not_ones_own_is_not_told(said):
    talk = talked("ECOMMERCE", "where is my order", said)

    assert talk.because == "track_order"
    assert "I find no order" in talk.said


def test_the_day_of_a_greeting_is_no_day_of_a_booking():
    talk = talked("BOOKING", "Habari za leo dada, naomba kuja kesho kwa manicure", language="SW")

    assert slots(talk)["day"] == "2026-03-05"


def test_the_date_of_a_month_that_is_spoken_of_stays_in_it():
    talk = talked("BOOKING", "I'd like a facial sometime next month", "the 10th", "3.30")

    assert (slots(talk)["day"], slots(talk)["time"]) == ("2026-04-10", "15:30")


def test_how_many_come_is_no_hour():
    talk = talked("BOOKING", "pedicure kesho", "tutakuwa wawili", language="SW")

    assert (slots(talk).get("people"), slots(talk).get("time")) == (2, None)


@pytest.mark.parametrize("said", ["kesho saa nne asubuhi", "saturday 10am", "Ijumaa"])
def test_a_day_or_a_time_alone_begins_a_booking(said):
    assert talked("BOOKING", "hello", said).because == "booking:ask_service"


def test_a_likely_guess_throws_no_basket_away():
    talk = talked("ECOMMERCE", "3 mosquito nets", "make it 4")

    assert dict(talk.state["basket"]) == {"mosquito net": 4}


def test_a_thumb_up_confirms():
    assert talked("BOOKING", "book a facial tomorrow at 3pm, my name is Ann", "👍").because == "booking:recorded"
