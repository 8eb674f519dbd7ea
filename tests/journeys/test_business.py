"""A business from sign-up to its first customers, with an admin on the other side, in real browsers on the demo."""
import json
import re
import time
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.by import By

from tests.journeys.person import Person, sign_in
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER, CUSTOMER = "+255755000444", "+255711000001"


class Sandbox:
    """The customers' side."""

    def __init__(self, url):
        self.url = url + "/api"

    def post(self, path, **body):
        request = Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def answers(self):
        with urlopen(f"{self.url}/phones/{CUSTOMER}/messages?with={NUMBER[1:]}", timeout=30) as answer:
            return [line["text"] for line in json.load(answer) if line["from"] == NUMBER]

    def writes(self, text):
        self.post(f"/phones/{CUSTOMER}/messages", to=NUMBER, text=text)


def onboard(owner):
    owner.opens("/sign-up")
    owner.types("name", "Neema")
    owner.types("email", "neema@example.com")
    owner.types("password", "a long pass phrase of mine")
    owner.presses("Sign up")
    owner.leaves("/sign-up")
    owner.types("business_name", "Neema Nails")
    steps = [lambda: owner.chooses("#template-BOOKING"), lambda: owner.types("number", "0755 000 444"), lambda: None,
             lambda: owner.chooses("#always-yes"), lambda: fill_content(owner)]
    for step in steps:
        owner.is_usable_by_everybody()
        goes_on(owner)
        step()
    goes_on(owner)


def goes_on(owner):
    here = owner.driver.current_url
    owner.presses("Next")
    owner.leaves(here)


def fill_content(owner):
    owner.types("address-EN", "Sinza, Dar es Salaam")
    owner.types("name-0-EN", "Manicure")
    owner.types("price-0", "25000")


@pytest.fixture
def demo(run_demo):
    running = run_demo()
    running.await_up()
    return running


def test_a_business_signs_up_links_and_serves_while_an_admin_approves(demo, open_browser, record_property):
    owner = Person(open_browser(1280), demo.settings.web_url)
    admin = Person(open_browser(1280), demo.settings.web_url)
    sandbox = Sandbox(demo.settings.sandbox_url)
    sandbox.post("/phones", number=NUMBER, name="Neema's phone")
    sandbox.post("/phones", number=CUSTOMER, name="Asha")

    onboard(owner)
    owner.types("text", "How much is a manicure?")
    owner.presses("Say it")
    owner.sees("25,000")
    owner.presses("Send the request")
    owner.leaves("/preview")
    owner.opens("/portal/")
    owner.is_usable_by_everybody()

    secrets = json.loads((demo.settings.state_dir / "sign_ins.json").read_text())
    sign_in(admin, "admin@example.com", secrets["admin@example.com"])
    admin.opens("/admin/requests")
    admin.presses("Neema Nails")
    admin.is_usable_by_everybody()
    owner.opens("/portal/whatsapp")
    owner.keeps_the_page()
    admin.presses("Approve and start the worker")
    code = eventually(lambda: code_of(demo, "Neema Nails"), "a code waits for a scan")
    eventually(lambda: owner.driver.find_elements(By.CSS_SELECTOR, "#link svg"), "the portal shows the code")
    owner.is_usable_by_everybody()
    scanned_at = time.monotonic()
    sandbox.post(f"/phones/{NUMBER}/scan", qr=code)
    owner.sees("The phone is linked.")
    record_property("scan_to_connected_s", took := round(time.monotonic() - scanned_at, 2))
    print(f"from the scan until the page says connected: {took} s")
    assert not owner.has_reloaded()

    owner.opens("/portal/chats")
    owner.keeps_the_page()
    sandbox.writes("How much is a manicure?")
    owner.sees("Asha")
    assert not owner.has_reloaded()
    assert "25,000" in eventually(sandbox.answers, "the answer has come")[0]
    owner.chooses("a[href*='/portal/chats/']")
    owner.is_usable_by_everybody()
    owner.presses("Take the chat over")
    owner.sees("Give the chat back to the bot")
    sandbox.writes("Are you open?")
    owner.sees("Are you open?")
    owner.types("text", "Yes, come along")
    owner.presses("Send")
    eventually(lambda: sandbox.answers()[1:] == ["Yes, come along"], "only the owner has answered")
    owner.presses("Give the chat back to the bot")
    owner.sees("The bot answers in this chat again.")
    sandbox.writes("Where are you?")
    assert "Sinza" in eventually(lambda: sandbox.answers()[2:], "the bot answers again")[0]


def code_of(demo, name):
    slug = next(tenant["slug"] for tenant in demo.ask("tenant", "list") if tenant["name"] == name)
    return demo.ask("tenant", "show", slug)["qr_code"]


def test_an_admin_steers_a_worker_and_sees_what_came_of_it(demo, open_browser):
    admin = Person(open_browser(390), demo.settings.web_url)
    secrets = json.loads((demo.settings.state_dir / "sign_ins.json").read_text())
    sign_in(admin, "admin@example.com", secrets["admin@example.com"])
    admin.sees("Duka la Amani")
    admin.is_usable_by_everybody()
    admin.opens("/admin/tenants/demo-shop")
    admin.is_usable_by_everybody()
    admin.presses("Stop")
    admin.presses("Yes, now")
    eventually(lambda: worker_of(demo, "demo-shop") == "STOPPED", "the worker is stopped")
    admin.opens("/admin/tenants/demo-shop")
    admin.sees("Stopped")
    admin.presses("Start")
    admin.sees("worker is starting")
    admin.keeps_the_page()
    admin.sees("Connected")
    assert not admin.has_reloaded()
    eventually(lambda: worker_of(demo, "demo-shop") == "RUNNING", "the worker runs again")
    admin.opens("/admin/audit")
    assert len(re.findall("demo-shop", admin.reads())) >= 2
    admin.is_usable_by_everybody()


def worker_of(demo, slug):
    return next(tenant["worker_status"] for tenant in demo.ask("tenant", "list") if tenant["slug"] == slug)
