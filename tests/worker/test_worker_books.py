"""Bookings carried through by a real worker in the sandbox: in English, in Swahili, and in both at once."""
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import Booking, Template
from app.services import bookings
from tests.patience import eventually
from tests.rig import Rig, make_tenant, rig

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("Africa/Dar_es_Salaam")
CONTENT = {"services": [{"name": "Facial", "minutes": 60}, {"name": "Manicure", "minutes": 30}],
           "booking": {"confirm": "bot"}}
TALKS = (
    ("I want to book a facial tomorrow at 2 pm, my name is Asha", "yes"),
    # Two in the afternoon is taken by then: the nearest free time is taken by its number.
    ("Naomba kuweka miadi ya facial kesho saa nane mchana, jina langu ni Juma", "1", "ndiyo"),
    ("nataka kubook facial tomorrow saa kumi jioni, jina langu Neema", "yes"),
)


def talk(running: Rig, customer: str, lines: tuple[str, ...]) -> str:
    """Write each line once the one before was answered; gives the last answer."""
    for count, line in enumerate(lines, 1):
        running.write(customer, line)
        eventually(lambda count=count: len(running.answers(customer)) >= count, f"an answer to {line}")  # type: ignore[misc]
    return running.answers(customer)[-1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_customers_book_and_answer_a_time_that_is_proposed(database, settings):
    tenant = make_tenant(template=Template.BOOKING, content=CONTENT, timezone=ZONE.key)
    with rig(settings) as running:
        running.start_worker()
        running.link()
        customers = running.customers(len(TALKS))
        last = [talk(running, customer, lines) for customer, lines in zip(customers, TALKS, strict=True)]
        assert "Your booking is confirmed" in last[0]
        assert all("imethibitishwa" in text or "is confirmed" in text for text in last[1:]), last
        booked = [(row.name, row.starts_at.astimezone(ZONE).hour) for row in Booking.select().order_by(Booking.number)]
        assert [name for name, _ in booked] == ["Asha", "Juma", "Neema"]
        assert booked[0][1] == 14 and booked[1][1] != 14 and booked[2][1] == 16

        now = datetime.now(UTC)
        later = Booking.get(Booking.number == 1).starts_at + timedelta(days=1)
        bookings.propose(tenant, 1, later, by="owner@example.com", address="", now=now)
        eventually(lambda: "proposes another time" in running.answers(customers[0])[-1], "the proposal arrives")
        running.write(customers[0], "yes")
        eventually(lambda: "It is confirmed" in running.answers(customers[0])[-1], "the yes is answered")
        row = Booking.get(Booking.number == 1)
        assert (row.state, row.starts_at) == ("CONFIRMED", later)
