from datetime import UTC, datetime, timedelta, timezone

import peewee
import pytest

from app.models import AuditEntry, Chat, Delivery, Direction, Message, Tenant, TenantStatus

NOON = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def tenant(database):
    return Tenant.create(slug="acme", name="Acme")


def message(tenant, wa_message_id="A", **values):
    chat = Chat.get_or_create(tenant=tenant, wa_chat_id="1@c.us", phone="255700000001")[0]
    values = {"direction": Direction.IN, "text": "sawa", "sent_at": NOON} | values
    return Message.create(tenant=tenant, chat=chat, wa_message_id=wa_message_id, **values)


def test_a_time_comes_back_as_the_same_moment_in_utc(tenant):
    entry = AuditEntry.create(at=NOON.astimezone(timezone(timedelta(hours=3))), actor="admin", action="test")

    kept = AuditEntry.get_by_id(entry.id).at

    assert kept == NOON
    assert kept.utcoffset() == timedelta(0)
    assert AuditEntry.select().where(AuditEntry.at == NOON).count() == 1


def test_a_time_without_a_zone_is_refused(tenant):
    with pytest.raises(ValueError, match="without a zone"):
        AuditEntry.create(at=NOON.replace(tzinfo=None), actor="admin", action="test")


def test_a_word_that_is_no_state_is_refused(tenant):
    with pytest.raises(ValueError, match="SLEEPING"):
        Tenant.update(status="SLEEPING").execute()

    assert Tenant.get_by_id(tenant.id).status is TenantStatus.NEW


@pytest.mark.parametrize(("written", "kept"), [
    ("habari 😀 za \u200fleo", "habari 😀 za \u200fleo"),
    ("nul\0 in the middle", "nul in the middle"),
    ("half a pair \ud83d here", "half a pair \ufffd here"),
    ("\udc00", "\ufffd"),
    ("both halves \ud83d\ude00", "both halves 😀"),
    ("", ""),
])
def test_text_of_strangers_is_kept_whatever_it_holds(tenant, written, kept):
    line = message(tenant, text=written)

    assert Message.get_by_id(line.id).text == kept


def test_a_long_text_is_kept_whole(tenant):
    line = message(tenant, text="ndiyo " * 11_000)

    assert Message.get_by_id(line.id).text == "ndiyo " * 11_000


def test_one_whatsapp_id_is_logged_once_for_each_tenant(tenant, database):
    message(tenant)

    with pytest.raises(peewee.IntegrityError), database.atomic():
        message(tenant)

    other = Tenant.create(slug="other", name="Other")
    message(other)
    assert Message.select().count() == 2


def test_a_phone_belongs_to_one_chat_of_a_tenant_and_no_phone_to_many(tenant, database):
    Chat.create(tenant=tenant, wa_chat_id="1@lid", lid="1")
    Chat.create(tenant=tenant, wa_chat_id="2@lid", lid="2")
    Chat.create(tenant=tenant, wa_chat_id="255700000001@c.us", phone="255700000001")

    with pytest.raises(peewee.IntegrityError), database.atomic():
        Chat.create(tenant=tenant, wa_chat_id="3@lid", phone="255700000001", lid="3")


def test_a_deleted_tenant_takes_its_rows_along_and_leaves_the_audit(tenant):
    message(tenant, direction=Direction.OUT, delivery=Delivery.SENT)
    AuditEntry.create(actor="admin", tenant_slug="acme", action="tenant_deleted")

    tenant.delete_instance()

    assert (Chat.select().count(), Message.select().count(), AuditEntry.select().count()) == (0, 0, 1)
