import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app.models import Account, OnboardingDraft, RequestStatus, SetupRequest, Tenant
from app.services.onboarding import STEPS
from app.services.tenants import create_tenant
from tests.app.web.conftest import ClientOf, Page

FILLED = {
    "business": {"business_name": "Mama Neema <Salon>"}, "template": {"template": "BOOKING"},
    "number": {"number": "0713 999 888"}, "language": {"language": "EN", "timezone": "Africa/Dar_es_Salaam"},
    "hours": {"always": "no", "mon-0-opens": "08:00", "mon-0-closes": "18:00"},
    "content": {"address-EN": "Main Street 1", "name-0-EN": "Facial", "price-0": "25,000"},
}


@pytest.fixture
def newcomer(client_of: ClientOf) -> FlaskClient:
    """Alice, before her business is set up."""
    Account.update(tenant=None).where(Account.email == "alice@example.com").execute()
    return client_of("alice")


def fill(client: FlaskClient, *steps: str) -> None:
    for step in steps:
        assert client.post(f"/portal/onboarding/{step}", data=FILLED[step]).status_code == 303, step


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_step_can_be_opened_before_anything_is_filled_in(
    newcomer: FlaskClient, page: Page, step: str, language: str,
):
    page(newcomer, f"/portal/onboarding/{step}?lang={language}")


def test_a_business_is_set_up_step_by_step(newcomer: FlaskClient, page: Page):
    steps = list(FILLED)
    for step, following in zip(steps, STEPS[1:], strict=True):
        answer = newcomer.post(f"/portal/onboarding/{step}", data=FILLED[step])
        assert answer.location == f"/portal/onboarding/{following}"
    end = page(newcomer, "/portal/onboarding")
    assert end.find("form", action="/portal/onboarding/submit")
    assert newcomer.post("/portal/onboarding/submit").location == "/portal/"
    tenant, request = Tenant.get(Tenant.slug == "mama-neema-salon"), SetupRequest.get()
    assert (tenant.name, tenant.phone_number) == ("Mama Neema <Salon>", "+255713999888")
    assert request.account
    assert (request.status, request.tenant, request.account.email) == ("SUBMITTED", tenant, "alice@example.com")
    assert page(newcomer, "/portal/?lang=en").find(id="request").find_parent().find(class_="state").text == "Sent"


def test_the_bot_can_be_tried_before_the_form_is_handed_in(newcomer: FlaskClient):
    fill(newcomer, *FILLED)
    said = newcomer.post("/portal/onboarding/preview", data={"text": "How much is a facial?", "language": "EN"})
    assert "25,000" in said.text
    assert Tenant.select().where(Tenant.slug == "mama-neema-salon").count() == 0


@pytest.mark.parametrize("step, typed, kept", [
    ("business", {"business_name": ""}, None), ("template", {"template": "MAGIC"}, None),
    ("number", {"number": "12 34"}, "12 34"), ("language", {"language": "EN", "timezone": "Mars/North"}, "Mars/North"),
    ("hours", {"always": "no", "mon-0-opens": "08:00"}, "08:00"),
    ("content", {"price-0": "plenty"}, "plenty"),
])
def test_a_mistake_is_told_and_what_was_typed_is_kept(
    newcomer: FlaskClient, step: str, typed: dict[str, str], kept: str | None,
):
    answer = newcomer.post(f"/portal/onboarding/{step}", data=typed)
    assert answer.status_code == 400
    page = BeautifulSoup(answer.text, "html5lib")
    assert page.select(".invalid-feedback, [role=alert]")
    if kept:
        assert page.find("input", value=kept)


def test_going_back_and_leaving_lose_nothing(newcomer: FlaskClient, page: Page):
    fill(newcomer, "business", "template")
    back = newcomer.post("/portal/onboarding/number", data={"number": "07", "do": "back"})
    assert back.location == "/portal/onboarding/template"
    assert newcomer.post("/portal/onboarding/number/keep", data={"number": "0713"}).status_code == 204
    assert page(newcomer, "/portal/onboarding").find(id="number")["value"] == "0713"


def test_the_form_is_gone_once_it_is_handed_in(newcomer: FlaskClient):
    fill(newcomer, *FILLED)
    newcomer.post("/portal/onboarding/submit")
    assert newcomer.get("/portal/onboarding").location == "/portal/"
    assert newcomer.post("/portal/onboarding/number", data={"number": "0713 111 222"}).status_code == 404
    assert newcomer.post("/portal/onboarding/submit").status_code == 303
    assert SetupRequest.select().count() == 1


def test_a_number_that_is_taken_is_told_without_a_word_about_whose(newcomer: FlaskClient, page: Page):
    create_tenant(slug="secret-salon", name="Secret", template="BOOKING", phone_number="0713999888", by="ada")
    fill(newcomer, *FILLED)
    newcomer.post("/portal/onboarding/submit")
    shown = page(newcomer, "/portal/onboarding?lang=en").text
    assert "has a bot here already" in shown
    assert "secret" not in shown.lower()


def test_a_rejected_request_says_why_and_can_be_sent_again(newcomer: FlaskClient, page: Page):
    fill(newcomer, *FILLED)
    newcomer.post("/portal/onboarding/submit")
    SetupRequest.update(status=RequestStatus.REJECTED, reason="Which <street>?").execute()
    status = page(newcomer, "/portal/")
    assert "Which <street>?" in status.text
    assert status.find("a", href="/portal/onboarding")
    assert "Which <street>?" in page(newcomer, "/portal/onboarding/business").text
    newcomer.post("/portal/onboarding/business", data={"business_name": "Neema"})
    newcomer.post("/portal/onboarding/submit")
    assert SetupRequest.get().status == RequestStatus.SUBMITTED
    assert Tenant.get(Tenant.slug == "mama-neema-salon").name == "Neema"


def test_hostile_words_are_kept_as_words(newcomer: FlaskClient, page: Page):
    newcomer.post("/portal/onboarding/business", data={"business_name": "\"><script>alert(1)</script>\0\u202e"})
    shown = page(newcomer, "/portal/onboarding/business")
    assert shown.main.find_all("script") == []
    assert shown.find(id="business_name")["value"] == "\"><script>alert(1)</script>\u202e"
    assert OnboardingDraft.select().count() == 1


def test_a_step_that_there_is_not_has_no_page(newcomer: FlaskClient):
    assert newcomer.get("/portal/onboarding/magic").status_code == 404
    assert newcomer.post("/portal/onboarding/magic/keep").status_code == 404
