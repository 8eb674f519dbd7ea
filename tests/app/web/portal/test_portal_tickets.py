"""The pages of a support desk: the list of tickets, and one with its story."""
from datetime import UTC, datetime

import pytest

from app.models import Chat, Message, Tenant, TenantConfig, Ticket, TicketState
from app.models.base import utc_now
from app.replies.desk import OpenTicket
from app.services import desk
from tests.app.web.conftest import ClientOf, Page
from tests.app.web.portal.test_portal_chats import HOSTILE


@pytest.fixture
def support(acme: Tenant) -> Tenant:
    TenantConfig.update(template="SUPPORT").where(TenantConfig.tenant == acme).execute()
    return acme


@pytest.fixture
def ticket(support: Tenant, chat: Chat) -> Ticket:
    desk.do(OpenTicket(1, "slow internet", "slow internet\nsince Monday", "slow", ("Restart it.",)), support, chat,
            datetime(2026, 3, 4, 9, tzinfo=UTC))
    return Ticket.get()


def test_a_ticket_is_found_read_answered_solved_and_opened_again(client_of: ClientOf, page: Page, ticket: Ticket):
    client = client_of("bob")
    listed = page(client, "/portal/tickets")
    assert "slow internet" in listed.main.text
    assert listed.select_one('nav a[href="/portal/tickets"] .count').text.startswith("1")

    opened = page(client, "/portal/tickets/1")
    assert "since Monday" in opened.main.text
    assert "Restart it." in opened.main.text
    assert client.post("/portal/tickets/1/answer", data={"text": "Try a cable"}).status_code == 303
    assert Message.get().text == "Try a cable"
    assert "Answered" in page(client, "/portal/tickets/1").main.text
    assert client.post("/portal/tickets/1/solve").status_code == 303
    solved = page(client, "/portal/tickets/1")
    assert solved.select_one("textarea") is None
    assert client.post("/portal/tickets/1/reopen").status_code == 303
    assert Ticket.get().state == TicketState.OPEN


def test_what_was_typed_is_not_lost_when_it_cannot_be_sent(client_of: ClientOf, ticket: Ticket):
    sent = client_of("bob").post("/portal/tickets/1/answer", data={"text": "z" * 5000})

    assert sent.status_code == 400
    assert "z" * 5000 in sent.text
    assert Message.select().count() == 0


def test_the_list_is_narrowed_by_state_and_words(client_of: ClientOf, page: Page, ticket: Ticket):
    client = client_of("bob")
    assert "Nothing found" in page(client, "/portal/tickets?state=CLOSED").main.text
    assert "Ticket 1" in page(client, "/portal/tickets?state=all&q=asha").main.text
    assert "Ticket 1" in page(client, "/portal/tickets?state=nonsense&q=%00&behind=x").main.text


def test_the_chat_shows_its_tickets_and_what_the_bot_knows(client_of: ClientOf, page: Page, ticket: Ticket):
    story = {"wanted": "fix", "known": {"problem": "Slow internet"}, "tried": ["Restart it."], "said": "no"}
    Chat.update(state={"story": story}, person_until=datetime(2999, 1, 1, tzinfo=UTC)).execute()
    opened = page(client_of("bob"), f"/portal/chats/{ticket.chat.id}")

    told = opened.select_one(".story").text
    assert all(part in told for part in ("help with a problem", "Slow internet", "Restart it.", "no"))
    assert opened.select_one('main a[href="/portal/tickets/1"]')


@pytest.mark.parametrize("story", [[], "x", {"known": 3, "tried": {}, "wanted": ["a"]}, {"said": "<script>"}])
def test_a_story_of_another_kind_is_survived(client_of: ClientOf, page: Page, chat: Chat, story: object):
    Chat.update(state={"story": story}, person_until=datetime(2999, 1, 1, tzinfo=UTC)).execute()

    assert page(client_of("bob"), f"/portal/chats/{chat.id}").main.find_all("script") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_customer_wrote_is_text_and_nothing_else(
    client_of: ClientOf, page: Page, support: Tenant, chat: Chat, text: str,
):
    desk.do(OpenTicket(1, text[:80], text), support, chat, utc_now())
    client = client_of("alice")
    for path in ("/portal/tickets", "/portal/tickets/1"):
        seen = page(client, path)
        assert seen.main.find_all("script") == seen.main.find_all("img") == []


def test_another_business_reads_no_ticket_of_this_one(client_of: ClientOf, ticket: Ticket):
    client = client_of("charlie")
    assert client.get("/portal/tickets/1").status_code == 404
    assert client.post("/portal/tickets/1/solve").status_code == 404
    assert Ticket.get().state == TicketState.OPEN


def test_a_business_without_a_desk_has_no_such_section(client_of: ClientOf, page: Page, acme: Tenant):
    assert page(client_of("bob"), "/portal/chats").select_one('nav a[href="/portal/tickets"]') is None


def test_problems_and_their_steps_are_written_in_two_columns(client_of: ClientOf, page: Page, support: Tenant):
    client = client_of("bob")
    seen = page(client, "/portal/content/problems")
    form = {"start": "0", "stamp": seen.select_one('input[name="stamp"]')["value"], "do": "save",
            "problem-0-EN": "Slow", "steps-0-EN": "Restart it.\r\n\r\nUse a cable.",
            "steps-0-SW": "Washa upya.\r\nSubiri.", "phrasings-0": "wifi slow"}
    assert client.post("/portal/content/problems", data=form).status_code == 303
    kept = page(client, "/portal/content/problems")
    assert kept.select_one("#steps-0-EN").text.strip("\n") == "Restart it.\n\nUse a cable."
    assert kept.select_one("#steps-0-SW").text.strip("\n") == "Washa upya.\nSubiri."
