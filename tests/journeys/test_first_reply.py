"""The first thing a person tries: link a business to its bot and talk to it, all on the page of the phones."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.models import Message
from tests.patience import eventually
from tests.rig import BUSINESS, make_tenant, rig

pytestmark = pytest.mark.browser

CUSTOMER = "+255711000001"


class Person:
    """What a person does on the page of the phones, by what it shows."""

    def __init__(self, driver, url):
        self.driver = driver
        driver.get(url + "/phones")

    def sees(self, name):
        """The thing of this name, once it shows."""
        return eventually(lambda: next((element for element in self.driver.find_elements(
            By.CSS_SELECTOR, f"[data-testid={name}]") if element.is_displayed()), None), f"{name} shows")

    def presses(self, name):
        self.sees(name).click()

    def types(self, name, text):
        self.sees(name).send_keys(text)

    def goes_back(self, button):
        if back := [element for element in self.driver.find_elements(By.ID, button) if element.is_displayed()]:
            back[0].click()

    def creates_phone(self, number, name):
        self.goes_back("back-to-chats")
        self.goes_back("back-to-phones")
        self.types("new-phone-number", number)
        self.types("new-phone-name", name)
        self.presses("create-phone")
        eventually(lambda: self.sees("phone-name").text == name, f"{name}'s phone is open")

    def scans_the_waiting_code(self):
        self.presses("open-link")
        self.presses("waiting-code")
        dialog = self.driver.find_element(By.CSS_SELECTOR, "[data-testid=link-dialog]")
        eventually(lambda: not dialog.is_displayed(), "the phone is linked and the dialog closes")

    def writes_to(self, number, text):
        self.types("new-chat-number", number)
        self.presses("open-chat")
        self.sees("composer-text").send_keys(text, Keys.ENTER)

    def answers(self):
        return [bubble.get_attribute("data-text") for bubble in self.driver.find_elements(
            By.CSS_SELECTOR, f"[data-testid=message][data-from='{BUSINESS}']")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_person_creates_phones_scans_writes_and_reads_the_answer(database, settings, open_browser, width):
    make_tenant()
    with rig(settings) as running:
        running.start_worker()
        person = Person(open_browser(width), settings.sandbox_url)
        person.creates_phone(BUSINESS, "Acme")
        person.scans_the_waiting_code()
        running.await_state("CONNECTED")
        person.creates_phone(CUSTOMER, "Asha")
        person.writes_to(BUSINESS, "Hello!")
        (answer,) = eventually(person.answers, "the answer is on the page")
        assert answer == Message.get(Message.direction == "OUT").text
