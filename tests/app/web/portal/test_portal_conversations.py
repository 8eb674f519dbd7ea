"""Test conversations in the portal: written, gone through on the draft, kept from a talk, read from a file."""
import io
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from app.models import Tenant, TenantConfig
from app.replies.examples import example_content
from app.services import content
from app.services.script import read_script
from tests.app.web.conftest import ClientOf, Page
from tests.app.web.portal.test_portal_content import form_of, sent

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
LIST, NEW = "/portal/content/conversations", "/portal/content/conversations/new"
PRICES: dict[str, Any] = {
    "name": "Prices", "language": "EN", "customer-0": "how much is a facial?", "bot-0": "Facial\n45,000",
    "customer-1": "person", "then-1": "person", "customer-2": "hello?", "then-2": "silent",
}


@pytest.fixture
def salon(acme: Tenant) -> Tenant:
    """acme with the example's content."""
    example = example_content("BOOKING")
    TenantConfig.update(content=example["content"], hours=example["hours"]).where(
        TenantConfig.tenant == acme).execute()
    return acme


def save(client: Any, page: Page, path: str = NEW, status: int = 303, **typed: Any) -> Any:
    fields = sent(form_of(page(client, path)), do="save") | typed
    answer = client.post("/portal/content/conversations/save", data=fields)
    assert answer.status_code == status, answer.text
    return answer


def stored(tenant: Tenant) -> Any:
    return content.workshop(tenant).values["content"].get("conversations")


def test_a_conversation_is_written_and_gone_through_on_the_draft(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("bob")
    assert "There is none yet" in page(client, LIST).text
    save(client, page, **PRICES)

    shown = page(client, LIST)
    assert "All of these go as they must." in shown.text
    assert stored(salon) == [{"name": "Prices", "language": "en", "talk": [
        {"customer": "how much is a facial?", "bot": ["Facial", "45,000"]}, {"customer": "person", "person": "yes"},
        {"customer": "hello?", "silent": "yes"}]}]
    assert "conversations" not in content.published(salon)["content"]


def test_what_the_draft_answers_otherwise_is_shown_with_what_was_said(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    save(client, page, **PRICES | {"bot-0": "50,000", "lacks-0": "TZS", "then-2": "", "bot-2": "hello"})
    shown = page(client, LIST)

    assert "1 conversation does not go as it must." in shown.text
    wrong = [" ".join(part.text.split()) for part in shown.select("#talk-0 p.because:has(.bad)")]
    assert wrong == ["Lacks 50,000", "Must not hold TZS", "Must answer"]
    assert "Price: TZS 45,000" in shown.select_one("#talk-0").text

    services = [{"name": "Facial", "price": 50000}]
    content.save_draft(salon, {"content": content.workshop(salon).values["content"] | {"services": services}},
                       by="alice", address="", now=NOW)
    assert "Lacks" not in page(client, LIST).text


def test_a_conversation_that_is_saved_as_it_was_opened_is_the_same(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    save(client, page, **PRICES | {"after-1": "13 hours", "at": "wed 12:00"})
    before = stored(salon)
    save(client, page, f"{LIST}/0")

    assert read_script(as_yaml(before)) == read_script(as_yaml(stored(salon)))


def as_yaml(conversations: Any) -> str:
    return str(yaml.safe_dump(conversations))


def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(client_of: ClientOf, page: Page, salon: Tenant):
    answer = save(client_of("alice"), page, status=422, **PRICES | {"bot-0": "", "after-1": "soon", "name": ""})

    assert "Conversation 1 needs a name." in answer.text
    assert "line 1: say what the answer must hold" in answer.text
    assert "such as 30 minutes, 13 hours or 2 days" in answer.text
    assert 'value="how much is a facial?"' in answer.text
    assert stored(salon) is None


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(
    client_of: ClientOf, page: Page, salon: Tenant,
):
    client = client_of("alice")
    fields = sent(form_of(page(client, NEW)), do="save") | PRICES
    save(client_of("bob"), page, **PRICES | {"name": "Another"})
    refused = client.post("/portal/content/conversations/save", data=fields)

    assert refused.status_code == 409
    assert "Somebody has changed the conversations" in refused.text
    assert [one["name"] for one in stored(salon)] == ["Another"]


def test_one_is_removed(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    for name in ("One", "Two"):
        save(client, page, **PRICES | {"name": name})
    remove = page(client, f"{LIST}/0").select_one("form[action$='/remove']")
    client.post(remove["action"], data=sent(remove))

    assert [one["name"] for one in stored(salon)] == ["Two"]
    page(client, f"{LIST}/1", 404)


def test_a_talk_of_the_preview_is_kept(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    talk = client.post("/portal/preview", data={"text": "what are your prices?", "language": "EN", "do": "say"})
    assert "Keep as a test" in talk.text
    kept = client.post("/portal/content/conversations/keep", data={
        "said": ["what are your prices?", "person", "hello"], "language": "EN", "do": "keep"})

    fields = sent(form_of(BeautifulSoup(kept.text, "html.parser")), do="save")
    assert client.post("/portal/content/conversations/save", data=fields).status_code == 303
    assert "All of these go as they must." in page(client, LIST).text
    assert [line.get("bot", line.get("silent")) for line in stored(salon)[0]["talk"]][::2] == [["*Prices*"], "yes"]


def test_a_file_is_read_and_written(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    save(client, page, **PRICES)

    def send(text: str) -> Any:
        file = (io.BytesIO(text.encode()), "talk.yaml")
        return client.post(f"{LIST}/file", data={"file": file}, follow_redirects=True)

    send("- {name: prices, talk: [{customer: hi, bot: hello}]}\n- {name: B, talk: [{customer: hi, bot: hello}]}")
    assert [one["name"] for one in stored(salon)] == ["prices", "B"]
    assert "is no YAML file" in send("a: [").text
    assert "There is no conversation in it." in send("[]").text
    written = client.get(f"{LIST}.yaml")
    assert [one.name for one in read_script(written.text)] == ["prices", "B"]
    assert "attachment" in written.headers["Content-Disposition"]


def test_nobody_else_sees_them(client_of: ClientOf, page: Page, salon: Tenant):
    save(client_of("alice"), page, **PRICES)

    assert "There is none yet" in page(client_of("charlie"), LIST).text
    assert client_of(None).get(LIST).status_code == 303


def test_two_questions_that_are_too_alike_are_named_with_what_to_do(client_of: ClientOf, page: Page, salon: Tenant):
    client = client_of("alice")
    assert "Too alike" not in page(client, "/portal/content/questions").text
    asked = [{"question": text, "answer": "Yes."}
             for text in ("Do you wash carpets?", "Can you wash a carpet?", "Lifts?")]
    values = content.workshop(salon).values["content"] | {"questions": asked}
    content.save_draft(salon, {"content": values}, by="alice", address="", now=NOW)

    for path in ("/portal/content/questions", "/portal/content"):
        told = page(client, path).select_one(".alert").text
        assert "Too alike to be told apart:" in told
        assert "“Do you wash carpets?” – “Can you wash a carpet?”" in told
        assert "Make one question of the two" in told
        assert "Lifts?" not in told
