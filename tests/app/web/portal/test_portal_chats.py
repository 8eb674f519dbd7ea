import csv
import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import (
    DRAFT_ID,
    OWNER_PHONE,
    AuditEntry,
    Chat,
    Delivery,
    Message,
    Outcome,
    SessionState,
    Tenant,
    TenantConfig,
    WhatsAppSession,
)
from app.models.base import utc_now
from app.services import chats
from tests.app.web.conftest import ClientOf, Page
from tests.app.web.portal.conftest import answer, hear

# What somebody calls at once who waits for it, in seconds.
AT_ONCE_S = 2
HOSTILE = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202eevil\u2066", "\"'><b>x", "😀" * 300,
           "{{ 7 * 7 }}{% raw %}", "]]>", "x" * 65536, "a\0b", "=HYPERLINK(\"http://x\")"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_customer_writes_is_text_and_nothing_else(
    client_of: ClientOf, page: Page, acme: Tenant, text: str,
):
    chat = Chat.create(tenant=acme, wa_chat_id="1@c.us", phone="+255711000001", name=text[:200],
                       last_message_at=utc_now())
    message = hear(chat, text)
    client, stored = client_of("alice"), Message.get().text
    listed, opened = page(client, "/portal/chats"), page(client, f"/portal/chats/{chat.id}")
    whole = page(client, f"/portal/chats/{chat.id}/messages/{message.id}")
    for seen in (listed, opened, whole):
        assert seen.main.find_all("script") == seen.main.find_all("img") == []
    assert opened.select_one(".thread bdi").text == stored[:1000]
    assert whole.select_one("main bdi").text == stored
    assert listed.select_one(".snippet bdi").text == stored[:120]
    assert len(listed.select_one(".chat-row bdi").text) <= 60


def test_a_long_text_is_cut_with_a_way_to_the_whole(client_of: ClientOf, page: Page, chat: Chat):
    message = hear(chat, "y" * 5000)
    opened = page(client_of("bob"), f"/portal/chats/{chat.id}")
    assert "y" * 1001 not in opened.text
    assert opened.find("a", href=f"/portal/chats/{chat.id}/messages/{message.id}")


def test_each_line_says_what_was_done_and_why(client_of: ClientOf, page: Page, chat: Chat):
    hear(chat, "bei gani?", Outcome.ANSWERED)
    answer(chat, "Hizi hapa", "closed+prices")
    answer(chat, "Niko hapa", "owner", author=OWNER_PHONE)
    answer(chat, "Kesho?", "booking:ask_day")
    answer(chat, "mystery", "brand_new_reason")
    text = " ".join(page(client_of("bob"), f"/portal/chats/{chat.id}?lang=en").text.split())
    for words in ("· Answered", "The customer asked for prices (and was told that you are closed)", "You, on the phone",
                  "Taking a booking: asked for the day", "About: brand new reason", "Read"):
        assert words in text


@pytest.mark.parametrize(("language", "sure", "doubt"), [
    ("en", "The customer asked for the opening hours, 93% sure", "Unsure"),
    ("sw", "Mteja aliuliza saa za kazi, uhakika 93%", "Bila uhakika")])
def test_each_reply_says_how_sure_the_bot_was(
    client_of: ClientOf, page: Page, chat: Chat, language: str, sure: str, doubt: str,
):
    hear(chat, "mnafungua saa ngapi?")
    for because, confidence in (("hours", 0.93), ("closed+prices", 0.41), ("menu", None), ("unknown", 0.0)):
        answer(chat, because, because, confidence=confidence)
    reasons = {line.bdi.text: " ".join(line.select_one(".because").text.split()) for line in
               page(client_of("bob"), f"/portal/chats/{chat.id}?lang={language}").select(".thread .out")}
    assert sure in reasons["hours"]
    assert doubt not in reasons["hours"]
    assert "41%" in reasons["closed+prices"]
    assert doubt in reasons["closed+prices"]
    assert "%" not in reasons["menu"] + reasons["unknown"]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Answered together with the next message"), ("sw", "Umejibiwa pamoja na ujumbe unaofuata")])
def test_a_line_that_was_read_with_the_next_says_so(
    client_of: ClientOf, page: Page, chat: Chat, language: str, words: str,
):
    hear(chat, "hi", Outcome.JOINED)
    hear(chat, "how much is a facial?", Outcome.ANSWERED)
    joined, asked = page(client_of("bob"), f"/portal/chats/{chat.id}?lang={language}").select(".thread .in")
    assert words in joined.text
    assert words not in asked.text
    assert page(client_of("bob"), "/portal/chats?outcome=JOINED").select_one(".chat-row bdi").text == "Asha"


def test_chats_with_a_guess_are_found(client_of: ClientOf, page: Page, acme: Tenant, chat: Chat):
    sure = Chat.create(tenant=acme, wa_chat_id="2@c.us", phone="+255711000002", last_message_at=utc_now())
    answer(chat, "perhaps", "prices", confidence=chats.SURE - 0.01)
    answer(sure, "certainly", "prices", confidence=chats.SURE)
    answer(sure, "as asked", "menu")
    found = page(client_of("bob"), "/portal/chats?outcome=UNSURE")
    assert [row.bdi.text for row in found.select(".chat-row")] == ["Asha"]
    assert found.select_one("option[selected][value=UNSURE]")


def test_chats_are_searched_and_narrowed(client_of: ClientOf, page: Page, chat: Chat):
    hear(chat, "a massage please", Outcome.HANDED_OVER)
    client, today = client_of("bob"), utc_now().date().isoformat()
    for query, found in (("q=asha", 1), ("q=massage", 1), ("q=711+000", 1), ("q=nothing", 0), ("q=%00", 1),
                         ("outcome=HANDED_OVER", 1), ("outcome=WARNED", 0), ("outcome=nonsense", 1),
                         ("day=2020-01-01", 0)):
        assert len(page(client, f"/portal/chats?{query}").select(".chat-row")) == found, query
    assert "Write a day like" in page(client, "/portal/chats?day=soon&lang=en").text
    assert page(client, f"/portal/chats?day={today}").select_one("a[download]")["href"].endswith(f"day={today}")


@pytest.mark.parametrize("query", ["behind=x", "behind=2026-01-01~", "behind=2026-01-01T00:00:00+00:00~5",
                                   "behind=2026-01-01~9", f"behind=2026-01-01T00:00:00%2B00:00~{2**63}",
                                   "day=0001-01-01", "day=9999-12-31"])
def test_a_tampered_address_shows_a_page_and_no_error(client_of: ClientOf, page: Page, chat: Chat, query: str):
    hear(chat, "hi")
    page(client_of("bob"), f"/portal/chats?{query}")


def test_older_chats_are_a_link_away(client_of: ClientOf, page: Page, acme: Tenant):
    for number in range(chats.PAGE + 3):
        Chat.create(tenant=acme, wa_chat_id=f"{number}", phone=f"+2557110{number:05}", name=f"Customer {number}",
                    last_message_at=utc_now() - timedelta(minutes=number))
    client = client_of("bob")
    first = page(client, "/portal/chats")
    second = page(client, first.find("a", href=lambda href: href and "behind=" in href)["href"])
    assert [len(each.select(".chat-row")) for each in (first, second)] == [chats.PAGE, 3]


def test_taking_over_and_giving_back(client_of: ClientOf, page: Page, chat: Chat):
    client, path = client_of("bob"), f"/portal/chats/{chat.id}"
    assert client.post(f"{path}/take-over", data={"hours": "4"}).status_code == 303
    assert page(client, path).find(id="give-back")
    assert chats.is_with_person(Chat.get(), utc_now() + timedelta(hours=3))
    assert client.post(f"{path}/give-back").status_code == 303
    assert page(client, path).find(id="take-over")
    assert not chats.is_with_person(Chat.get(), utc_now())
    assert {entry.actor for entry in AuditEntry.select().where(AuditEntry.action.startswith("chat."))} == {
        "bob@example.com"}


@pytest.mark.parametrize("hours", ["", "0", "100000", "x"])
def test_a_chat_is_not_taken_for_a_time_that_is_none(client_of: ClientOf, chat: Chat, hours: str):
    client_of("bob").post(f"/portal/chats/{chat.id}/take-over", data={"hours": hours})
    assert Chat.get().person_until is None


def test_a_message_is_written_from_the_portal_and_waits_to_be_sent(client_of: ClientOf, page: Page, chat: Chat):
    client, path = client_of("bob"), f"/portal/chats/{chat.id}"
    assert client.post(f"{path}/messages", data={"text": "We open at 9"}).status_code == 303
    message = Message.get()
    assert (message.author, message.delivery) == ("bob@example.com", Delivery.PENDING)
    assert message.wa_message_id.startswith(DRAFT_ID)
    shown = page(client, path + "?lang=en")
    assert "Waiting to be sent" in shown.select_one(".thread").text
    assert "bob@example.com wrote from here" in shown.select_one(".turn").text


def test_a_message_that_is_too_long_is_refused_and_kept(client_of: ClientOf, chat: Chat):
    text = "z" * (chats.LONGEST_MESSAGE + 1)
    refused = client_of("bob").post(f"/portal/chats/{chat.id}/messages", data={"text": text})
    assert refused.status_code == 400
    assert text in refused.text
    assert Message.select().count() == 0


def test_the_page_says_until_when_the_owners_own_words_silence_the_bot(client_of: ClientOf, page: Page, chat: Chat):
    until = utc_now() + timedelta(hours=2)
    Chat.update(person_until=until).execute()
    answer(chat, "It is me", "owner", author=OWNER_PHONE)
    turn = page(client_of("bob"), f"/portal/chats/{chat.id}?lang=en").select_one(".turn")
    assert "typed on the phone" in turn.text
    assert turn.find("time")["datetime"] == until.isoformat()


def test_opening_a_chat_counts_as_reading_it(client_of: ClientOf, page: Page, chat: Chat):
    Chat.update(unread=2).execute()
    hear(chat, "anybody?", Outcome.SILENT)
    client = client_of("bob")
    assert page(client, "/portal/chats").select_one("nav .count").text.startswith("1")
    page(client, f"/portal/chats/{chat.id}")
    assert page(client, "/portal/chats").select_one(".count") is None


def test_the_messages_of_a_day_and_of_a_chat_are_there_as_csv(client_of: ClientOf, acme: Tenant, chat: Chat):
    hear(chat, "=1+1")
    answer(chat, "two\nlines")
    other = Chat.create(tenant=acme, wa_chat_id="2@c.us", phone="+255711000002", last_message_at=utc_now())
    then = utc_now() - timedelta(days=9)
    hear(other, "long ago", created_at=then)
    day = then.astimezone(ZoneInfo(TenantConfig.get(TenantConfig.tenant == acme).timezone)).date()
    client = client_of("bob")
    texts = []
    for path in ("/portal/messages.csv", f"/portal/messages.csv?day={day}",
                 f"/portal/chats/{chat.id}/messages.csv"):
        file = client.get(path)
        texts.append([row["text"] for row in csv.DictReader(io.StringIO(file.text, newline=""))])
        assert file.headers["Content-Disposition"].startswith("attachment")
    assert texts == [["long ago", "'=1+1", "two\nlines"], ["long ago"], ["'=1+1", "two\nlines"]]


def test_the_parts_that_renew_themselves_are_the_ones_of_the_page(client_of: ClientOf, page: Page, chat: Chat):
    client = client_of("bob")
    for path in ("/portal/chats", f"/portal/chats/{chat.id}", "/portal/", "/portal/whatsapp"):
        parts = page(client, path).select("[data-refresh]")
        assert len(parts) == 2
        for part in parts:
            assert f'id="{part["id"]}"' in client.get(part["data-refresh-url"]).text
            assert float(part["data-refresh"]) <= AT_ONCE_S


def test_what_changes_is_in_the_part_that_renews_itself(client_of: ClientOf, chat: Chat):
    client = client_of("bob")
    parts = {name: f"/portal/{path}" for name, path in {
        "list": "chats/part", "chat": f"chats/{chat.id}/part", "count": "chats/waiting", "status": "status",
        "phone": "whatsapp/part"}.items()}
    before = {name: client.get(path).text for name, path in parts.items()}
    hear(chat, "just now", Outcome.SILENT)
    Chat.update(unread=1, last_message_at=utc_now()).execute()
    WhatsAppSession.update(state=SessionState.CONFLICT).execute()
    after = {name: client.get(parts[name]).text for name in ("list", "count", "chat", "status", "phone")}
    assert [name for name in parts if before[name] == after[name]] == []
    assert "just now" in after["list"]
    assert "just now" in after["chat"]
    assert 'class="count">1<' in after["count"]
    assert all("Open elsewhere" in after[name] for name in ("status", "phone"))
