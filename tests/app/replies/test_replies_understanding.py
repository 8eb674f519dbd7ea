"""What single messages in the middle of a talk are answered as."""
import pytest

from app.replies.dialogue import WORTH_ASKING
from app.replies.understand import UNSURE, understand
from tests.app.replies.conversation import Talk, bare, reason, tenant

BOOKING, ECOMMERCE, SUPPORT = (tenant(name) for name in ("BOOKING", "ECOMMERCE", "SUPPORT"))


@pytest.mark.parametrize(("text", "because"), [
    ("I would like to book", "booking:ask_service"), ("miadi", "booking:ask_service"), ("huduma", "services"),
    ("what services do you have", "services"), ("prices please", "prices"), ("bei zenu", "prices"),
    ("how much is a pedicure", "price"), ("masaji ni shilingi ngapi", "price"), ("facial", "service"),
    ("mko wapi", "location"), ("where are you located", "location"), ("your phone number", "contact"),
    ("mnafungua saa ngapi", "hours"), ("are you open on sunday?", "hours"), ("mpo wazi leo", "hours"),
    ("cancel my appointment", "cancel_booking"), ("nataka kughairi miadi yangu", "cancel_booking"),
    ("can I move my appointment to Friday", "change_booking"), ("naomba kubadilisha miadi", "change_booking"),
    ("is my booking confirmed", "check_booking"), ("thibitisha miadi yangu", "check_booking"),
    ("do you take reservations", "booking:ask_service"), ("how long is the wait", "busy"),
    ("mnapokea M-Pesa?", "payment"), ("what if I cancel late, is there a fee", "cancellation_fee"),
    ("where can I park", "question"), ("naweza kuja na mtoto wangu", "question"), ("any discounts?", "discount"),
    ("I have a complaint", "complaint:ask_details"), ("huduma yenu ni mbaya sana", "complaint:ask_details"),
    ("are you a robot", "are_you_a_bot"), ("what can you do", "can_do"), ("unaweza kufanya nini", "can_do"),
    ("help", "can_do"), ("msaada", "can_do"), ("menu", "menu"), ("menyu", "menu"), ("thank you so much", "thanks"),
    ("asante sana", "thanks"), ("bye", "goodbye"), ("kwaheri", "goodbye"), ("ok", "ok"), ("hapana", "ok"),
    ("🙏", "thanks"),
])
def test_a_business_that_takes_bookings(text, because):
    assert reason(BOOKING, text) == because


@pytest.mark.parametrize(("text", "because"), [
    ("what do you sell", "categories"), ("orodha ya bidhaa", "categories"), ("bei ya sukari", "price"),
    ("how much is the mosquito net", "price"), ("mna mchele?", "product"),
    ("is the charcoal stove available", "product"),
    ("nataka kuagiza", "categories"), ("I want to buy 2 mosquito nets", "order:ask_more"),
    ("do you deliver to Mwanza", "delivery_options"), ("mnaleta mpaka Mbeya?", "delivery_options"),
    ("how long does delivery take", "delivery_period"), ("mzigo utafika lini", "delivery_period"),
    ("which payment methods do you accept", "check_payment_methods"), ("nalipaje", "check_payment_methods"),
    ("I paid twice, there is an error with the payment", "payment_issue"), ("where is my order", "track_order"),
    ("oda yangu imefika wapi", "track_order"), ("cancel my order", "cancel_order"), ("futa oda yangu", "cancel_order"),
    ("return policy", "check_refund_policy"), ("nataka kurudishiwa pesa", "get_refund"),
    ("where is my refund", "track_refund"),
    ("send me the receipt", "get_invoice"), ("change the delivery address", "change_shipping_address"),
    ("I forgot my password", "recover_password"), ("unsubscribe from your newsletter", "newsletter_subscription"),
    ("I want to leave a review", "review:ask_details"), ("nataka kutoa maoni", "review:ask_details"),
    ("how can I contact customer service", "contact"), ("do you sell wholesale", "question"),
    ("bidhaa zenu ni original?", "question"),
])
def test_a_shop(text, because):
    assert reason(ECOMMERCE, text) == because


@pytest.mark.parametrize(("text", "because"), [
    ("I have a problem", "problem:ask_details"), ("shida", "problem:ask_details"), ("my wifi is very slow", "fix:step"),
    ("mtandao unakatika sana", "fix:step"), ("hakuna mtandao tangu jana", "fix:step"),
    ("still not working", "problem:ask_details"),
    ("questions", "faq"), ("maswali", "faq"), ("contact", "contact"), ("working hours", "hours"),
    ("saa za kazi", "hours"),
    ("how much is home 20", "price"), ("vifurushi vyenu bei gani", "prices"), ("send a technician", "technician"),
    ("nataka kufungiwa wifi", "installation"), ("paybill number", "check_payment_methods"),
    ("which areas do you cover", "question"),
])
def test_a_support_desk(text, because):
    assert reason(SUPPORT, text) == because


@pytest.mark.parametrize("text", [
    "human", "agent please", "I want to talk to a person", "real person", "mtu", "binadamu", "niongee na mtu",
    "naomba mhudumu",
    "nahitaji msaada wa mtu", "can I speak to your manager", "nipe mhudumu tafadhali",
])
def test_words_that_call_a_person(text):
    for config in (BOOKING, ECOMMERCE, SUPPORT):
        assert reason(config, text) == "asked_for_person"


@pytest.mark.parametrize("text", [
    "personal care", "mimi ni mtumiaji mpya", "watumiaji", "I am a real estate agent", "table for one person",
    "meza ya mtu mmoja",
    "agenda", "hakuna mtu mwingine", "how much per person", "managed", "humane",
])
def test_words_that_only_look_like_calling_a_person(text):
    assert reason(BOOKING, text) != "asked_for_person"


def test_the_name_of_a_product_calls_no_person():
    config = bare("ECOMMERCE", content={"products": [{"name": "Human hair wig"}, {"name": "Agent plaster"}]})

    assert reason(config, "human hair wig") == "product"
    assert reason(config, "do you have agent plaster") == "product"
    assert reason(config, "human") == "asked_for_person"


@pytest.mark.parametrize("text", [
    "facebook", "my notebook", "nataka facebook yenu", "asdfgh", "...",
])
def test_what_is_not_understood_gets_the_menu_and_not_a_wrong_answer(text):
    assert reason(BOOKING, text) in ("unknown", "unknown:unsure")


@pytest.mark.parametrize("template", ["BOOKING", "ECOMMERCE", "SUPPORT"])
@pytest.mark.parametrize("text", [
    "prices", "where are you", "delivery", "how do I pay", "refund", "what services do you have", "contact",
    "questions",
])
def test_a_bot_without_content_invents_nothing_and_offers_the_team(template, text):
    because = reason(bare(template), text)

    assert because not in ("unknown", "question")


def test_where_it_is_unsure_it_asks_back_with_what_may_have_been_meant_and_a_person():
    config = bare("ECOMMERCE")
    unsure = next(text for text in GUESSES if reason(config, text) == "unknown:unsure")
    assert WORTH_ASKING <= understand(unsure, "ECOMMERCE").confidence < UNSURE

    talk = Talk(config)
    talk.say("hello")
    reply = talk.say(unsure)
    assert reply.startswith("I am not sure what you mean. Please write a number:\n1. ")
    assert reply.endswith("Talk to a person")
    assert talk.hears(str(len(talk.state["menu"]))) == "asked_for_person"


GUESSES = (
    "money", "paper", "the address thing", "about it please", "new one", "my stuff", "the account and the order",
    "the papers of the order", "that address of mine", "the money and the account",
)


@pytest.mark.parametrize(("template", "text", "intent"), [
    ("BOOKING", "nataka kubook table ya watu wanne kesho saa mbili usiku", "make_booking"),
    ("BOOKING", "can i get a slot ya kesho saa nne", "make_booking"),
    ("BOOKING", "naomba kucancel appointment yangu ya ijumaa", "cancel_booking"),
    ("BOOKING", "can we move my appointment kwa jumatatu", "change_booking"),
    ("ECOMMERCE", "i want kucancel order yangu please", "cancel_order"),
    ("ECOMMERCE", "pls check my order bado sijaipata", "track_order"),
    ("ECOMMERCE", "delivery mpaka Kigamboni ni sh ngapi", "delivery_options"),
    ("ECOMMERCE", "my package itafika lini", "delivery_period"),
    ("SUPPORT", "siwezi kulogin nimesahau password", "recover_password"),
    ("SUPPORT", "nataka kudelete account yangu", "delete_account"),
])
def test_two_languages_in_one_message(template, text, intent):
    meaning = understand(text, template)

    assert meaning.intent == intent
    assert meaning.confidence >= UNSURE


@pytest.mark.parametrize(("text", "intent"), [
    ("whr is my ordr", "track_order"), ("i wnat to cancl my oder", "cancel_order"), ("refnd my mony", "get_refund"),
    ("forgot my pasword", "recover_password"), ("cancelmyorder", "cancel_order"), ("wheremy delivry", "track_order"),
])
def test_a_message_typed_in_a_hurry(text, intent):
    meaning = understand(text, "ECOMMERCE")

    assert intent in (meaning.intent, *(guess.intent for guess in meaning.others))
    assert meaning.intent == intent or meaning.confidence < UNSURE
