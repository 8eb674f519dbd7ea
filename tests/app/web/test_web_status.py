"""The front page and the health check."""
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.models import Chat, Direction, Message, SessionState, WhatsAppSession, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.services.tenants import create_tenant
from app.settings import Settings
from app.web import create_app


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.mark.usefixtures("database")
def test_the_health_check_says_that_the_database_answers(client: FlaskClient):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok"})


def test_the_health_check_says_that_the_database_is_down(settings: Settings, tmp_path: Path):
    down = replace(settings, database_url=f"postgresql://flowhq@/flowhq?host={tmp_path}")
    answer = create_app(down).test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "error", "database": "does not answer"}


def test_the_page_says_that_the_database_is_down_and_nothing_more(settings: Settings, tmp_path: Path):
    down = replace(settings, database_url=f"postgresql://flowhq:secret@/flowhq?host={tmp_path}")
    answer = create_app(down).test_client().get("/")
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    assert "secret" not in answer.text


@pytest.mark.usefixtures("database")
def test_the_page_shows_how_every_tenant_is(client: FlaskClient):
    create_tenant(slug="acme", name="Acme <Salon>", template="BOOKING", by="ada")
    create_tenant(slug="duka", name="Duka", template="ECOMMERCE", by="ada")
    WorkerProcess.update(status=WorkerStatus.ERROR, last_error="it broke").execute()
    page = client.get("/").text
    assert "Acme &lt;Salon&gt;" in page
    assert page.index("acme") < page.index("duka")
    assert "it broke" in page
    assert page.count('class="badge error"') == 2


@pytest.mark.usefixtures("database")
def test_the_page_calls_no_dead_worker_running_and_no_dead_session_connected(client: FlaskClient):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    WorkerProcess.update(status=WorkerStatus.RUNNING, pid=1, last_seen_at=utc_now()).execute()
    WhatsAppSession.update(state=SessionState.CONNECTED).execute()
    page = client.get("/").text
    assert "Running" not in page
    assert "Connected" not in page


@pytest.mark.usefixtures("database")
def test_the_page_shows_nothing_of_customers_and_no_number(client: FlaskClient):
    tenant = create_tenant(slug="acme", name="Acme", template="BOOKING", phone_number="+255712345678", by="ada")
    chat = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="+255700000009", name="Asha")
    given = {"direction": Direction.IN, "wa_message_id": "1", "text": "secret", "sent_at": utc_now()}
    Message.create(tenant=tenant, chat=chat, **given)
    page = client.get("/").text
    assert not [word for word in ("Asha", "+255700000009", "secret", "+255712345678") if word in page]


@pytest.mark.usefixtures("database")
def test_the_page_leads_to_the_sandboxs_phones(client: FlaskClient, settings: Settings):
    assert f'href="{settings.sandbox_url}/phones"' in client.get("/").text


@pytest.mark.usefixtures("database")
def test_a_page_without_tenants_says_how_to_make_one(client: FlaskClient):
    assert "flowhq tenant create --help" in client.get("/").text


@pytest.mark.usefixtures("database")
def test_on_a_production_host_strangers_read_no_names(settings: Settings):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    page = create_app(replace(settings, production=True)).test_client().get("/").text
    assert "Acme" not in page
    assert "sandbox" not in page


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/static/site.css"])
def test_every_answer_keeps_other_hosts_out(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "http://" not in answer.text.replace("http://127.0.0.1", "")


def test_an_unknown_page_is_a_page_of_ours(client: FlaskClient):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text
