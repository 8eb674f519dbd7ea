import csv
import io
import json
import secrets
import zipfile
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from app.errors import Conflict
from app.models import Account, AuditEntry, Booking, Chat, Direction, Message, Tenant
from app.services import messages, tenant_data
from app.services.chats import UnknownChat
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}
numbers = count()


@pytest.fixture
def acme(database: object) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.fixture
def other(database: object) -> Tenant:
    return create_tenant(slug="other", name="Other", template="BOOKING", by="ada")


def a_chat(tenant: Tenant, phone: str | None = "+255712345678", **values: object) -> Chat:
    return Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone=phone, name="Asha", last_message_at=NOW, **values)


def say(chat: Chat, text: str) -> Message:
    return Message.create(tenant=chat.tenant, chat=chat, text=text, sent_at=NOW, created_at=NOW,
                          direction=Direction.IN, wa_message_id=f"id-{next(numbers)}")


def archive(tenant: Tenant) -> zipfile.ZipFile:
    data = b"".join(tenant_data.export_zip(tenant, **WHO))
    return zipfile.ZipFile(io.BytesIO(data))


def test_the_export_has_everything_of_the_tenant_and_nothing_of_others(acme: Tenant, other: Tenant):
    Account.create(email="alice@acme.example", tenant=acme, password_hash="$argon2id$secret", totp_secret="SEED")
    Account.create(email="charlie@other.example", tenant=other)
    for text in ("hello", "=HYPERLINK(1)", "two\nlines", "\u202eabc 😀", "x" * 65536):
        say(a_chat(acme) if text == "hello" else Chat.get(Chat.tenant == acme), text)
    say(a_chat(other), "theirs")
    found = archive(acme)
    assert found.testzip() is None
    whole = "".join(found.read(name).decode() for name in found.namelist())
    assert not [word for word in ("theirs", "charlie", "argon2id", "SEED") if word in whole]
    rows = list(csv.DictReader(io.StringIO(found.read("messages.csv").decode(), newline="")))
    assert [row["text"] for row in rows] == ["hello", "'=HYPERLINK(1)", "two\nlines", "\u202eabc 😀", "x" * 65536]
    chats = [json.loads(line) for line in found.read("chats.jsonl").decode().splitlines()]
    assert [chat["phone"] for chat in chats] == ["+255712345678"]
    assert json.loads(found.read("people.jsonl"))["email"] == "alice@acme.example"


def test_a_long_log_comes_in_pieces(acme: Tenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(messages, "PAGE", 7)
    monkeypatch.setattr(tenant_data, "CHUNK", 1000)
    chat = a_chat(acme)
    texts = [secrets.token_hex(400) for _ in range(300)]
    for text in texts:
        say(chat, text)
    pieces = list(tenant_data.export_zip(acme, **WHO))
    assert len(pieces) > 3
    found = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    rows = list(csv.DictReader(io.StringIO(found.read("messages.csv").decode(), newline="")))
    assert [row["text"] for row in rows] == texts


def test_one_chat_can_be_exported(acme: Tenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(messages, "PAGE", 2)
    chat = a_chat(acme)
    say(a_chat(acme, "+255712345679"), "another")
    for text in "abcde":
        say(chat, text)
    rows = list(csv.DictReader(io.StringIO("".join(tenant_data.chat_csv(chat)), newline="")))
    assert [(row["text"], row["customer"]) for row in rows] == [(text, "'+255712345678") for text in "abcde"]


def test_erasing_a_customer_leaves_nothing_of_them(acme: Tenant):
    chat = a_chat(acme)
    say(chat, "my secret")
    kept = say(a_chat(acme, "+255712345679"), "another")
    now = datetime.now(UTC)
    whose: list[dict[str, Any]] = [{"chat": chat}, {"phone": "+255712345678"}, {"phone": "+255712345679"}]
    for number, values in enumerate(whose, 1):
        Booking.create(tenant=acme, number=number, state="CONFIRMED", starts_at=now, ends_at=now, **values)
    assert len(archive(acme).read("bookings.jsonl").splitlines()) == 3
    tenant_data.erase_customer(acme, chat.id, confirmed=" +255 712 345 678", **WHO)
    assert [booking.number for booking in Booking.select()] == [3]
    assert [message.id for message in Message.select()] == [kept.id]
    assert Chat.select().count() == 1
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.detail) == ("data.erase", {"chat": chat.id})
    whole = "".join(archive(acme).read(name).decode() for name in archive(acme).namelist())
    assert "+255712345678" not in whole
    assert "my secret" not in whole


def test_erasing_needs_the_number_typed(acme: Tenant):
    chat = a_chat(acme)
    with pytest.raises(Conflict, match=r"type \+255712345678 exactly"):
        tenant_data.erase_customer(acme, chat.id, confirmed="yes", **WHO)
    assert Chat.select().count() == 1


def test_a_customer_without_a_number_is_confirmed_by_what_names_them(acme: Tenant):
    chat = a_chat(acme, None, lid="123@lid")
    tenant_data.erase_customer(acme, chat.id, confirmed="123@lid", **WHO)
    assert Chat.select().count() == 0


def test_nobody_erases_another_tenants_customer(acme: Tenant, other: Tenant):
    chat = a_chat(other)
    with pytest.raises(UnknownChat):
        tenant_data.erase_customer(acme, chat.id, confirmed="+255712345678", **WHO)
    assert Chat.select().count() == 1
