"""A shop: baskets by words, orders placed, looked up, changed and called off, in English, Swahili and both at once."""
from dataclasses import replace

import pytest

from app.replies.orders import CallOffOrder, ChangeOrder, PlaceOrder, Shop
from tests.app.replies.conversation import Talk, bare, reason, tenant

LAMP = {"name": {"EN": "Solar lamp", "SW": "Taa ya sola"}, "price": 12500.5, "stock": 3}
PRODUCTS = [LAMP, {"name": "Rope"}, {"name": "Nails 1kg", "price": 4000, "stock": 0}, {"name": "Soap", "price": 1000}]
SHOP = {"products": PRODUCTS}
SINZA = {"delivery_areas": [{"name": "Sinza", "fee": 2000, "free_from": 30000, "minimum": 5000}, {"name": "Ubungo"}]}


def shop(**content: object) -> Talk:
    return Talk(bare("ECOMMERCE", content=SHOP | content))


def example(name: str = "") -> Talk:
    return Talk(tenant("ECOMMERCE"), name=name)


def basket(talk: Talk) -> dict[str, int]:
    return dict(talk.state.get("basket", []))


def said(talk: Talk, *texts: str) -> str:
    return [talk.say(text) for text in texts][-1]


def ordered(talk: Talk) -> Talk:
    """Three cakes of soap are ordered."""
    said(talk, "hello", "3 soap", "done", "near the market", "Asha", "yes")
    assert talk.because == "order:placed"
    return talk


def in_state(talk: Talk, state: str) -> Talk:
    """The business has brought the orders into a state."""
    orders = tuple(replace(order, state=state) for order in talk.records.shop.orders)
    talk.records = replace(talk.records, shop=replace(talk.records.shop, orders=orders))
    return talk


def left(talk: Talk, product: str, count: int) -> None:
    """Others have bought so many that this is left."""
    shop = talk.records.shop
    talk.records = replace(talk.records, shop=replace(shop, left={**shop.left, product: count}))


def test_an_order_carried_through_in_english():
    talk = example()
    talk.say("hi")
    assert "Added: 2 × Bar soap.\nAdded: 3 × Sugar 1kg." in talk.say("2 bar soap and 3 sugar")
    assert "1. Basmati" in said(talk, "products", "1")
    assert talk.say("add two of the second").startswith("Added: 2 × Mbeya rice 1kg.")
    assert "Taken out: Bar soap." in talk.say("remove the soap")
    assert "2. 4 × Mbeya rice 1kg – TZS 12,800" in talk.say("make the rice 4")
    assert "Goods: TZS 21,800\n\nAnything else?" in talk.say("what's in my basket?")
    assert "3. Sinza – TZS 4,000" in talk.say("that's all")
    assert talk.hears("Sinza") == "order:ask_address"
    assert talk.hears("near the market, house 12") == "order:ask_name"
    assert talk.say("Asha Juma") == (
        "*Your order*\n3 × Sugar 1kg – TZS 9,000\n4 × Mbeya rice 1kg – TZS 12,800\nDelivery to Sinza: TZS 4,000\n"
        "Address: near the market, house 12\nName: Asha Juma\nTotal: TZS 25,800\n\n"
        "Is that right? Write *yes* to send it, *no* to change it, or *cancel* to drop it.")
    assert "Your order has the number *1001*" in talk.say("yes")
    (order,) = talk.records.shop.orders
    assert (order.quantities, order.total, order.area) == ({"sugar 1kg": 3, "mbeya rice 1kg": 4}, 25800, "Sinza")
    assert talk.records.shop.left["sugar 1kg"] == 177
    assert talk.say("where is my order?").startswith("*Order 1001*: received;")
    assert "Shall I cancel order 1001" in talk.say("cancel my order")
    assert talk.say("yes") == "Order 1001 is cancelled."
    assert talk.records.shop.left["sugar 1kg"] == 180


def test_an_order_carried_through_in_swahili():
    talk = example()
    talk.say("Habari")
    assert "Bei: TZS 3,000\nZilizopo: 180" in talk.say("nataka sukari")
    assert "Nimeongeza: 3 × Sukari 1kg." in talk.say("tatu")
    assert "Nimeongeza: 2 × Sabuni ya mche." in talk.say("na sabuni ya mche mbili")
    assert "2. 4 × Sabuni ya mche" in talk.say("ongeza mbili za pili")
    assert "Sasa ni 5 × Sabuni ya mche." in talk.say("hapana, tano")
    assert talk.hears("basi") == "order:ask_area"
    assert talk.hears("nitachukua") == "order:ask_name"
    assert "Utakuja kuchukua mwenyewe\nJina: Juma\nJumla: TZS 24,000" in talk.say("jina langu ni Juma")
    assert "Agizo lako lina namba *1001*" in talk.say("ndiyo")
    assert "limepokelewa" in talk.say("oda yangu iko wapi?")
    assert "Nimeongeza: 1 × Sukari 1kg." in talk.say("ongeza sukari moja kwenye oda yangu")
    assert said(talk, "basi", "ndiyo").startswith("Asante! Nimebadilisha agizo *1001*.")
    assert talk.records.shop.orders[0].quantities == {"sugar 1kg": 4, "bar soap": 5}


def test_an_order_carried_through_in_both_at_once():
    talk = example("Zawadi Said")
    reply = talk.say("nataka ku-order rice 5kg mbili na soap tatu")
    assert "2 × Mchele basmati 5kg" in reply
    assert "3 × Sabuni ya mche" in reply
    assert talk.hears("remove moja ya rice please") == "order:ask_more"
    assert basket(talk) == {"basmati rice 5kg": 1, "bar soap": 3}
    assert talk.hears("done") == "order:ask_area"
    assert "Zawadi Said" in talk.say("deliver Mbezi Beach karibu na shule ya msingi")
    assert talk.because == "order:confirm"
    assert talk.hears("ndio") == "order:placed"


@pytest.mark.parametrize(("text", "expected"), [
    ("2 soap, 3 rope", {"soap": 2, "rope": 3}),
    ("soap 2 rope 3", {"soap": 2, "rope": 3}),
    ("two soaps\nand a rope 1", {"soap": 2, "rope": 1}),
    ("I want to buy 2 solar lamps and 4 soaps please", {"solar lamp": 2, "soap": 4}),
    ("nataka taa za sola mbili na soap kumi na mbili", {"solar lamp": 2, "soap": 12}),
    ("ongeza soap", {"soap": 1}),
    ("add 2 soap", {"soap": 2}),
    ("niwekee rope 5 tafadhali", {"rope": 5}),
])
def test_what_is_named_with_a_number_goes_into_the_basket(text, expected):
    talk = shop()
    talk.say("hi")
    talk.say(text)
    assert basket(talk) == expected


@pytest.mark.parametrize("text", [
    "how much are 2 soaps?", "do you deliver on the 5th?", "I will come at 3 tomorrow", "2", "bei ya soap 2 ni ngapi?",
    "my order 1001 has not arrived", "call me on 0712345678",
])
def test_a_number_beside_something_else_orders_nothing(text):
    talk = shop()
    talk.say("hi")
    talk.state.pop("menu", None)
    talk.say(text)
    assert basket(talk) == {}


@pytest.mark.parametrize(("text", "expected"), [
    ("remove the soap", {"rope": 3}), ("ondoa soap", {"rope": 3}), ("remove it", {"soap": 2}),
    ("remove 1 soap", {"soap": 1, "rope": 3}), ("remove the second", {"soap": 2}), ("ondoa ya pili", {"soap": 2}),
    ("I don't want the soap", {"rope": 3}), ("make it 4", {"soap": 2, "rope": 4}), ("iwe 4", {"soap": 2, "rope": 4}),
    ("no, 5", {"soap": 2, "rope": 5}), ("hapana, tano", {"soap": 2, "rope": 5}),
    ("change the soap to 6", {"soap": 6, "rope": 3}), ("two more", {"soap": 2, "rope": 5}),
    ("add one more soap", {"soap": 3, "rope": 3}), ("empty my basket", {}), ("futa vyote", {}), ("start over", {}),
    ("anza upya", {}), ("cancel", {}),
])
def test_the_basket_changes_by_words(text, expected):
    talk = shop()
    said(talk, "hi", "2 soap and 3 rope", text)
    assert basket(talk) == expected


def test_the_basket_is_read_back_and_survives_a_question_and_a_long_way_round():
    talk = shop(address="Uhuru Street 5")
    said(talk, "hi", "2 soap", "done")
    reply = talk.say("where are you located?")
    assert "Uhuru Street 5" in reply
    assert "Back to where we were: Where exactly shall we bring it?" in reply
    said(talk, "menu", "prices")
    assert "1. 2 × Soap – TZS 2,000" in talk.say("kikapu changu")


def test_a_wish_that_several_products_fit_is_asked_about_and_keeps_its_number():
    talk = example()
    assert "Which one do you mean?" in said(talk, "hi", "2 bar soap and 3 rice")
    assert basket(talk) == {"bar soap": 2}
    talk.say("2")
    assert basket(talk) == {"bar soap": 2, "mbeya rice 1kg": 3}
    said(talk, "add 4 rice", "the basmati")
    assert basket(talk)["basmati rice 5kg"] == 4


def test_part_of_a_name_that_has_a_with_in_it_is_one_wish():
    talk = example()
    said(talk, "hi", "2 sugar")
    assert "Goods: TZS 18,000" in talk.say("and 1 bucket with lid")
    assert basket(talk) == {"sugar 1kg": 2, "bucket with lid 20 litres": 1}


@pytest.mark.parametrize("text", ["I will collect", "we will collect it ourselves", "I'll collect"])
def test_one_who_tells_that_they_will_fetch_it_is_not_asked_where_to_bring_it(text):
    talk = example()
    said(talk, "hi", "2 sugar", "done", text)
    assert talk.because == "order:ask_name"


@pytest.mark.parametrize("name", ["Rehema Said", "Neema Said", "Asha", "Wanjiru Njoroge", "Said Salum"])
def test_a_name_of_east_africa_is_taken_for_a_name(name):
    talk = example()
    assert f"Name: {name}" in said(talk, "hi", "2 sugar", "done", "collect", name)


def test_a_size_is_no_number_and_kilos_of_what_is_sold_by_the_kilo_are():
    talk = example()
    said(talk, "hi", "I want to buy rice 5kg")
    assert (talk.because, basket(talk)) == ("order:ask_count", {})
    said(talk, "2", "add 3 kg sugar")
    assert basket(talk) == {"basmati rice 5kg": 2, "sugar 1kg": 3}


def test_what_is_not_sold_is_not_promised_and_a_person_is_offered():
    talk = shop()
    reply = talk.say("do you sell bicycles?")
    assert "I did not find exactly that here." in reply
    assert "Solar lamp" in reply
    assert talk.hears("yes") == "accepted_person"
    mixed = said(shop(), "hi", "2 soap and 3 bicycles")
    assert "I did not find this here: bicycles. Write *person* and I will ask the team." in mixed
    assert Talk(bare("ECOMMERCE")).say("I want to order").endswith("Write *yes* or *no*.")


def test_not_more_is_sold_than_there_is():
    talk = shop()
    assert "we have only 3 of Solar lamp left.\n\nHow many would you like?" in said(talk, "hi", "10 solar lamps")
    assert "we have only 3 of Solar lamp left." in talk.say("9")
    assert talk.hears("3") == "order:ask_more"
    assert "we have only 3 of Solar lamp left." in talk.say("add 1 solar lamp")
    assert basket(talk) == {"solar lamp": 3}
    assert "Nails 1kg is sold out" in talk.say("2 nails")


def test_what_others_bought_meanwhile_is_told_before_the_order_is_placed():
    talk = shop()
    said(talk, "hi", "3 solar lamps and 1 soap", "done", "collect", "Asha")
    assert talk.because == "order:confirm"
    left(talk, "solar lamp", 1)
    assert "Sorry, only 1 of Solar lamp are left now" in talk.say("yes")
    assert basket(talk) == {"soap": 1, "solar lamp": 1}
    assert (talk.records.shop.orders, talk.hears("done")) == ((), "order:confirm")
    left(talk, "solar lamp", 0)
    assert "Solar lamp has just sold out" in talk.say("yes")
    assert said(talk, "done", "yes").startswith("Thank you!")
    assert talk.records.shop.orders[0].quantities == {"soap": 1}


def test_a_price_that_has_changed_is_read_back_before_the_order_is_placed():
    talk = shop()
    said(talk, "hi", "1 soap", "done", "collect", "Asha")
    talk.config = bare("ECOMMERCE", content={"products": [{"name": "Soap", "price": 1500}]})
    assert "Total: TZS 1,500" in talk.say("yes")
    assert talk.hears("yes") == "order:placed"


@pytest.mark.parametrize(("count", "fee", "total"), [(5, "TZS 2,000", "7,000"), (40, "free", "40,000")])
def test_delivery_costs_what_the_area_costs_until_it_is_free(count, fee, total):
    talk = shop(**SINZA)
    reply = said(talk, "hi", f"{count} soap", "done", "1", "by the school", "Asha")
    assert f"Delivery to Sinza: {fee}\nAddress: by the school\nName: Asha\nTotal: TZS {total}" in reply


def test_an_area_has_a_least_amount_and_one_that_is_unknown_is_not_promised():
    talk = shop(**SINZA)
    said(talk, "hi", "1 soap", "done")
    assert "I do not find that among the areas" in talk.say("Arusha")
    assert "To Sinza we deliver orders from TZS 5,000 on." in talk.say("sinza")
    assert talk.hears("ubungo") == "order:ask_address"
    assert "Delivery to Ubungo: we will tell you the cost" in said(talk, "bus stop", "Asha")


def test_a_place_may_be_sent_as_a_location():
    talk = shop()
    said(talk, "hi", "2 soap", "done")
    talk.say("", "location")
    assert talk.because == "order:ask_name"
    assert "the place sent on the map" in talk.say("Asha")


def test_one_can_go_back_a_step_and_change_things_before_sending():
    talk = shop(**SINZA)
    said(talk, "hi", "6 soap", "done", "Sinza", "by the school", "Asha")
    assert talk.hears("back") == "order:ask_name"
    assert talk.hears("back") == "order:ask_address"
    assert said(talk, "rudi").startswith("Tukuletee wapi?")
    assert "by the mosque" in said(talk, "Ubungo", "by the mosque", "Asha Ali")
    assert talk.hears("no") == "order:change"
    assert "Kuletewa Sinza" in talk.say("Sinza")
    assert "7 × Soap" in said(talk, "no", "7")
    assert "Name: Juma" in talk.say("my name is Juma")


def test_what_is_not_understood_in_an_order_loses_nothing():
    talk = shop()
    said(talk, "hi", "2 soap", "done")
    reply = talk.say("qwertz asdf?")
    assert reply.startswith("Sorry, I did not understand that.\n\nWhere exactly shall we bring it?")
    assert "write *person*" in talk.say("qwertz asdf?")
    assert said(talk, "near the market", "Asha", "yes").startswith("Thank you!")


@pytest.mark.parametrize(("state", "words"), [
    ("NEW", "has not confirmed it yet"), ("CONFIRMED", "being prepared"), ("READY", "about to be sent"),
    ("SENT", "on its way"), ("DELIVERED", "delivered"), ("CANCELLED", "cancelled"),
])
def test_where_an_order_is_is_told_by_its_state(state, words):
    assert words in in_state(ordered(shop()), state).say("where is my order?")


def test_of_an_order_that_nobody_knows_nothing_is_invented():
    talk = shop()
    assert "I find no order of yours in this chat." in talk.say("where is my order?")
    assert "I find no order 5555 of yours" in ordered(talk).say("where is order 5555?")
    assert talk.hears("yes") == "accepted_person"


def test_an_order_is_changed_as_a_basket_is():
    talk = ordered(shop())
    assert "3 × Soap" in talk.say("I want to change my order")
    assert "Total: TZS 4,000" not in talk.say("add 1 rope")
    assert talk.hears("make the soap 5") == "order:confirm"
    assert "I have changed order *1001*" in talk.say("yes")
    (deed,) = (action for action in talk.decision.actions if isinstance(action, ChangeOrder))
    assert deed.order.quantities == {"soap": 5, "rope": 1}
    assert talk.records.shop.orders[0].revision == 2


def test_an_order_may_have_what_it_holds_and_what_is_left():
    talk = shop()
    said(talk, "hi", "2 solar lamps", "done", "collect", "Asha", "yes", "change my order")
    assert talk.hears("make it 3") == "order:confirm"
    assert "we have only 3 of Solar lamp left." in talk.say("make it 4")


def test_a_change_that_is_not_wanted_leaves_the_order_as_it_was():
    talk = ordered(shop())
    said(talk, "change my order", "make it 9")
    assert talk.say("cancel") == "Alright, order 1001 stays as it was."
    assert talk.records.shop.orders[0].quantities == {"soap": 3}
    assert talk.hears("no thanks") == "ok"


@pytest.mark.parametrize("state", ["READY", "SENT", "DELIVERED"])
@pytest.mark.parametrize("wish", ["change my order", "cancel my order", "badilisha oda yangu", "ghairi oda yangu"])
def test_what_is_too_far_along_is_left_to_a_person(state, wish):
    talk = in_state(ordered(shop()), state)
    talk.say(wish)
    assert not talk.decision.state.get("basket")
    assert talk.hears("yes") == "accepted_person"


def test_an_order_made_ready_while_it_is_being_changed_is_not_changed():
    talk = ordered(shop())
    said(talk, "change my order", "make it 4")
    assert "has been made ready meanwhile" in in_state(talk, "SENT").say("yes")
    assert not any(isinstance(action, ChangeOrder) for action in talk.decision.actions)


def test_of_several_orders_the_customer_says_which_to_cancel():
    talk = ordered(shop())
    said(talk, "2 rope", "done", "collect", "yes")
    assert "1. 1002: 2 × Rope\n2. 1001: 3 × Soap, TZS 3,000" in talk.say("cancel my order")
    assert "Shall I cancel order 1001" in talk.say("2")
    assert talk.say("no") == "Alright, order 1001 stays as it was."
    said(talk, "cancel order 1002", "yes")
    assert [action for action in talk.decision.actions if isinstance(action, CallOffOrder)] == [CallOffOrder(1002, 1)]


def test_the_address_of_an_order_can_be_changed():
    talk = shop(**SINZA)
    said(talk, "hi", "6 soap", "done", "Sinza", "by the school", "Asha", "yes")
    assert talk.hears("change the delivery address") == "order:ask_area"
    said(talk, "Ubungo", "bus stop", "yes")
    order = talk.records.shop.orders[0]
    assert (order.area, order.address, order.fee, order.revision) == ("Ubungo", "bus stop", None, 2)


def test_the_same_order_is_placed_once():
    talk = ordered(shop())
    talk.say("yes")
    assert not any(isinstance(action, PlaceOrder) for action in talk.decision.actions)
    assert len(talk.records.shop.orders) == 1


def test_without_records_the_content_says_what_is_left():
    assert Shop().left_of(bare("ECOMMERCE", content=SHOP).products.by_key["solar lamp"]) == 3


def test_delivery_is_answered_with_its_costs():
    assert "Sinza – TZS 2,000" in shop(**SINZA).say("how much is delivery?")
    assert reason(bare("ECOMMERCE", content=SHOP), "do you deliver?") == "delivery_options"
