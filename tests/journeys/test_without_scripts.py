"""Whoever has scripts switched off: everything that matters is done with forms and links alone."""
from collections.abc import Iterator

import pytest

from tests.journeys.conftest import Site
from tests.journeys.person import Person, sign_in
from tests.journeys.visitor import WIDE, Visitor
from tests.journeys.world import PASSWORD

pytestmark = pytest.mark.browser

DETECTOR = "data:text/html,<title>off</title><script>document.title = 'on'</script>"


@pytest.fixture
def person(visitor: Visitor) -> Iterator[Person]:
    """Somebody in whose browser no script of a page runs."""
    visitor.becomes(None)
    visitor.sees_it(WIDE, "light")
    visitor.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    visitor.driver.get(DETECTOR)
    assert visitor.driver.title == "off"
    yield Person(visitor.driver, visitor.url)
    visitor.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_an_owner_sets_a_business_up(person: Person):
    sign_in(person, "nina@example.com", PASSWORD)
    person.types("business_name", "Nina's Noodles")
    person.presses("Next")
    person.chooses("#template-ECOMMERCE")
    person.presses("Next")
    person.types("number", "12")
    person.presses("Next")
    person.sees("is not a phone number")
    person.types("number", "0755 123 456")
    for heading in ("Language and zone", "Opening hours", "First content"):
        person.presses("Next")
        person.sees(heading)
    person.types("name-0-EN", "Noodles")
    person.types("price-0", "5000")
    person.presses("Next")
    person.types("text", "How much are the noodles?")
    person.presses("Say it")
    person.sees("5,000")
    person.presses("Send the request")
    person.sees("Your request has been sent.")


def test_an_owner_publishes_a_change(person: Person):
    sign_in(person, "alice@example.com", PASSWORD)
    person.opens("/portal/content/texts")
    person.types("address-EN", "Sinza, Dar es Salaam")
    person.presses("Save")
    person.sees("Saved in the draft.")
    person.opens("/portal/content")
    person.presses("Publish")
    person.sees("Published: the bot answers by it from now on.")


def test_an_owner_takes_a_chat_over_answers_and_gives_it_back(person: Person, site: Site):
    sign_in(person, "alice@example.com", PASSWORD)
    person.opens(f"/portal/chats/{site.world.numbers['chat_id']}")
    person.presses("Take the chat over")
    person.sees("The chat is yours now")
    person.types("text", "Yes, come along")
    person.presses("Send")
    person.sees("Yes, come along")
    person.presses("Give the chat back to the bot")
    person.sees("The bot answers in this chat again.")


def test_an_admin_starts_and_stops_a_worker(person: Person, site: Site):
    sign_in(person, "ada@example.com", PASSWORD)
    person.opens("/admin/tenants/other")
    person.presses("Start")
    person.sees("Other's worker is starting.")
    assert "other" in site.world.processes.running
    person.presses("Stop")
    person.sees("Other's worker has stopped.")
    assert "other" not in site.world.processes.running
