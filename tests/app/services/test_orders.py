"""What customers' orders do to the database: numbers, stock, states, and two who want the last piece at once."""
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Barrier, Thread

import pytest

from app.db import db
from app.errors import Overtaken
from app.models import Chat, OrderEvent, OrderState, Stock, Tenant
from app.models import Order as Row
from app.replies import BotConfig, Records
from app.replies.orders import CallOffOrder, ChangeOrder, Line, Order, PlaceOrder
from app.services import content, deeds, orders, stock
from app.services.grants import PLATFORM
from app.services.tenants import change_tenant, create_tenant, tenant_row
from tests.guarded import ATTACKER, GuardedDatabase, fill

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}
PRODUCTS = [{"name": "Soap", "price": 3000, "stock": 10}, {"name": "Rope", "price": 1999.99}, {"name": "Lamp"}]


@pytest.fixture
def shop(database: object) -> Tenant:
    return create_tenant(slug="shop", name="Shop", template="ECOMMERCE", by="ada", content={"products": PRODUCTS})


@pytest.fixture
def chat(shop: Tenant) -> Chat:
    return Chat.create(tenant=shop, wa_chat_id="1@c.us", phone="+255711000001")


def bot_of(tenant: Tenant) -> BotConfig:
    return content.read_values("ECOMMERCE", content.published(tenant))


def records(chat: Chat) -> Records:
    return deeds.records_for(chat.tenant, chat, bot_of(chat.tenant), NOW)


def soap(quantity: int, number: int = 1001, revision: int = 1, *more: Line) -> Order:
    lines = (Line("soap", "Soap", 3000, quantity), *more)
    return Order(number, lines, "TZS", "Asha", False, "Sinza", "near the market", 2000, revision=revision)


def do(chat: Chat, *done: PlaceOrder | ChangeOrder | CallOffOrder) -> None:
    for deed in done:
        with db.atomic():
            deeds.do(deed, chat.tenant, chat, NOW)


def left(chat: Chat) -> int | None:
    return records(chat).shop.left["soap"]


def test_the_first_order_has_the_first_number_and_takes_its_goods_from_the_stock(chat: Chat):
    before = records(chat).shop
    assert (before.next_number, before.left, before.orders) == (1001, {"soap": 10}, ())
    do(chat, PlaceOrder(soap(4)))
    after = records(chat).shop
    assert (after.next_number, after.left) == (1002, {"soap": 6})
    assert Row.get().total == 14000


def test_the_records_say_what_the_replies_expect_of_each_deed(chat: Chat):
    expected = records(chat)
    rope = Line("rope", "Rope", 1999.99, 3)
    lamp = Line("lamp", "Lamp", None, 1)
    deeds_in_turn = (
        PlaceOrder(soap(4)), PlaceOrder(soap(1, 1002, 1, rope, lamp)), ChangeOrder(soap(6)),
        ChangeOrder(soap(2, 1002, 1, rope)), CallOffOrder(1001, 2))
    for deed in deeds_in_turn:
        do(chat, deed)
        expected = expected.after(deed, NOW)
        assert records(chat) == expected


def test_what_is_not_there_cannot_be_ordered_and_nothing_of_such_an_order_is_kept(chat: Chat):
    records(chat)
    with pytest.raises(Overtaken):
        do(chat, PlaceOrder(soap(11)))
    with pytest.raises(Overtaken):
        do(chat, PlaceOrder(soap(1)), ChangeOrder(soap(11)))
    assert (Row.select().count(), left(chat)) == (1, 9)


def test_a_number_is_given_once(chat: Chat):
    records(chat)
    do(chat, PlaceOrder(soap(1)))
    with pytest.raises(Overtaken):
        do(chat, PlaceOrder(soap(1)))
    assert left(chat) == 9


def test_an_order_that_has_changed_since_it_was_read_is_not_touched(chat: Chat):
    records(chat)
    do(chat, PlaceOrder(soap(4)), ChangeOrder(soap(5)))
    for stale in (ChangeOrder(soap(1)), CallOffOrder(1001, 1)):
        with pytest.raises(Overtaken):
            do(chat, stale)
    assert left(chat) == 5


@pytest.mark.parametrize("state", [OrderState.READY, OrderState.SENT, OrderState.DELIVERED, OrderState.CANCELLED])
def test_what_has_been_made_ready_is_neither_changed_nor_called_off_by_the_customer(chat: Chat, state: OrderState):
    records(chat)
    do(chat, PlaceOrder(soap(4)))
    Row.update(state=state).execute()
    for late in (ChangeOrder(soap(1)), CallOffOrder(1001, 1)):
        with pytest.raises(Overtaken):
            do(chat, late)
    assert left(chat) == 6


def test_one_customer_sees_and_changes_nothing_of_another(chat: Chat):
    records(chat)
    do(chat, PlaceOrder(soap(4)))
    other = Chat.create(tenant=chat.tenant, wa_chat_id="2@c.us", phone="+255711000002")
    assert records(other).shop.orders == ()
    with pytest.raises(Overtaken):
        do(other, CallOffOrder(1001, 1))


def test_every_change_is_noted(chat: Chat):
    records(chat)
    do(chat, PlaceOrder(soap(4)), ChangeOrder(soap(5)), CallOffOrder(1001, 2))
    found = [(event.cause, event.state, event.told_at) for event in OrderEvent.select().order_by(OrderEvent.id)]
    assert found == [("placed", "NEW", None), ("changed", "NEW", None), ("called_off", "CANCELLED", None)]


def test_of_two_who_want_the_last_piece_at_once_one_gets_it(shop: Tenant):
    chats = [Chat.create(tenant=shop, wa_chat_id=f"{n}@c.us", phone=f"+25571100000{n}") for n in range(2)]
    bot, outcomes, at_once = bot_of(shop), [], Barrier(2)

    def buy(chat: Chat) -> None:
        orders.shop_of(shop, chat, bot)
        at_once.wait(30)
        try:
            with db.atomic():
                orders.do(PlaceOrder(soap(6, 1001 + chats.index(chat))), shop, chat, NOW)
            outcomes.append("got it")
        except Overtaken:
            outcomes.append("overtaken")
        finally:
            db.close()

    run_together([partial(buy, chat) for chat in chats])
    assert sorted(outcomes) == ["got it", "overtaken"]
    assert (Stock.get().amount, Row.select().count()) == (4, 1)


def run_together(work: list[Callable[[], None]]) -> None:
    threads = [Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_the_business_sets_the_stock_unless_it_changed_meanwhile(chat: Chat):
    records(chat)
    stock.set_amount(chat.tenant, "soap", 50, seen=10, **WHO)
    with pytest.raises(Exception, match="meanwhile"):
        stock.set_amount(chat.tenant, "soap", 60, seen=10, **WHO)
    stock.set_amount(chat.tenant, "rope", 7, seen=None, **WHO)
    assert records(chat).shop.left == {"soap": 50, "rope": 7}
    stock.set_amount(chat.tenant, "soap", None, seen=50, **WHO)
    do(chat, PlaceOrder(soap(900)))
    assert left(chat) is None


def test_content_that_says_another_number_counts_anew_and_the_same_number_does_not(chat: Chat):
    records(chat)
    do(chat, PlaceOrder(soap(4)))
    change_tenant("shop", by="ada", content={"products": PRODUCTS, "address": "Here"})
    assert left(chat) == 6
    change_tenant("shop", by="ada", content={"products": [{"name": "Soap", "price": 1, "stock": 20}]})
    assert left(chat) == 20
    change_tenant("shop", by="ada", content={"products": [{"name": "Rope", "stock": 3}]})
    assert records(chat).shop.left == {"rope": 3}
    assert tenant_row("shop").config.version == 4


@pytest.mark.postgresql
def test_a_workers_role_can_do_all_of_it(guarded: GuardedDatabase):
    fill(guarded)
    with guarded.bound(PLATFORM):
        change_tenant(ATTACKER, by="test", template="ECOMMERCE", content={"products": PRODUCTS})
    with guarded.bound(f"fhq-{ATTACKER}"):
        chat = Chat.get()
        number = records(chat).shop.next_number
        do(chat, PlaceOrder(soap(4, number)), ChangeOrder(soap(5, number)), CallOffOrder(number, 2))
        assert [order.state for order in records(chat).shop.orders] == ["CANCELLED", "NEW"]
        assert left(chat) == 10
