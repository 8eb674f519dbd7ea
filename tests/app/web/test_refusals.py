"""What is refused is said in the reader's language, wherever it was found out."""
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.models import Account, Language, Tenant, TenantConfig
from app.models.base import utc_now
from app.services import content
from tests.app.web.conftest import ClientOf

NEW = {"name": "Duka", "slug": "duka", "template": "ECOMMERCE", "language": "SW", "phone_number": "",
       "timezone": "Africa/Nairobi"}
CHANGE = {"name": "Acme", "business_name": "Acme", "phone_number": "", "template": "BOOKING", "language": "EN",
          "timezone": "Africa/Nairobi", "hours": "", "content": ""}
REFUSALS = [
    ("/admin/tenants/new", NEW | {"slug": "duka bora"}, "'duka bora' haiwezi kuwa jina fupi"),
    ("/admin/tenants/new", NEW | {"slug": "acme"}, "Biashara 'acme' ipo tayari"),
    ("/admin/tenants/new", NEW | {"phone_number": "12ab"}, "'12ab' si namba ya simu"),
    ("/admin/tenants/new", NEW | {"phone_number": "+255712000001"}, "+255712000001 ni ya biashara 'other'"),
    ("/admin/tenants/new", NEW | {"timezone": "Mars/North"}, "'Mars/North' si ukanda wa saa"),
    ("/admin/tenants/acme/edit", CHANGE | {"chat_limit": "-5"}, "haiwezi kuwa -5; toa namba kamili kuanzia 1"),
    ("/admin/tenants/acme/edit", CHANGE | {"content": "services: [1, 2\n"}, "mstari wa 2 si YAML"),
    ("/admin/tenants/acme/edit", CHANGE | {"content": "services: [{price: 5}]"}, "Huduma 1"),
    ("/admin/tenants/new", NEW | {"name": "d" * 121}, "Haiwezi kuwa ndefu kuliko herufi 120"),
    ("/admin/tenants/acme/edit", CHANGE | {"chat_limit": "nyingi"}, "Hii si namba kamili"),
    ("/admin/tenants/acme/edit", CHANGE | {"template": "PIZZA"}, "Hili si chaguo lililopo"),
    ("/admin/tenants/acme/worker", {"verb": "start"}, "Programu ya acme tayari inafanya kazi (pid "),
]


@pytest.fixture(autouse=True)
def swahili(cast: dict[str, Account]) -> None:
    Account.update(language=Language.SW).execute()
    Tenant.update(phone_number="+255712000001").where(Tenant.slug == "other").execute()


@pytest.mark.parametrize(("path", "typed", "words"), REFUSALS)
def test_an_admin_reads_a_refusal_in_swahili(client_of: ClientOf, path: str, typed: dict[str, str], words: str):
    ada = client_of("ada")
    ada.application.extensions["flowhq_processes"].start("acme")
    ada.post(path, data=typed)
    assert words in page_text(ada, ada.post(path, data=typed))


def page_text(client: FlaskClient, answer: TestResponse) -> str:
    """What the page says to which the answer leads."""
    shown = client.get(answer.location) if answer.location else answer
    return shown.text.replace("&#39;", "'")


def test_a_draft_that_cannot_be_published_names_the_field_in_swahili(client_of: ClientOf, cast: dict[str, Account]):
    acme = cast["alice"].tenant
    assert acme
    services = [{"name": "Facial", "price": "nyingi"}]
    content.save_draft(acme, {"content": {"services": services}, "chat_limit": 0}, by="alice@example.com", address="",
                       now=utc_now())
    alice = client_of("alice")
    answer = alice.post("/portal/content/publish", headers={"Referer": "http://localhost/portal/content"})
    assert (answer.status_code, answer.location) == (303, "/portal/content")
    with alice.session_transaction() as session:
        [(_kind, flashed)] = session["_flashes"]
    assert "Majibu kwa mteja mmoja" in flashed
    assert "Huduma 1, Bei" in flashed
    assert TenantConfig.get(TenantConfig.tenant == acme).version == 1


def test_an_english_reader_reads_english(client_of: ClientOf):
    Account.update(language=Language.EN).execute()
    answer = client_of("ada").post("/admin/tenants/acme/edit", data=CHANGE | {"chat_limit": "-5"})
    assert "Replies a chat may get in its window cannot be -5: give a whole number from 1." in answer.text
