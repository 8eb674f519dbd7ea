"""The page of the phones, used by a person with a browser."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

SHOP, ASHA = "+255700000001", "+255700000002"
HOSTILE = "<img src=x onerror='document.title = \"owned\"'> *bold* & <script>1</script>"

pytestmark = pytest.mark.browser


class Phones:
    """What a person does on the page."""

    def __init__(self, page, eventually):
        self.driver, self.eventually = page.driver, eventually

    def all(self, test_id, more=""):
        return self.driver.find_elements(By.CSS_SELECTOR, f"[data-testid={test_id}]{more}")

    def one(self, test_id, more=""):
        return self.eventually(lambda: next((e for e in self.all(test_id, more) if e.is_displayed()), None))

    def click(self, test_id, more=""):
        self.one(test_id, more)
        self.driver.execute_script("document.querySelector(arguments[0]).click()", f"[data-testid={test_id}]{more}")

    def creates(self, number, name):
        self.one("new-phone-number").send_keys(number)
        self.one("new-phone-name").send_keys(name)
        self.click("create-phone")
        self.eventually(lambda: self.one("phone-name").text == name)

    def opens(self, number):
        self.one("new-chat-number").send_keys(number)
        self.click("open-chat")
        self.one("composer-text")

    def writes(self, text):
        self.one("composer-text").send_keys(text, Keys.ENTER)

    def unread(self):
        return self.driver.execute_script(
            "return [...document.querySelectorAll('#chats [data-testid=unread]')].map((e) => e.textContent)")

    def bubbles(self):
        return self.driver.execute_script(
            "return [...document.querySelectorAll('[data-testid=message]')]"
            ".map((e) => [e.dataset.from, e.dataset.text, Number(e.dataset.ack)])")


@pytest.fixture
def phones(sandbox, open_page, eventually):
    page = open_page(sandbox)
    page.driver.get(sandbox.url + "/phones")
    return Phones(page, eventually)


def test_a_person_makes_phones_writes_and_reads_live(sandbox, phones, eventually):
    phones.creates("+255 700 000 001", "Shop")
    phones.creates("+255 700 000 002", "Asha")
    phones.opens("255700000001")
    phones.writes(HOSTILE)
    eventually(lambda: phones.bubbles() == [[ASHA, HOSTILE, 2]])
    assert phones.driver.title != "owned"
    assert phones.all("messages")[0].find_elements(By.CSS_SELECTOR, "img, script") == []
    assert phones.one("messages").find_element(By.TAG_NAME, "strong").text == "bold"
    sandbox.post(f"/api/phones/{SHOP}/typing", {"to": ASHA})
    eventually(lambda: phones.one("typing").text == "typing…")
    sandbox.write(SHOP, ASHA, "welcome")
    eventually(lambda: phones.bubbles()[1:] == [[SHOP, "welcome", 3]])
    eventually(lambda: phones.one("typing").text != "typing…")
    eventually(lambda: sandbox.messages(SHOP)[-1]["ack"] == 3)
    sandbox.messages(SHOP, ASHA)
    eventually(lambda: phones.bubbles()[0][2] == 3)


def test_a_chat_that_is_not_open_shows_what_is_unread(sandbox, phones, eventually):
    phones.creates(SHOP, "Shop")
    sandbox.phone(ASHA)
    sandbox.write(ASHA, SHOP, "one")
    sandbox.write(ASHA, SHOP, "two")
    eventually(lambda: phones.unread() == ["2"])
    assert sandbox.messages(ASHA)[-1]["ack"] == 2
    phones.click("chat", f'[data-with="{ASHA}"]')
    eventually(lambda: len(phones.bubbles()) == 2 and not phones.unread())
    eventually(lambda: sandbox.messages(ASHA)[-1]["ack"] == 3)


def test_a_person_links_a_waiting_page_and_unlinks_it(sandbox, phones, open_page, eventually):
    phones.creates(SHOP, "Shop")
    web = open_page(sandbox, "second")
    web.code()
    phones.click("open-link")
    phones.click("waiting-code")
    eventually(web.is_ready)
    eventually(lambda: "1 linked device" in phones.one("phone-state").text)
    phones.click("unlink")
    eventually(lambda: "Not linked" in phones.one("phone-state").text)
    web.code()


def test_a_pasted_code_links_and_a_wrong_one_is_explained(sandbox, phones, open_page, eventually):
    phones.creates(SHOP, "Shop")
    web = open_page(sandbox, "second")
    phones.click("open-link")
    phones.one("qr-text").send_keys("2@wrong,a,b,c")
    phones.click("scan")
    eventually(lambda: "No page shows this code" in phones.one("link-result").text)
    phones.one("qr-text").clear()
    phones.one("qr-text").send_keys(web.code())
    phones.click("scan")
    eventually(web.is_ready)


def test_a_mistake_is_explained_in_the_page(phones, eventually):
    phones.one("new-phone-number").send_keys("12")
    phones.click("create-phone")
    assert "is not a phone number" in phones.one("notice").text


def test_the_open_chat_comes_back_with_its_address_and_after_a_server_restart(sandbox, phones, eventually):
    phones.creates(SHOP, "Shop")
    sandbox.phone(ASHA)
    phones.opens(ASHA)
    phones.driver.refresh()
    eventually(lambda: phones.one("peer-name").text == "Asha")
    sandbox.end()
    sandbox.start()
    sandbox.write(ASHA, SHOP, "after the restart")
    eventually(lambda: phones.bubbles() == [[ASHA, "after the restart", 3]])


def test_on_a_narrow_screen_one_pane_shows_at_a_time(sandbox, phones, eventually):
    phones.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                  {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
    phones.creates(SHOP, "Shop")
    sandbox.phone(ASHA)
    sandbox.write(ASHA, SHOP, "hello")
    phones.click("chat")
    eventually(lambda: len(phones.bubbles()) == 1)
    assert not phones.all("new-phone")[0].is_displayed()
    assert not phones.all("chats")[0].is_displayed()
    assert phones.driver.execute_script("return document.documentElement.scrollWidth") <= 390
    phones.driver.find_element(By.ID, "back-to-chats").click()
    eventually(lambda: phones.all("chats")[0].is_displayed())


def test_every_field_has_a_label(phones):
    phones.creates(SHOP, "Shop")
    assert phones.driver.execute_script(
        "return [...document.querySelectorAll('input, textarea')].filter((e) => !e.labels.length).length") == 0


def test_a_person_lets_something_go_wrong_and_ends_it(sandbox, phones, eventually):
    phones.creates(SHOP, "Shop")
    phones.click("open-faults")
    slow = phones.one("faults", " [data-fault=slow]")
    field = slow.find_element(By.CSS_SELECTOR, "input[name=delay_s]")
    field.clear()
    field.send_keys("2.5")
    slow.find_element(By.TAG_NAME, "button").click()

    def on():
        return [(each["phone"], each["options"]) for fault in sandbox.get("/api/faults") for each in fault["on"]]

    eventually(lambda: on() == [(SHOP, {"delay_s": 2.5})])
    eventually(lambda: slow.find_element(By.TAG_NAME, "button").text == "Switch off")
    slow.find_element(By.TAG_NAME, "button").click()
    eventually(lambda: on() == [])
