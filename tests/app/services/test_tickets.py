"""Tickets in the database: what the worker does to them, what people do, and who is told."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict, Invalid, Overtaken
from app.models import (
    DRAFT_ID,
    Account,
    AuditEntry,
    Chat,
    Message,
    OutgoingMail,
    Role,
    Tenant,
    Ticket,
    TicketEntry,
    TicketState,
    WebhookDelivery,
)
from app.replies import Records
from app.replies.desk import AddToTicket, CloseTicket, OpenTicket
from app.services import deeds, desk, states, tenant_data, ticket_news, tickets, webhooks
from app.services.tenants import create_tenant
from app.services.tickets import Wanted

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
WHO = {"by": "alice@example.com", "address": "127.0.0.1"}
FIRST = OpenTicket(1, "slow", "my internet is slow", "slow", ("Restart the router.", "Use a cable."))


@pytest.fixture
def acme(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="SUPPORT", by="ada")


@pytest.fixture
def chat(acme) -> Chat:
    return Chat.create(tenant=acme, wa_chat_id="255711000001@c.us", phone="+255711000001", name="Asha", state={})


@pytest.fixture
def opened(acme, chat) -> Ticket:
    desk.do(FIRST, acme, chat, NOW)
    return Ticket.get()


def causes(ticket: Ticket) -> list[str]:
    return [entry.cause for entry in tickets.story(ticket)]


def test_a_ticket_carries_its_whole_story(acme, opened):
    assert (opened.number, opened.state, opened.subject) == (1, TicketState.OPEN, "slow")
    assert [(entry.cause, entry.author, entry.text) for entry in tickets.story(opened)] == [
        ("opened", "customer", "my internet is slow"), ("tried", "", "Restart the router."),
        ("tried", "", "Use a cable."),
    ]


@pytest.mark.parametrize("done", [
    [FIRST], [FIRST, AddToTicket(1, "red light")], [FIRST, CloseTicket(1)],
    [FIRST, CloseTicket(1), OpenTicket(2, "again", "again"), AddToTicket(2, "more")],
])
def test_the_database_makes_of_a_deed_what_the_replies_expect(acme, chat, done):
    expected = Records()
    for deed in done:
        desk.do(deed, acme, chat, NOW)
        expected = expected.after(deed, NOW)

    assert desk.desk_of(acme, chat) == expected.desk


def test_a_number_that_was_given_away_meanwhile_is_not_given_twice(acme, chat, opened):
    other = Chat.create(tenant=acme, wa_chat_id="2@c.us", phone="+255711000002")

    with pytest.raises(Overtaken):
        deeds.do(FIRST, acme, other, NOW)
    assert Ticket.select().count() == 1
    assert desk.desk_of(acme, other).next_number == 2


def test_numbers_are_each_tenants_own(acme, opened):
    bravo = create_tenant(slug="bravo", name="Bravo", template="SUPPORT", by="ada")
    chat = Chat.create(tenant=bravo, wa_chat_id="255711000001@c.us", phone="+255711000001")

    assert desk.desk_of(bravo, chat) == Records().desk


def test_only_a_support_desk_reads_tickets(acme, chat, opened):
    class Bot:
        template = "BOOKING"

    assert deeds.records_for(acme, chat, Bot(), NOW) == Records()


def test_an_answer_goes_through_the_drafts_and_the_ticket_waits(acme, opened):
    tickets.answer(acme, 1, " Please try the cable. ", now=NOW, **WHO)

    message = Message.get()
    assert (message.text, message.author) == ("Please try the cable.", WHO["by"])
    assert message.wa_message_id.startswith(DRAFT_ID)
    assert Ticket.get().state == TicketState.WAITING
    assert causes(opened)[-1] == "answered"


def test_an_empty_answer_is_refused_and_changes_nothing(acme, opened):
    with pytest.raises(Invalid):
        tickets.answer(acme, 1, "  ", now=NOW, **WHO)
    assert (Ticket.get().state, Message.select().count()) == (TicketState.OPEN, 0)


def test_what_the_customer_writes_to_a_person_opens_what_waited(acme, chat, opened):
    tickets.answer(acme, 1, "Try the cable.", now=NOW, **WHO)
    desk.overhear(chat, "Still slow", NOW)

    assert Ticket.get().state == TicketState.OPEN
    assert tickets.story(opened)[-1].text == "Still slow"
    desk.overhear(chat, "Hello?", NOW)
    assert tickets.story(opened)[-1].text == "Still slow"


def test_a_solved_ticket_gives_the_chat_back_and_lapses_after_a_week(acme, chat, opened):
    Chat.update(person_until=NOW + timedelta(hours=5), unread=2).execute()
    tickets.solve(acme, 1, now=NOW, **WHO)

    assert Ticket.get().state == TicketState.SOLVED
    assert Chat.get().person_until is None
    assert tickets.close_lapsed(now=NOW + timedelta(days=6, hours=23)) == 0
    assert tickets.close_lapsed(now=NOW + timedelta(days=7, hours=1)) == 1
    assert Ticket.get().state == TicketState.CLOSED
    assert AuditEntry.select().where(AuditEntry.action == "ticket.solve").count() == 1


def test_what_was_settled_meanwhile_is_said_and_not_done_twice(acme, opened):
    tickets.solve(acme, 1, now=NOW, **WHO)

    with pytest.raises(Conflict):
        tickets.solve(acme, 1, now=NOW, **WHO)
    with pytest.raises(Conflict):
        tickets.answer(acme, 1, "x", now=NOW, **WHO)
    tickets.reopen(acme, 1, now=NOW, **WHO)
    assert Ticket.get().state == TicketState.OPEN


@pytest.mark.parametrize(("text", "name", "found"), [
    ("", "", [3, 1]), ("", "all", [4, 3, 2, 1]), ("", "SOLVED", [2]), ("ASHA", "all", [4, 3, 2, 1]), ("2", "all", [2]),
    ("slo", "", [1]), ("711000001", "", [3, 1]), ("%", "all", []), ("nothing", "all", []),
])
def test_tickets_are_found_by_state_number_name_and_subject(acme, chat, text, name, found):
    for number, (subject, state) in enumerate(
            [("slow", "OPEN"), ("router", "SOLVED"), ("bill", "WAITING"), ("old", "CLOSED")], 1):
        Ticket.create(tenant=acme, chat=chat, number=number, subject=subject, state=state,
                      changed_at=NOW + timedelta(minutes=number))

    page = tickets.find_tickets(acme, Wanted(text, tickets.wanted_states(name)))
    assert [ticket.number for ticket in page.tickets] == found


def test_pages_of_tickets_follow_each_other(acme, chat):
    for number in range(1, tickets.PAGE + 6):
        Ticket.create(tenant=acme, chat=chat, number=number, subject="x", changed_at=NOW)
    first = tickets.find_tickets(acme, Wanted())
    second = tickets.find_tickets(acme, Wanted(), first.following)

    assert [len(first.tickets), len(second.tickets), second.following] == [tickets.PAGE, 5, None]
    assert not {each.id for each in first.tickets} & {each.id for each in second.tickets}


def test_every_cause_leads_from_some_state_to_another():
    for cause, (sources, state) in states.TICKET.items():
        assert state not in sources, cause
        assert set(sources) <= set(TicketState)


def test_erasing_a_customer_takes_the_tickets(acme, chat, opened):
    tenant_data.erase_customer(acme, chat.id, confirmed="+255711000001", **WHO)

    assert (Ticket.select().count(), TicketEntry.select().count()) == (0, 0)


def test_the_export_has_tickets_and_their_stories(acme, opened):
    files = {name: "".join(lines) for name, lines in tenant_data._files(acme)}

    assert '"subject": "slow"' in files["tickets.jsonl"]
    assert "Restart the router." in files["ticket_entries.jsonl"]


def test_webhooks_are_told_once_of_a_new_ticket_and_of_one_that_is_open_again(acme, chat, opened):
    webhooks.save(acme, "https://example.com/hook", production=True, now=NOW, **WHO)

    assert ticket_news.tell_webhooks(now=NOW) == 1
    assert ticket_news.tell_webhooks(now=NOW) == 0
    tickets.solve(acme, 1, now=NOW, **WHO)
    desk.do(AddToTicket(1, "It is back"), acme, chat, NOW)
    assert ticket_news.tell_webhooks(now=NOW) == 1
    calls = list(WebhookDelivery.select().order_by(WebhookDelivery.id))
    assert [call.event for call in calls] == ["ticket.opened", "ticket.reopened"]
    assert '"ticket": 1' in calls[0].body
    assert all("slow" not in call.body and "It is back" not in call.body for call in calls)


def test_owners_get_one_letter_of_all_that_waits(acme, chat, opened, settings):
    mailing = replace(settings, smtp_url="smtp://127.0.0.1:1", base_url="https://bots.example.org")
    for email, values in (("alice@example.com", {}), ("quiet@example.com", {"wants_alerts": False}),
                          ("bob@example.com", {"role": Role.STAFF})):
        Account.create(email=email, tenant=acme, **({"role": Role.OWNER, "email_verified": True} | values))
    desk.do(OpenTicket(2, "no light", "no light"), acme, chat, NOW)

    assert ticket_news.write_owners(mailing, now=NOW) == 2
    assert ticket_news.write_owners(mailing, now=NOW) == 0
    letter = OutgoingMail.get()
    assert letter.recipient == "alice@example.com"
    assert "- 1: slow\n- 2: no light\n\nhttps://bots.example.org/portal/tickets" in letter.text
