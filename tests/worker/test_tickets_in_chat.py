"""Tickets carried through by customers who write English, Swahili and both, on a real worker in the sandbox."""
from datetime import UTC, datetime

import pytest

from app.models import Ticket
from app.replies.examples import example_content
from app.services import tickets
from tests.patience import eventually
from tests.rig import make_tenant, rig

pytestmark = pytest.mark.browser
# What each customer writes, with words of the answer it must get.
TALKS = (
    (("my internet is not working", "Step 1 of 3"), ("no", "Step 2 of 3"), ("still not working", "Step 3 of 3"),
     ("no", "Your ticket has the number *1*: my internet is not working")),
    (("Habari, nina shida", "Pole kwa tatizo"),
     ("Ruta inaonyesha taa nyekundu tangu jana jioni pale Kayole", "Tiketi yako ni namba *2*: Ruta inaonyesha")),
    (("internet iko down since morning jamani", "Hatua ya 1 kati ya 3"), ("hapana, still haifanyi kazi", "Hatua ya 2"),
     ("bado", "Hatua ya 3"), ("no bado", "*3*: internet iko down since morning jamani")),
)
STATUS = ("where is my ticket?", "tiketi yangu imefikia wapi?", "my ticket imefika wapi?")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tickets_are_opened_answered_and_solved_and_the_customers_ask_how_far_they_are(database, settings):
    tenant = make_tenant(template="SUPPORT", content=example_content("SUPPORT")["content"])
    told = {"by": "owner@example.com", "address": "", "now": datetime.now(UTC)}
    with rig(settings) as made:
        made.start_worker()
        made.link()
        customers = made.customers(len(TALKS))
        for customer, talk in zip(customers, TALKS, strict=True):
            for text, expected in talk:
                made.ask(customer, text, expected)
        assert [(row.number, row.state) for row in Ticket.select().order_by(Ticket.number)] == [
            (1, "OPEN"), (2, "OPEN"), (3, "OPEN")]

        for number, customer in enumerate(customers, 1):
            tickets.answer(tenant, number, f"A technician comes today ({number}).", **told)
            eventually(lambda number=number, customer=customer: f"today ({number})" in made.answers(customer)[-1],
                       "the answer arrives")
            tickets.solve(tenant, number, **told)
        for number, (customer, text) in enumerate(zip(customers, STATUS, strict=True), 1):
            made.ask(customer, text, str(number))
        assert {row.state for row in Ticket.select()} == {"SOLVED"}
