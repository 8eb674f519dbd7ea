from typing import Any

import pytest

from app.models import Account, AuditEntry, Chat, Message, Order, OrderEvent, OrderLine, Stock, Tenant, TenantConfig
from tests.app.web.conftest import ClientOf, Page

CONTENT = {"products": [{"name": "Soap", "price": 3000, "stock": 10}, {"name": {"EN": "Rope", "SW": "Kamba"}}]}


@pytest.fixture
def shop(acme: Tenant) -> Tenant:
    TenantConfig.update(template="ECOMMERCE", content=CONTENT).where(TenantConfig.tenant == acme).execute()
    return acme


@pytest.fixture
def order(shop: Tenant, chat: Chat) -> Order:
    made = Order.create(tenant=shop, chat=chat, number=1001, name="<b>Asha", area="Sinza", address="by the market",
                        fee=2000, total=14000, currency="TZS")
    OrderLine.create(tenant=shop, order=made, revision=1, product="soap", name="Soap", price=3000, quantity=4)
    OrderEvent.create(tenant=shop, order=made, cause="placed", state="NEW")
    return made


def move(client: Any, **typed: object) -> Any:
    return client.post("/portal/orders/1001/move", data={"revision": 1, **typed})


def test_orders_under_way_are_listed_and_others_by_their_state(client_of: ClientOf, page: Page, order: Order):
    client = client_of("bob")
    shown = page(client, "/portal/orders").select_one("main").text
    assert "1001" in shown
    assert "4 × Soap" in shown
    assert "TZS 14,000" in shown
    Order.update(state="DELIVERED").execute()
    assert "1001" not in page(client, "/portal/orders").select_one("main .rows, main .empty").text
    assert "1001" in page(client, "/portal/orders?state=DELIVERED&q=asha").select_one("main .rows").text
    assert "Nothing found" in page(client, "/portal/orders?state=SENT").text


def test_the_navigation_of_a_shop_counts_new_orders_and_others_have_none(
    client_of: ClientOf, page: Page, order: Order,
):
    links = page(client_of("bob"), "/portal/").select("nav a[href='/portal/orders']")
    assert links[0].select_one(".count").text.startswith("1")
    TenantConfig.update(template="BOOKING").execute()
    assert not page(client_of("bob"), "/portal/").select("nav a[href='/portal/orders']")


def test_an_order_is_worked_on_its_page_and_the_customer_is_told(client_of: ClientOf, page: Page, order: Order):
    client = client_of("bob")
    shown = page(client, "/portal/orders/1001")
    assert "<b>Asha" in shown.text
    assert [button["value"] for button in shown.select("main button[name=do]")] == [
        "confirmed", "made_ready", "sent", "refused"]
    assert move(client, do="confirmed").status_code == 303
    assert Message.get().text == "Your order 1001 is confirmed. We are preparing it."
    after = page(client, "/portal/orders/1001")
    assert "the customer is told in the chat" in after.text
    assert "Confirmed by bob@example.com" in after.text


def test_a_cancellation_without_a_reason_and_one_that_comes_too_late_say_so(client_of: ClientOf, order: Order):
    client = client_of("bob")
    refused = move(client, do="refused", reason=" ")
    assert (refused.status_code, "Write the reason" in refused.text) == (400, True)
    late = move(client, do="refused", reason="Sold out", revision=7)
    assert (late.status_code, "has changed meanwhile" in late.text, "Sold out" in late.text) == (409, True, True)
    assert Order.get().state == "NEW"


def test_another_business_has_no_such_order(client_of: ClientOf, order: Order):
    client = client_of("charlie")
    assert client.get("/portal/orders/1001").status_code == 404
    assert move(client, do="confirmed").status_code == 404


def test_the_stock_is_shown_and_set_at_once(client_of: ClientOf, page: Page, shop: Tenant):
    client = client_of("bob")
    fields = page(client, "/portal/content/stock").select("main input[name=left]")
    assert [field["value"] for field in fields] == ["10", ""]
    typed = {"product": ["soap", "rope"], "seen": ["10", ""], "left": ["25", "7"]}
    assert client.post("/portal/content/stock", data=typed).status_code == 303
    assert {row.product: row.amount for row in Stock.select()} == {"soap": 25, "rope": 7}
    assert AuditEntry.select().where(AuditEntry.action == "stock.set").count() == 2


@pytest.mark.parametrize(("seen", "left", "words"), [
    ("9", "25", "meanwhile"), ("10", "many", "is no whole number"), ("10", "-3", "is no whole number"),
    ("10", "99999999999", "whole number"),
])
def test_a_stock_that_changed_meanwhile_or_is_no_number_is_kept_as_it_was_typed(
    client_of: ClientOf, page: Page, shop: Tenant, seen: str, left: str, words: str,
):
    client = client_of("bob")
    page(client, "/portal/content/stock")
    answer = client.post("/portal/content/stock", data={"product": ["soap"], "seen": [seen], "left": [left]})
    assert answer.status_code == 409
    assert words in answer.text
    assert f'value="{left}"' in answer.text
    assert Stock.get(Stock.product == "soap").amount == 10


def test_delivery_areas_are_part_of_the_content(client_of: ClientOf, page: Page, shop: Tenant):
    client = client_of("bob")
    stamp = page(client, "/portal/content/delivery_areas").select_one("[name=stamp]")["value"]
    typed = {"start": "0", "stamp": stamp, "name-0-EN": "Sinza", "fee-0": "2,000", "free_from-0": "much", "do": "save"}
    assert client.post("/portal/content/delivery_areas", data=typed).status_code == 303
    assert "Area 1, Free from this amount of goods on must be a number such as 50000." in page(
        client, "/portal/content").text


def test_owners_choose_whether_they_are_told_of_orders(client_of: ClientOf, page: Page, shop: Tenant):
    client = client_of("alice")
    assert page(client, "/portal/notifications").select_one("#orders").has_attr("checked")
    client.post("/portal/notifications", data={"alerts": "yes", "after_min": "10"})
    assert not Account.get(Account.email == "alice@example.com").wants_orders
