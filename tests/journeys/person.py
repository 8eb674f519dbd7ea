"""What a person does in a browser, by what the page calls things."""
from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from tests.axe import findings
from tests.patience import eventually

T = TypeVar("T")


class Person:
    """Somebody at a browser."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver, self.url = driver, url

    def opens(self, path: str) -> None:
        """Go to a page."""
        self.driver.get(self.url + path)

    def reads(self) -> str:
        """What the page says."""
        return self.driver.find_element(By.TAG_NAME, "main").text

    def sees(self, words: str) -> None:
        """Wait until the page says this."""
        self._awaits(lambda: words in self.reads(), f"the page says {words!r}")

    def types(self, name: str, text: str) -> None:
        """Fill a field in, by its name."""
        field = self.driver.find_element(By.CSS_SELECTOR, f"main [name='{name}']")
        field.clear()
        field.send_keys(text)

    def chooses(self, css: str) -> None:
        """Click what the selector names."""
        self._awaits(lambda: self._press(By.CSS_SELECTOR, f"main {css}"), f"{css} is there")

    def presses(self, words: str) -> None:
        """The button or link with these words."""
        path = (f"//main//*[self::button or self::a or self::input][not(@aria-hidden)]"
                f"[normalize-space(.)='{words}' or @value='{words}']")
        self._awaits(lambda: self._press(By.XPATH, path), f"{words!r} is there")

    def keeps_the_page(self) -> None:
        """From here on `has_reloaded` tells whether the page was loaded anew."""
        self.driver.execute_script("window.isKept = true")

    def has_reloaded(self) -> bool:
        """Whether the page was loaded anew since `keeps_the_page`."""
        return not self.driver.execute_script("return window.isKept === true")

    def leaves(self, path: str) -> None:
        """What was pressed leads away from here, which a browser may do a moment later."""
        eventually(lambda: not self.driver.current_url.endswith(path), f"the browser leaves {path}")

    def is_usable_by_everybody(self) -> None:
        """What axe-core says of the page: nothing."""
        assert findings(self.driver) == [], self.driver.current_url

    def _awaits(self, question: Callable[[], bool], what: str) -> None:
        try:
            eventually(lambda: steadily(question), what)
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says: {self.reads()}") from None

    def _press(self, by: str, path: str) -> bool:
        found = next((each for each in self.driver.find_elements(by, path) if each.is_displayed()), None)
        if found:
            found.click()
        return found is not None


def steadily(look: Callable[[], T]) -> T | None:
    """What a look at the page finds, or None where the page was renewed in this very moment."""
    try:
        return look()
    except (NoSuchElementException, StaleElementReferenceException):
        return None


def sign_in(browser: Person, email: str, password: str) -> None:
    """By the form, as people do."""
    browser.opens("/sign-in")
    browser.types("email", email)
    browser.types("password", password)
    browser.presses("Sign in")
    browser.leaves("/sign-in")
