"""What a business does with orders: the states, what the customer, the owner and their programs are told, retention."""
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.db import db
from app.errors import Conflict, Invalid
from app.models import (
    Account,
    AuditEntry,
    Chat,
    Message,
    Order,
    OrderEvent,
    OrderState,
    OutgoingMail,
    Stock,
    Tenant,
    Webhook,
    WebhookDelivery,
)
from app.replies.orders import CallOffOrder, Line, PlaceOrder
from app.replies.orders import Order as Said
from app.services import order_book, order_news, orders, stock, tenant_data
from app.services.order_book import UnknownOrder, Wanted
from app.services.pruning import prune
from app.services.tenants import create_tenant
from app.settings import Settings

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@shop.example", "address": "10.0.0.1"}
CONTENT = {"products": [{"name": "Soap", "price": 3000, "stock": 10}]}


@pytest.fixture
def shop(database: object) -> Tenant:
    return create_tenant(slug="shop", name="Shop", template="ECOMMERCE", by="ada", content=CONTENT)


@pytest.fixture
def chat(shop: Tenant) -> Chat:
    Stock.create(tenant=shop, product="soap", amount=10)
    return Chat.create(tenant=shop, wa_chat_id="1@c.us", phone="+255711000001", name="Asha", state={"language": "SW"})


def place(chat: Chat, number: int = 1001, *, collect: bool = False) -> Order:
    said = Said(number, (Line("soap", "Soap", 3000, 4),), "TZS", "Asha", collect, "Sinza", "by the market", 2000)
    with db.atomic():
        orders.do(PlaceOrder(said), chat.tenant, chat, NOW)
    return Order.get(Order.number == number)


def advance(order: Order, cause: str, reason: str = "", revision: int | None = None) -> bool:
    now = Order.get_by_id(order.id)
    return order_book.advance(order.tenant, order.number, cause, reason=reason, now=NOW,
                              revision=now.revision if revision is None else revision, **WHO)


def told() -> list[str]:
    return [message.text for message in Message.select().order_by(Message.id)]


def test_an_order_goes_from_state_to_state_and_the_customer_is_told_in_the_chats_language(chat: Chat):
    order = place(chat)
    for cause in ("confirmed", "made_ready", "sent", "delivered"):
        assert advance(order, cause)
    assert told() == [
        "Agizo lako 1001 limethibitishwa. Tunaliandaa.", "Agizo lako 1001 limefungwa na litatumwa muda si mrefu.",
        "Agizo lako 1001 liko njiani kuja kwako.", "Agizo lako 1001 limefika. Asante kwa kununua Shop!"]
    line = Message.select().first()
    assert (line.wa_message_id.partition(":")[0], line.delivery, line.author) == ("portal", "PENDING", "")
    assert Chat.get_by_id(chat.id).person_until is None
    opened = order_book.open_order(chat.tenant, 1001)
    assert [(event.cause, event.by) for event in opened.events][:2] == [("placed", ""), ("confirmed", WHO["by"])]
    assert (opened.order.state, opened.causes, opened.lines[0].quantity) == ("DELIVERED", (), 4)
    assert AuditEntry.select().where(AuditEntry.action == "order.sent").count() == 1


def test_what_is_collected_is_not_sent(chat: Chat):
    order = place(chat, collect=True)
    assert "sent" not in order_book.open_order(chat.tenant, 1001).causes
    with pytest.raises(Conflict):
        advance(order, "sent")
    advance(order, "made_ready")
    assert told() == ["Agizo lako 1001 liko tayari. Unaweza kuja kulichukua."]


def test_a_cancelled_order_needs_a_reason_and_gives_its_goods_back(chat: Chat):
    order = place(chat)
    assert Stock.get().amount == 6
    with pytest.raises(Invalid, match="reason"):
        advance(order, "refused", "  ")
    advance(order, "refused", "Imeisha\nkabisa")
    assert told() == ["Pole: agizo lako 1001 limeghairiwa. Sababu: Imeisha kabisa"]
    assert (Stock.get().amount, Order.get().reason) == (10, "Imeisha kabisa")
    with pytest.raises(Conflict):
        advance(order, "refused", "again")
    assert Stock.get().amount == 10


def test_who_has_read_an_order_as_it_was_changes_nothing(chat: Chat):
    order = place(chat)
    advance(order, "confirmed")
    for cause, revision in (("sent", 1), ("confirmed", 2), ("placed", 2), ("nonsense", 2)):
        with pytest.raises(Conflict):
            advance(order, cause, revision=revision)
    assert Order.get().state == "CONFIRMED"


def test_a_customer_who_wants_no_automatic_messages_gets_none(chat: Chat):
    Chat.update(state={"out": True}).execute()
    assert not advance(place(chat), "confirmed")
    assert told() == []


def test_orders_are_found_by_state_number_and_name_a_page_at_a_time(chat: Chat, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(order_book, "PAGE", 2)
    for number in (1001, 1002, 1003):
        place(chat, number).save()
        Stock.update(amount=10).execute()
    Order.update(name="Juma", state=OrderState.SENT).where(Order.number == 1002).execute()
    first = order_book.find_orders(chat.tenant, Wanted())
    assert [order.number for order in first.orders] == [1003, 1002]
    assert [order.number for order in order_book.find_orders(chat.tenant, Wanted(), first.following).orders] == [1001]
    for wanted, numbers in ((Wanted((OrderState.SENT,)), [1002]), (Wanted(text="jum"), [1002]),
                            (Wanted(text="1003"), [1003]), (Wanted(text="9" * 30), [])):
        assert [order.number for order in order_book.find_orders(chat.tenant, wanted).orders] == numbers
    assert order_book.counts(chat.tenant) == {"NEW": 2, "SENT": 1}
    assert order_book.new_orders(chat.tenant) == 2


def test_one_business_sees_nothing_of_anothers_orders(chat: Chat):
    place(chat)
    other = create_tenant(slug="other", name="Other", template="ECOMMERCE", by="ada")
    assert order_book.find_orders(other, Wanted()).orders == []
    with pytest.raises(UnknownOrder):
        order_book.open_order(other, 1001)
    with pytest.raises(UnknownOrder):
        order_book.advance(other, 1001, "confirmed", revision=1, now=NOW, **WHO)


def test_owners_and_programs_are_told_of_each_order_once(chat: Chat, settings: Settings):
    mailing = Settings(state_dir=settings.state_dir, smtp_url="smtp://127.0.0.1:9", base_url="http://x.example")
    for email, values in (("owner", {}), ("quiet", {"wants_orders": False}), ("staff", {"role": "STAFF"})):
        Account.create(email=f"{email}@shop.example", tenant=chat.tenant, email_verified=True, **values)
    Webhook.create(tenant=chat.tenant, url="https://x.example", secret="s" * 20)
    order = place(chat)
    advance(order, "confirmed")
    with db.atomic():
        orders.do(CallOffOrder(1001, 2), chat.tenant, chat, NOW)
    assert (order_news.tell(mailing, now=NOW), order_news.tell(mailing, now=NOW)) == (3, 0)
    (letter,) = OutgoingMail.select()
    assert letter.recipient == "owner@shop.example"
    assert "Order 1001: new\nOrder 1001: cancelled by the customer" in letter.text
    bodies = [json.loads(call.body) for call in WebhookDelivery.select().order_by(WebhookDelivery.id)]
    assert [(body["event"], body["order"], body["by"]) for body in bodies] == [
        ("order.placed", 1001, "customer"), ("order.cancelled", 1001, "customer")]
    assert bodies[0]["lines"] == [{"product": "Soap", "quantity": 4}]
    assert (bodies[0]["total"], "711000001" in str(bodies)) == ("14000.00", False)


def test_a_tenants_export_has_its_orders_and_an_erased_customer_leaves_none(chat: Chat):
    place(chat)
    names = [name for name, _ in tenant_data._files(chat.tenant)]
    assert {"orders.jsonl", "order_lines.jsonl", "order_events.jsonl", "stock.jsonl"} <= set(names)
    tenant_data.erase_customer(chat.tenant, chat.id, confirmed="+255711000001", **WHO)
    assert (Order.select().count(), OrderEvent.select().count(), Stock.get().amount) == (0, 0, 10)


def test_orders_that_are_done_with_are_pruned_and_those_under_way_are_not(chat: Chat):
    for number in (1001, 1002):
        place(chat, number)
    advance(Order.get(Order.number == 1001), "sent")
    advance(Order.get(Order.number == 1001), "delivered")
    later = NOW + timedelta(days=31)
    assert prune(now=later, messages_days=0, history_days=0)["orders"] == 0
    assert prune(now=later, messages_days=0, history_days=0, orders_days=40)["orders"] == 0
    assert prune(now=later, messages_days=0, history_days=0, orders_days=30)["orders"] == 1
    assert [order.number for order in Order.select()] == [1002]
    assert stock.left_of(chat.tenant, ()) == {"soap": 2}
