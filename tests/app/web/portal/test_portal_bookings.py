"""The calendar, a booking's page, and one written down by hand."""
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from app.models import Booking, Chat, ContentDraft, Message, Tenant, TenantConfig
from app.models.base import utc_now
from app.services import content
from tests.app.services.test_diary import done, making
from tests.app.web.conftest import ClientOf, Page

ZONE = ZoneInfo("Africa/Dar_es_Salaam")
SERVICES = [{"name": {"EN": "Facial", "SW": "Facial ya uso"}, "minutes": 60}]
HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}"


def tomorrow_at(hour: int) -> datetime:
    day = utc_now().astimezone(ZONE) + timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


@pytest.fixture
def acme(cast) -> Tenant:
    tenant = Tenant.get(Tenant.slug == "acme")
    TenantConfig.update(content={"services": SERVICES}).where(TenantConfig.tenant == tenant).execute()
    return tenant


@pytest.fixture
def chat(acme: Tenant) -> Chat:
    return Chat.create(tenant=acme, wa_chat_id="1@c.us", phone="+255711000001", name="Asha", last_message_at=utc_now())


@pytest.fixture
def requested(acme: Tenant, chat: Chat) -> Booking:
    done(making(7, starts=tomorrow_at(10), state="REQUESTED", name=HOSTILE), acme, chat, utc_now())
    return Booking.get()


def test_the_week_shows_each_booking_under_its_day_and_what_waits(client_of: ClientOf, page: Page, requested: Booking):
    seen = page(client_of("bob"), f"/portal/bookings?day={tomorrow_at(10):%Y-%m-%d}&lang=en")
    days = seen.select(".calendar > li")
    assert len(days) == 7
    held, = [day for day in days if day.select(".booking")]
    assert str(tomorrow_at(10).day) in held.h2.text and "10:00" in held.text and "Asked for" in held.text
    assert seen.find("section", {"aria-labelledby": "waiting"}).find("a", href="/portal/bookings/7")
    assert HOSTILE[:40] in held.text
    assert seen.main.find_all("script") == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x", ""])
def test_a_day_that_no_calendar_has_shows_this_week(client_of: ClientOf, page: Page, acme: Tenant, day: str):
    assert page(client_of("bob"), f"/portal/bookings?day={day}").select(".calendar .today")


def test_only_a_business_that_takes_bookings_is_led_to_them(client_of: ClientOf, page: Page, acme: Tenant):
    assert page(client_of("bob"), "/portal/").find("a", href="/portal/bookings")
    assert not page(client_of("charlie"), "/portal/").find("a", href="/portal/bookings")


def test_the_navigation_counts_what_waits_for_an_answer(client_of: ClientOf, page: Page, requested: Booking):
    count = page(client_of("bob"), "/portal/").select_one("nav a[href='/portal/bookings'] .count")
    assert count is not None
    assert count.text == "1to answer"


def test_a_request_is_confirmed_and_the_customer_told(client_of: ClientOf, page: Page, requested: Booking):
    client = client_of("bob")
    assert page(client, "/portal/bookings/7").find("form", action="/portal/bookings/7/confirm")
    answer = client.post("/portal/bookings/7/confirm")
    assert answer.status_code == 303
    assert Booking.get().state == "CONFIRMED"
    assert "Your booking no. 7 is confirmed" in Message.get().text or "imethibitishwa" in Message.get().text
    assert not page(client, "/portal/bookings/7").find("form", action="/portal/bookings/7/confirm")
    assert client.post("/portal/bookings/7/confirm").status_code in (303, 409)
    assert Message.select().count() == 1


def test_another_time_is_proposed_from_the_list_or_typed(client_of: ClientOf, page: Page, requested: Booking):
    client = client_of("bob")
    offered = page(client, "/portal/bookings/7").select("input[name=start]")
    assert len(offered) >= 3
    client.post("/portal/bookings/7/propose", data={"start": offered[0]["value"]})
    assert (Booking.get().state, f"{Booking.get().starts_at.astimezone(ZONE):%Y-%m-%dT%H:%M}") == (
        "PROPOSED", offered[0]["value"])
    wanted = tomorrow_at(15)
    client.post("/portal/bookings/7/propose", data={"day": f"{wanted:%Y-%m-%d}", "clock": "15:00"})
    assert Booking.get().starts_at == wanted
    assert Message.select().count() == 2


@pytest.mark.parametrize("typed", [{}, {"day": "2020-01-01", "clock": "10:00"}, {"day": "x", "clock": "y"},
                                   {"start": "z"}])
def test_a_proposal_that_cannot_be_made_is_explained_and_what_was_typed_stays(
    client_of: ClientOf, page: Page, requested: Booking, typed: dict[str, str],
):
    answer = client_of("bob").post("/portal/bookings/7/propose", data=typed)
    assert answer.status_code == 400
    assert typed.get("clock", "") in answer.text
    assert Booking.get().state == "REQUESTED"


@pytest.mark.parametrize(("verb", "state"), [("decline", "DECLINED"), ("cancel", "CANCELLED")])
def test_a_booking_can_be_ended(client_of: ClientOf, requested: Booking, verb: str, state: str):
    client_of("bob").post(f"/portal/bookings/7/{verb}")
    assert Booking.get().state == state


def test_who_did_not_come_is_noted_once_the_time_has_come(client_of: ClientOf, page: Page, acme: Tenant, chat: Chat):
    done(making(1, starts=utc_now() - timedelta(minutes=30)), acme, chat, utc_now())
    client = client_of("bob")
    assert page(client, "/portal/bookings/1").find("form", action="/portal/bookings/1/missed")
    client.post("/portal/bookings/1/missed")
    assert Booking.get().state == "NO_SHOW"
    assert page(client, "/portal/bookings/1?lang=en").main.find(string=lambda text: "Did not come" in text)


def test_a_booking_is_written_down_by_hand(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("bob")
    form = page(client, "/portal/bookings/new?lang=en")
    assert [option["value"] for option in form.select("select[name=service] option")] == ["facial"]
    typed = {"service": "facial", "day": f"{tomorrow_at(11):%Y-%m-%d}", "clock": "11:00", "name": "Juma",
             "phone": "0755 123 456", "people": "1", "note": "at the desk"}
    assert client.post("/portal/bookings/new", data=typed).location == "/portal/bookings/1"
    row = Booking.get()
    assert (row.starts_at, row.name, row.state, row.made_by) == (tomorrow_at(11), "Juma", "CONFIRMED",
                                                                 "bob@example.com")
    again = client.post("/portal/bookings/new", data=typed | {"name": "Neema", "note": "second note"})
    assert again.status_code == 400
    assert "second note" in again.text and 'value="Neema"' in again.text
    assert Booking.select().count() == 1


def test_another_business_sees_and_changes_nothing(client_of: ClientOf, page: Page, requested: Booking):
    client = client_of("charlie")
    page(client, "/portal/bookings/7", status=404)
    for verb in ("confirm", "decline", "cancel", "missed", "propose"):
        client.post(f"/portal/bookings/7/{verb}", data={"day": "2030-01-01", "clock": "10:00"})
    assert (Booking.get().state, Message.select().count()) == ("REQUESTED", 0)


def test_how_bookings_are_taken_is_changed_in_the_draft(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    page(client, "/portal/content/booking")
    client.post("/portal/content/booking", data={"confirm": "bot", "lead_minutes": "60", "ahead_days": "",
                                                 "reminder_hours": "24", "at_once": "soon"})
    assert ContentDraft.get().values["content"]["booking"] == {
        "confirm": "bot", "lead_minutes": 60, "reminder_hours": 24, "at_once": "soon"}
    seen = page(client, "/portal/content/booking?lang=en")
    assert "Customers at the same time, over all services: give a whole number from 0 to 500." in seen.text
    assert seen.find("input", {"name": "at_once"})["value"] == "soon"
    client.post("/portal/content/booking", data={"confirm": "bot", "reminder_hours": "24"})
    client.post("/portal/content/publish")
    rules = content.read_values("BOOKING", content.published(acme)).bookings
    assert (rules.bot_confirms, rules.reminder_hours) == (True, 24)


def test_a_service_says_how_many_it_takes_at_once(client_of: ClientOf, page: Page, acme: Tenant):
    client = client_of("alice")
    stamp = page(client, "/portal/content/services").find("input", {"name": "stamp"})["value"]
    client.post("/portal/content/services", data={
        "stamp": stamp, "start": "0", "do": "save", "name-0-EN": "Facial", "minutes-0": "60", "capacity-0": "3"})
    service, = ContentDraft.get().values["content"]["services"]
    assert (service["minutes"], service["capacity"]) == (60, 3)


def test_a_booking_is_taken_into_a_calendar_program(client_of: ClientOf, requested: Booking):
    client = client_of("bob")
    answer = client.get("/portal/bookings/7.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    event: Any
    event, = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (event["uid"], event["status"], str(event["summary"])) == (
        "booking-7@acme.flowhq", "TENTATIVE", f"Facial: {HOSTILE}")
    assert (event["dtstart"].dt, event["dtend"].dt) == (requested.starts_at, requested.ends_at)
    client.post("/portal/bookings/7/confirm")
    event, = Calendar.from_ical(client.get("/portal/bookings.ics").data).walk("VEVENT")
    assert event["status"] == "CONFIRMED"
    assert client_of("charlie").get("/portal/bookings/7.ics").status_code == 404
    assert Calendar.from_ical(client_of("charlie").get("/portal/bookings.ics").data).walk("VEVENT") == []
