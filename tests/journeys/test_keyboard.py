"""Whoever has no mouse: everything is reached with keys, and one always sees where one is."""
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.journeys.conftest import Site
from tests.journeys.person import Person
from tests.journeys.visitor import NARROW, WIDE, Visitor
from tests.journeys.world import PASSWORD
from tests.patience import eventually

pytestmark = pytest.mark.browser

MOST_STOPS = 120
# Where the keyboard is: what it would press, and whether somebody who looks can tell.
WHERE = """
const at = document.activeElement;
if (!at || at === document.body) return null;
const style = getComputedStyle(at), box = at.getBoundingClientRect();
const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
const isInWindow = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
return {
  id: at.id, name: at.getAttribute("name") ?? "", text: at.textContent.trim().replace(/\\s+/g, " "),
  html: at.outerHTML.slice(0, 120),
  isSeen: isInWindow && (isOutlined || style.boxShadow !== "none"),
};
"""
# Pages with every kind of thing that can be pressed, and who looks at them.
PAGES = ((None, "/sign-in"), ("alice", "/portal/"), ("alice", "/portal/chats/1"), ("alice", "/portal/content/services"),
         ("nina", "/portal/onboarding/language"), ("ada", "/admin/"), ("ada", "/admin/tenants/acme"),
         ("alice", "/account"))


class Typist:
    """A person at the keyboard of the visitor's browser."""

    def __init__(self, visitor: Visitor) -> None:
        self.driver = visitor.driver
        self.person = Person(visitor.driver, visitor.url)

    def types(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def is_at(self) -> dict[str, Any]:
        """What has the focus; {} where nothing has."""
        return self.driver.execute_script(WHERE) or {}

    def stops(self) -> Iterator[dict[str, Any]]:
        """What Tab leads to, from here on, once around."""
        for _ in range(MOST_STOPS):
            self.types(Keys.TAB)
            if not (found := self.is_at()):
                return
            yield found
        pytest.fail(f"{MOST_STOPS} times Tab do not lead around the page: {self.is_at()}")

    def goes_to(self, **wanted: str) -> None:
        """Press Tab until this has the focus."""
        for stop in self.stops():
            if all(stop[name] == value for name, value in wanted.items()):
                return
        pytest.fail(f"no key leads to {wanted}")


@pytest.fixture
def typist(visitor: Visitor) -> Typist:
    visitor.sees_it(WIDE, "light")
    visitor.becomes(None)
    return Typist(visitor)


def test_the_first_key_leads_past_the_navigation(typist: Typist):
    typist.person.opens("/sign-in")
    typist.types(Keys.TAB)
    skip = typist.is_at()
    assert (skip["text"], skip["isSeen"]) == ("Skip to the content", True)
    typist.types(Keys.ENTER)
    eventually(lambda: typist.is_at().get("id") == "content", "the content has the focus")
    typist.types(Keys.TAB)
    assert typist.is_at()["name"] == "email"


def test_one_signs_in_opens_the_menu_and_changes_a_name(typist: Typist):
    typist.person.opens("/sign-in")
    typist.goes_to(name="email")
    typist.types("bob@example.com")
    typist.goes_to(name="password")
    typist.types(PASSWORD, Keys.ENTER)
    typist.person.leaves("/sign-in")
    typist.goes_to(text="Signed in as Bob")
    typist.types(Keys.SPACE)
    typist.goes_to(text="Your account")
    typist.types(Keys.ENTER)
    typist.person.leaves("/portal/")
    typist.goes_to(name="profile-name")
    typist.types("Robert", Keys.ENTER)
    typist.person.sees("Saved.")
    assert "Robert" in typist.driver.find_element(By.TAG_NAME, "header").text


def test_a_chat_is_taken_over_answered_and_given_back(typist: Typist, visitor: Visitor, site: Site):
    visitor.becomes(site.world.accounts["alice"])
    typist.person.opens(f"/portal/chats/{site.world.numbers['chat_id']}")
    typist.goes_to(id="take-over")
    typist.types(Keys.SPACE)
    typist.person.sees("The chat is yours now")
    typist.goes_to(name="text")
    typist.types("I am here")
    typist.goes_to(text="Send")
    typist.types(Keys.ENTER)
    typist.person.sees("I am here")
    typist.goes_to(id="give-back")
    typist.types(Keys.ENTER)
    typist.person.sees("The bot answers in this chat again.")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_one_always_sees_where_one_is(typist: Typist, visitor: Visitor, site: Site, width: int):
    unseen = []
    for who, path in PAGES:
        visitor.becomes(site.world.accounts[who] if who else None)
        visitor.sees_it(width, "light")
        typist.person.opens(path)
        stops = list(typist.stops())
        assert len(stops) > len(typist.driver.find_elements(By.CSS_SELECTOR, "header nav a")) + 2
        unseen += [f"{path}: {stop['html']}" for stop in stops if not stop["isSeen"]]
    assert not unseen, "\n".join(unseen)
