"""Greeting, menus, stop and start, closed hours, hand-over, language, media, not understanding."""
from datetime import UTC, datetime, timedelta

import pytest

from app.replies import HandOver, Send, rate_warning
from tests.app.replies.conversation import Talk, bare, tenant

SATURDAY_NIGHT = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def test_it_greets_once_in_a_visit():
    talk = Talk(tenant("ECOMMERCE"))

    assert talk.say("hello").startswith("Hello! Welcome to Duka la Amani.")
    assert "Welcome" not in talk.say("hello")
    assert "Welcome" not in talk.say("prices")
    assert "Welcome" in talk.say("hello", after=timedelta(hours=12))


def test_a_first_message_with_a_question_is_greeted_and_answered():
    reply = Talk(tenant("ECOMMERCE")).say("do you deliver to Mwanza?")

    assert reply.startswith("Hello! Welcome to Duka la Amani.\n\nWe deliver in Dar es Salaam")


def test_it_greets_by_a_first_name_that_looks_like_one():
    config = tenant("ECOMMERCE")

    assert Talk(config, name="Asha Mohamed").say("hi").startswith("Hello Asha! Welcome")
    for name in ("", "★VIP★", "x" * 21, "+255 700", "a.b"):
        assert Talk(config, name=name).say("hi").startswith("Hello! Welcome"), name


def test_a_tenants_own_greeting_takes_the_place_of_the_usual_one():
    assert Talk(tenant("BOOKING")).say("mambo").startswith("Habari! Karibu Neema Beauty Spa, tunakujali wewe kwanza.")


def test_an_elders_greeting_is_answered_as_custom_asks():
    assert Talk(bare("BOOKING", language="SW")).say("Shikamoo").startswith("Marahaba! Karibu Bare.")
    talk = Talk(tenant("BOOKING"))
    assert talk.say("shikamoo").startswith("Marahaba! Habari! Karibu Neema Beauty Spa")
    assert talk.say("shikamoo").startswith("Marahaba!\n1.")


@pytest.mark.parametrize("template", ["BOOKING", "ECOMMERCE", "SUPPORT"])
@pytest.mark.parametrize("language", ["EN", "SW"])
def test_every_number_of_the_main_menu_opens_something_of_its_own(template, language):
    config = tenant(template, language=language)
    menu = Talk(config).say("menu")
    numbers = [line.split(".")[0] for line in menu.splitlines() if line[0:1].isdigit()]

    reasons = [(talk := Talk(config), talk.say("menu"), talk.hears(number))[2] for number in numbers]

    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert len(numbers) >= 6
    assert not {"unknown", "menu", "no_such_number"} & set(reasons)
    assert reasons[-1] == "asked_for_person"


@pytest.mark.parametrize("two", [
    "2", " 2 ", "2.", "#2", "two", "Two please", "mbili", "namba 2", "number two", "chaguo la pili", "option 2", "2️⃣",
    "٢",
])
def test_a_number_may_be_written_in_many_ways(two):
    talk = Talk(tenant("BOOKING"))
    talk.say("menu")

    assert talk.hears(two) == "services"


def test_a_number_counts_in_the_menu_that_was_shown_last():
    talk = Talk(tenant("ECOMMERCE"))
    talk.say("menu")
    talk.say("1")
    cleaning = talk.say("2")

    assert cleaning.startswith("*Cleaning*\n1. Washing powder 1kg")
    assert talk.say("1").startswith("*Washing powder 1kg*")


def test_a_number_that_is_not_in_the_menu_is_said_so_and_the_menu_shown_again():
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("hello")

    assert talk.say("77").startswith("There is no number 77 here. Please choose from 1 to 7:\n1. Make a booking")
    assert talk.hears("1") == "booking:ask_service"


def test_the_same_menu_asked_for_twice_is_given_twice():
    talk = Talk(tenant("BOOKING"))
    talk.say("hi")

    assert talk.say("menu") == talk.say("menu")


def test_a_long_list_is_shown_page_by_page():
    products = [{"name": f"Thing {n:02}", "price": n} for n in range(1, 26)]
    talk = Talk(bare("ECOMMERCE", content={"products": products}))
    talk.say("hi")

    first = talk.say("products")
    assert "10. Thing 10" in first and "11. See more" in first
    second = talk.say("11")
    assert second.splitlines()[1] == "1. Thing 11 – TZS 11"
    assert "11." not in talk.say("11")
    assert talk.say("5").startswith("*Thing 25*")


@pytest.mark.parametrize(("question", "misses_something"), [
    ("What products do you sell?", False), ("what are you selling", False), ("do you sell fridges?", True),
])
def test_the_list_says_what_was_not_found_only_where_something_was_sought(question, misses_something):
    assert ("did not find" in Talk(tenant("ECOMMERCE")).say(question)) is misses_something


def test_a_product_that_is_gone_from_the_catalogue_is_not_sold_by_an_old_menu():
    talk = Talk(bare("ECOMMERCE", content={"products": [{"name": "Lamp"}, {"name": "Rope"}]}))
    talk.say("products")
    talk.config = bare("ECOMMERCE", content={"products": [{"name": "Rope"}, {"name": "Nails"}]})

    assert talk.hears("1") == "no_such_number"


@pytest.mark.parametrize("stop", [
    "stop", "STOP", "Stop!", "acha", "Simama", "please stop", "unsubscribe", "usinitumie ujumbe",
])
def test_after_stop_it_is_silent_until_the_customer_writes_start(stop):
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("hello")

    reply = talk.say(stop)
    assert "*start*" in reply or "*anza*" in reply
    assert talk.because == "stop"
    for text in ("hello", "bei gani", "agent", stop, "1", ""):
        assert talk.say(text, kind="chat" if text else "image") == ""
        assert talk.decision.actions == ()
    assert talk.hears("Start") == "start"
    assert talk.hears("prices") == "prices"


@pytest.mark.parametrize("text", [
    "asante", "asante sana", "stop my order", "acha kelele", "bus stop", "kwaheri", "end", "please do not stop",
])
def test_what_only_sounds_like_stop_is_answered(text):
    talk = Talk(tenant("ECOMMERCE"))
    talk.say("hello")

    assert talk.say(text)
    assert talk.because != "stop"


def test_start_means_nothing_special_to_one_who_never_stopped():
    assert Talk(tenant("BOOKING")).hears("anza") != "start"


def test_while_closed_it_says_so_once_and_still_answers():
    talk = Talk(tenant("ECOMMERCE"), now=SATURDAY_NIGHT)

    first = talk.say("do you deliver to Mwanza?")
    assert "We are closed now. We open on Monday 9 March at 08:00" in first
    assert "We deliver in Dar es Salaam" in first
    assert talk.because == "closed+delivery_options"
    assert "closed" not in talk.say("how do I pay?")
    assert "closed" not in talk.say("thanks", after=timedelta(hours=20))
    assert "closed" not in talk.say("prices", after=timedelta(hours=17))
    assert "We are closed now" in talk.say("prices", after=timedelta(hours=9))


def test_closed_is_told_in_the_tenants_zone_and_in_swahili_time():
    talk = Talk(tenant("BOOKING"), now=datetime(2026, 3, 5, 4, 0, tzinfo=UTC))

    assert "Kwa sasa tumefunga. Tutafungua leo saa 3:00 asubuhi" in talk.say("bei")
    nairobi_evening = Talk(tenant("BOOKING", timezone="Asia/Tokyo"), now=datetime(2026, 3, 5, 1, 0, tzinfo=UTC))
    assert "tumefunga" not in nairobi_evening.say("bei")


def test_a_holiday_is_a_closed_day():
    talk = Talk(tenant("ECOMMERCE"), now=datetime(2026, 12, 25, 8, 0, tzinfo=UTC))

    assert "We open on Monday 28 December at 08:00" in talk.say("prices")


def test_without_hours_it_is_never_closed():
    assert "closed" not in Talk(bare("BOOKING"), now=SATURDAY_NIGHT).say("hello")
    assert Talk(bare("BOOKING")).say("opening hours").endswith("We are open every day, around the clock.")


def test_opening_hours_are_told_in_runs_of_days_with_what_is_now():
    reply = Talk(tenant("ECOMMERCE")).say("opening hours")

    assert "We are open now, until 18:00." in reply
    assert "Monday to Thursday: 08:00 – 18:00\nFriday: 08:00 – 12:00, 14:00 – 18:00\n" in reply
    assert "\nSaturday: 09:00 – 16:00\nSunday: closed" in reply
    assert "We are closed on: Friday 25 December, Saturday 26 December, Friday 1 January." in reply


def test_a_hand_over_is_announced_once_and_then_given():
    talk = Talk(tenant("ECOMMERCE"))
    talk.say("hi")
    talk.say("agent")

    send, given = talk.decision.actions
    assert isinstance(send, Send) and "I am passing you on to a person from Duka la Amani" in send.text
    assert given == HandOver("asked_for_person")


def test_a_hand_over_while_closed_says_when_a_person_will_answer():
    reply = Talk(tenant("ECOMMERCE"), now=SATURDAY_NIGHT).say("I want to talk to a person")

    assert reply.count("closed") == 1
    assert "they will answer you here when we open, on Monday 9 March at 08:00" in reply


def test_a_tenants_own_words_call_a_person_on_word_boundaries():
    talk = Talk(tenant("SUPPORT"))

    assert talk.hears("give me the field team") == "asked_for_person"
    assert Talk(tenant("SUPPORT")).hears("nocturnal surfing") != "asked_for_person"


def test_what_only_a_person_can_look_up_is_handed_over_politely():
    talk = Talk(tenant("SUPPORT", language="EN"))
    reply = talk.say("where is my order?")

    assert "I will ask the team to check yours." in reply
    assert talk.is_handed_over


def test_an_offer_of_a_person_takes_yes_or_no_or_lapses():
    for answer, because, handed_over in (("yes", "accepted_person", True), ("ndiyo", "accepted_person", True),
                                         ("no thanks", "declined_person", False), ("prices", "prices", False)):
        talk = Talk(bare("ECOMMERCE", content={"products": [{"name": "Rope", "price": 3}]}))
        talk.say("hi")
        assert "Shall I ask a person from our team" in talk.say("where is your shop?")
        assert (talk.hears(answer), talk.is_handed_over) == (because, handed_over)
        assert talk.is_handed_over or talk.hears("yes") == "ok"


def test_after_two_messages_not_understood_a_person_is_offered():
    talk = Talk(tenant("ECOMMERCE"))

    assert talk.hears("asdf") == "unknown"
    assert "Shall I call a person" in talk.say("qwertz")
    assert talk.hears("yes") == "accepted_person"


def test_messages_not_understood_are_counted_in_a_row_only():
    talk = Talk(tenant("ECOMMERCE"))

    assert [talk.hears(text) for text in ("asdf", "prices", "asdf", "1", "asdf")].count("unknown") == 3


def test_it_answers_in_the_language_the_customer_writes():
    talk = Talk(tenant("ECOMMERCE"))

    assert talk.say("nataka kujua bei ya sukari").startswith("Habari! Karibu Duka la Amani.\n\n*Sukari 1kg*")
    assert talk.say("asante").startswith("Karibu sana!")
    assert talk.say("how much is the sugar?").startswith("*Sugar 1kg*\nPrice: TZS 3,000")


@pytest.mark.parametrize("kind", ["image", "ptt", "sticker", "video", "document", "vcard", "something_new"])
def test_media_without_words_gets_a_polite_please_write_it(kind):
    talk = Talk(tenant("ECOMMERCE"))

    assert "Please write what you need in words." in talk.say("", kind)
    assert talk.because == "media"


def test_media_with_a_caption_is_read_by_its_caption():
    assert Talk(tenant("ECOMMERCE")).hears("how much is this charcoal stove") == Talk(tenant("ECOMMERCE")).hears(
        "how much is this charcoal stove",
    )
    talk = Talk(tenant("ECOMMERCE"))
    talk.say("how much is this charcoal stove", "image")
    assert talk.because == "price"


def test_emergency_words_get_the_tenants_emergency_answer_at_any_hour():
    talk = Talk(tenant("SUPPORT"), now=SATURDAY_NIGHT + timedelta(hours=3))
    reply = talk.say("Please help, there is a fallen pole across the road")

    assert reply.startswith("Please keep away from the pole")
    assert talk.because == "emergency"
    assert Talk(tenant("SUPPORT")).hears("the flagpole fell") != "emergency"


def test_the_rate_warning_speaks_the_language_of_the_chat():
    config = tenant("ECOMMERCE")

    assert "Please wait a moment" in rate_warning({}, config).text
    assert "Tafadhali subiri" in rate_warning({"language": "SW"}, config).text
    assert rate_warning({"language": 7}, config).because == "rate_limit"


def test_a_very_long_answer_is_cut_where_whatsapp_would():
    description = {"EN": "A word. " * 249, "SW": "Neno. " * 300}
    questions = [{"question": "Who drew the maps?", "answer": "Every one of us. " * 117}]
    config = bare("ECOMMERCE", content={
        "greeting": "Hello. " * 280,
        "questions": questions,
        "products": [{"name": "Atlas", "description": description, "category": "x" * 119}],
    })

    for text in ("who drew the maps", "atlas", "price of the atlas"):
        reply = Talk(config).say(text)
        assert 3000 < len(reply) <= 4000


@pytest.mark.parametrize(("text", "is_measured"), [
    ("prices please", True), ("is there parking?", True), ("qwertz", True), ("1", False), ("stop", False),
])
def test_a_reply_carries_how_sure_the_understanding_was_where_something_had_to_be_understood(text, is_measured):
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.say("hello")
    talk.say(text)
    (send, *_) = talk.decision.actions

    assert (send.confidence is not None) == is_measured
    assert not is_measured or 0 <= send.confidence <= 1
