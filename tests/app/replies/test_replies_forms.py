"""Bookings, orders and reports: what is taken, asked for, read back and noted."""

import pytest

from tests.app.replies.conversation import Talk, bare, tenant


def test_a_booking_step_by_step():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("hello")

    asked = talk.say("1")
    assert asked.startswith("What would you like to book? Write a number or the name of the service:\n1. Facial")
    assert talk.say("3") == (
        "So far: Back massage.\nWhich day would you like to come? For example: tomorrow, Saturday, or 5 March."
    )
    assert talk.say("Friday").startswith("So far: Back massage, Friday 6 March.\nAt what time?")
    assert talk.say("at 10").endswith("Under which name shall I put it?")
    assert talk.say("Asha Juma") == (
        "*Your booking*\nService: Back massage\nDay: Friday 6 March\nTime: 10:00\nName: Asha Juma\n"
        "Price: TZS 40,000\n\n"
        "Is that right? Write *yes* to send it, *no* to change it, or *cancel* to drop it."
    )
    assert "It is not confirmed yet: Neema Beauty Spa will confirm it to you here." in talk.say("yes")
    assert talk.because == "booking:recorded"
    assert [request["slots"] for request in talk.state["requests"]] == [
        {"service": "back massage", "day": "2026-03-06", "time": "10:00", "name": "Asha Juma"},
    ]
    assert not talk.is_handed_over


def test_a_booking_in_one_swahili_message():
    talk = Talk(tenant("BOOKING"))

    reply = talk.say("Habari, nataka kusuka rasta Jumamosi saa tatu asubuhi, jina langu ni Asha")
    assert "Huduma: Kusuka rasta\nSiku: Jumamosi tarehe 7 Machi\nMuda: saa 3:00 asubuhi\nJina: Asha" in reply
    assert talk.hears("ndiyo") == "booking:recorded"


def test_a_booking_may_begin_with_the_price_of_a_service():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("how much is a pedicure?")

    assert "Service: Pedicure\nDay: Thursday 5 March\nTime: 15:00" in talk.say("tomorrow 3pm, my name is Asha")


def test_a_card_that_is_not_taken_up_leaves_nothing_behind():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("pedicure")

    assert talk.hears("where are you?") == "location"
    assert "form" not in talk.state


def test_a_booking_can_be_corrected_before_it_is_sent():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial on Friday at 10:00, my name is Asha")

    assert talk.hears("no") == "booking:change"
    assert "Day: Sunday 8 March\nTime: 14:00" in talk.say("Sunday 14:00 please")
    assert "Service: Manicure\nDay: Sunday 8 March" in talk.say("make it a manicure")
    assert talk.hears("yes") == "booking:recorded"


@pytest.mark.parametrize("drop", ["cancel", "Cancel it please", "ghairi", "never mind", "cancel my booking"])
def test_a_booking_can_be_dropped(drop):
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial")
    talk.say(drop if drop != "Cancel it please" else "cancel please")

    assert talk.because == "booking:dropped"
    assert talk.hears("Friday") == "booking:ask_service"


def test_a_question_in_between_is_answered_and_the_booking_goes_on():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial")

    reply = talk.say("where are you located?")
    assert reply.startswith("You find us here: Mikocheni B")
    assert "Back to where we were: Which day would you like to come?" in reply
    assert talk.hears("tomorrow") == "booking:ask_time"


def test_a_question_about_the_hours_of_a_day_is_not_taken_for_the_day():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial on Friday at 10:00, my name is Asha")

    reply = talk.say("when do you close on Sunday?")
    assert "Sunday: 12:00 – 18:00" in reply
    assert reply.endswith("*cancel* to drop it.")
    assert talk.state["slots"]["day"] == "2026-03-06"


def test_a_day_that_is_not_understood_is_asked_for_again():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial")

    assert talk.say("for the feast of our village").startswith("I did not understand the day.")
    assert talk.say("Friday").startswith("So far: Facial, Friday 6 March.")


def test_a_day_that_has_passed_is_refused_politely():
    talk = Talk(tenant("BOOKING", language="EN"))

    reply = talk.say("book a facial yesterday at 10:00")
    assert "Tuesday 3 March has already passed. Which day would you like to come?" in reply
    assert "day" not in talk.state["slots"]


def test_a_time_that_has_passed_today_is_refused_politely():
    talk = Talk(tenant("BOOKING", language="EN"))

    reply = talk.say("book a facial today at 10am")
    assert "10:00 today has already passed. At what time would you like to come?" in reply
    assert "So far: Facial, Wednesday 4 March, 15:00." in talk.say("3pm then")


def test_a_day_on_which_it_is_closed_is_refused_and_another_taken():
    talk = Talk(tenant("BOOKING", language="EN"))

    assert "We are closed on Monday 9 March. Which other day" in talk.say("book a facial on Monday at 10:00")
    assert "So far: Facial, Tuesday 10 March, 10:00." in talk.say("Tuesday")


def test_a_time_at_which_it_is_closed_is_refused_with_the_hours_of_that_day():
    talk = Talk(tenant("BOOKING"))

    reply = talk.say("nataka kusuka rasta Jumapili saa mbili asubuhi")
    assert "Jumapili tarehe 8 Machi tunafungua saa 6:00 mchana – saa 12:00 jioni. Ungependa kuja saa ngapi?" in reply
    assert "Hadi sasa: Kusuka rasta, Jumapili tarehe 8 Machi, saa 8:00 mchana." in talk.say("saa nane")


def test_an_hour_without_its_half_of_the_day_is_meant_when_it_is_open():
    evenings = {"wed": [["18:00", "23:00"]], "thu": [["18:00", "23:00"]]}
    talk = Talk(bare("BOOKING", hours=evenings, content={"services": [{"name": "Dinner"}]}))

    assert "So far: Dinner, Thursday 5 March, 20:00." in talk.say("book dinner tomorrow at 8")


def test_a_bare_number_answers_the_question_for_the_day_and_for_the_time():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("book a facial")

    assert talk.say("the 15").startswith("So far: Facial, Sunday 15 March.")
    assert "So far: Facial, Sunday 15 March, 14:00." in talk.say("at 2")


def test_several_services_of_one_name_are_offered_to_choose_from():
    talk = Talk(tenant("BOOKING", language="EN"))

    reply = talk.say("I want to book a massage tomorrow")
    assert "1. Full body massage" in reply and "2. Back massage" in reply and "Facial" not in reply
    assert talk.say("2").startswith("So far: Back massage, Thursday 5 March.\nAt what time?")


def test_without_services_the_customers_own_words_are_taken():
    talk = Talk(bare("BOOKING"))
    talk.say("I want to book")

    assert talk.say("Two chairs by the window").startswith("So far: Two chairs by the window.\nWhich day")




def test_a_problem_is_taken_down_and_handed_to_a_person():
    talk = Talk(bare("SUPPORT"))

    assert "Please describe it in one message" in talk.say("I have a problem")
    reply = talk.say("The picture on my decoder freezes every evening")
    assert reply.startswith(
        "Thank you, I have noted the problem.\n\n"
        "Your ticket has the number *1*: The picture on my decoder freezes every evening\n")
    assert "I am passing you on to a person from Bare." in reply
    assert talk.is_handed_over
    assert talk.state["requests"][0]["slots"] == {"details": "The picture on my decoder freezes every evening"}


def test_a_problem_may_be_shown_by_a_photo():
    talk = Talk(bare("SUPPORT"))
    talk.say("shida")
    talk.say("", "image")

    assert talk.is_handed_over
    assert talk.state["requests"][0]["slots"] == {"details": "picha"}


def test_a_whole_story_is_a_report_by_itself():
    talk = Talk(bare("SUPPORT"))
    talk.say("Since Monday my decoder in Kimara shows a black picture with a small triangle")

    assert talk.because == "problem"
    assert talk.is_handed_over


def test_advice_comes_before_the_report_and_a_person_after_it():
    advice = {"question": "My decoder freezes", "answer": "Press reset.", "phrasings": ["decoder is frozen"]}
    talk = Talk(bare("SUPPORT", content={"questions": [advice]}))

    assert "write *person* and I will call someone" in talk.say("my decoder is frozen")
    assert talk.hears("that did not help, still the same problem") == "problem:ask_details"


@pytest.mark.parametrize(("template", "text"), [("BOOKING", "I want to complain"), ("ECOMMERCE", "nina malalamiko")])
def test_a_complaint_goes_to_a_person_with_an_apology(template, text):
    talk = Talk(tenant(template))
    asked = talk.say(text)

    assert "sorry" in asked or "Pole sana" in asked
    talk.say("the lady was rude to my mother")
    assert talk.because == "complaint"
    assert talk.is_handed_over


def test_a_comment_is_noted_without_calling_a_person():
    talk = Talk(tenant("ECOMMERCE"))
    talk.say("I want to leave a review")

    assert talk.hears("Good soap, slow rider") == "review:recorded"
    assert not talk.is_handed_over
