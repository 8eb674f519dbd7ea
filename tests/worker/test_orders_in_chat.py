"""Orders carried through by customers who write English, Swahili and both, on a real worker in the sandbox."""
from datetime import UTC, datetime

import pytest

from app.models import Order, Stock, Tenant
from app.replies.examples import example_content
from app.services import order_book
from tests.patience import eventually
from tests.rig import Rig, make_tenant, rig

pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# What each customer writes, with words of the answer it must get.
TALKS = (
    (("Hi, I want 2 bar soap and 1 sugar", "Added: 2 × Bar soap."), ("add two of the second", "3 × Sugar 1kg"),
     ("that's all", "Where should we bring it?"), ("Sinza", "Where exactly"), ("near the market", "What name"),
     ("Asha Juma", "Total: TZS 19,000"), ("yes", "Your order has the number")),
    (("Habari, nataka sukari mbili", "Nimeongeza: 2 × Sukari 1kg."), ("iwe tatu", "Sasa ni 3 × Sukari 1kg."),
     ("basi", "Tukuletee wapi?"), ("nitachukua", "kwa jina gani?"), ("jina langu ni Neema", "Jumla: TZS 9,000"),
     ("ndiyo", "Agizo lako lina namba"), ("oda yangu iko wapi?", "bado hawajalithibitisha")),
    (("nataka ku-order sukari 2 na bar soap moja", "2 × Sukari 1kg"), ("remove soap please", "Bar soap."),
     ("checkout", "collect"), ("collect", "name"), ("my name is Said", "Said"), ("ndio", "100"),
     ("cancel my order", "Shall I cancel order"), ("ndiyo", "is cancelled")),
)


@on_sqlite
def test_three_orders_are_placed_and_one_is_cancelled_and_what_the_business_does_is_told(database, settings):
    tenant = make_tenant(template="ECOMMERCE", content=example_content("ECOMMERCE")["content"])
    with rig(settings) as made:
        made.start_worker()
        made.link()
        customers = made.customers(len(TALKS))
        for number in range(max(map(len, TALKS))):
            for customer, talk in zip(customers, TALKS, strict=True):
                if number < len(talk):
                    made.ask(customer, *talk[number])
        assert [(order.state, order.total) for order in Order.select().order_by(Order.chat)] == [
            ("NEW", 19000), ("NEW", 9000), ("CANCELLED", 6000)]
        assert Stock.get(Stock.product == "sugar 1kg").amount == 180 - 3 - 3
        confirm(tenant, made, customers[1])
        made.ask(customers[1], "oda yangu iko wapi?", "limethibitishwa")




def confirm(tenant: Tenant, made: Rig, customer: str) -> None:
    """The business confirms the order of the customer who writes Swahili, in the portal."""
    order = Order.get(Order.total == 9000)
    order_book.advance(tenant, order.number, "confirmed", revision=order.revision, by="owner@example.com", address="",
                       now=datetime.now(UTC))
    eventually(lambda: f"Agizo lako {order.number} limethibitishwa. Tunaliandaa." in made.answers(customer),
               "the customer is told")
