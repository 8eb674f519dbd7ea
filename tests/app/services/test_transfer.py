import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.db import db
from app.errors import Conflict, Invalid
from app.models import (
    MODELS,
    Account,
    AuditEntry,
    Chat,
    ContentDraft,
    Desired,
    Incident,
    Message,
    Note,
    Order,
    OrderLine,
    OutgoingMail,
    PortalEvent,
    RecoveryCode,
    SetupRequest,
    SignIn,
    StateChange,
    Tenant,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
)
from app.services import transfer
from app.services.grants import OWNER
from app.services.tenants import UnknownTenant, create_tenant, find_tenant
from tests.guarded import VICTIM, GuardedDatabase, fill

NOW = datetime(2026, 3, 4, 9, 30, 1, 250000, tzinfo=UTC)


def busy(slug: str, phone: str) -> Tenant:
    """A tenant with a row in most tables."""
    tenant = create_tenant(slug=slug, name=slug.title(), template="SUPPORT", by="ada", phone_number=phone,
                           hours={"mon": [["08:00", "17:00"]]})
    Tenant.update(status=TenantStatus.PAUSED, desired=Desired.RUNNING, host="old").where(Tenant.id == tenant).execute()
    WhatsAppSession.update(watermark=NOW, phone=phone).where(WhatsAppSession.tenant == tenant).execute()
    WorkerProcess.update(pid=7, host="old", restarts=3).where(WorkerProcess.tenant == tenant).execute()
    owner = Account.create(tenant=tenant, email=f"owner@{slug}.example", totp_secret="s")
    RecoveryCode.create(account=owner, code_hash="h")
    SignIn.create(account=owner, token_hash=slug)
    for number in (1, 2):
        chat = Chat.create(tenant=tenant, wa_chat_id=f"{number}@c.us", phone=str(number), state={"step": "menu"})
        asked = Message.create(tenant=tenant, chat=chat, direction="IN", wa_message_id=f"i{number}", text="Habari ☕",
                               sent_at=NOW, created_at=NOW)
        Message.create(tenant=tenant, chat=chat, direction="OUT", wa_message_id=f"o{number}", sent_at=NOW,
                       in_reply_to=asked.id, delivery="READ", delivered_at=NOW, confidence=0.75)
    order = Order.create(tenant=tenant, chat=chat, number=17, total=Decimal("12500.50"))
    OrderLine.create(tenant=tenant, order=order, revision=1, product="soap", name="Soap", price=Decimal("0.00"),
                     quantity=2)
    SetupRequest.create(tenant=tenant, account=owner, template="BOOKING", business_name="A", whatsapp_number="1")
    PortalEvent.create(tenant=tenant, account=owner, event_type="x")
    Note.create(tenant=tenant, author="ada", text="x")
    StateChange.create(tenant=tenant, machine="worker", state="STOPPED", cause="stopped")
    ContentDraft.create(tenant=tenant, values={"hours": {}})
    Incident.create(tenant=tenant, trouble="DISCONNECTED", since=NOW)
    OutgoingMail.create(tenant=tenant, recipient="a@b.example", subject="s", text="t", message_id="m",
                        useless_after=NOW)
    return find_tenant(slug)


def gone(tenant: Tenant) -> None:
    """As on a host that never had the tenant."""
    tenant.delete_instance()
    AuditEntry.delete().where(AuditEntry.tenant_slug == tenant.slug).execute()


def content(lines: list[str]) -> list[tuple[str, dict]]:
    """What the rows say but for their numbers."""
    found = []
    for line in lines:
        entry = json.loads(line)
        model = transfer._moved()[entry["table"]]
        numbers = {name for name, field in model._meta.fields.items()
                   if name == "id" or transfer._target(entry["table"], name, field)}
        found.append((entry["table"], {name: value for name, value in entry["row"].items() if name not in numbers}))
    return found


def test_a_tenant_comes_in_beside_others_with_everything_it_had(database):
    acme = busy("acme", "+255712345678")
    lines = list(transfer.take_out("acme"))
    gone(acme)
    busy("beta", "+255712345679")

    moved = transfer.put_in(lines)

    again = content(list(transfer.take_out("acme")))
    expected = content([line.replace('"host": "old"', '"host": ""').replace('"pid": 7', '"pid": null')
                        for line in lines])
    assert again == expected
    assert (moved.slug, moved.status, moved.desired, moved.id) == ("acme", "PAUSED", "running", moved.id)
    assert moved.id != acme.id
    for reply in Message.select().where(Message.tenant == moved, Message.direction == "OUT"):
        asked = Message.get_by_id(reply.in_reply_to)
        assert (asked.chat_id, asked.wa_message_id[1:]) == (reply.chat_id, reply.wa_message_id[1:])
    order = OrderLine.get(OrderLine.tenant == moved).order
    assert (order.number, order.total, order.chat.tenant_id) == (17, Decimal("12500.50"), moved.id)
    assert SetupRequest.get(SetupRequest.tenant == moved).account.email == "owner@acme.example"


def test_another_tenant_is_neither_taken_along_nor_touched(database):
    acme, beta = busy("acme", "+255712345678"), busy("beta", "+255712345679")
    before = list(transfer.take_out("beta"))
    lines = list(transfer.take_out("acme"))
    assert not any("beta" in line for line in lines)
    gone(acme)

    transfer.put_in(lines)

    assert list(transfer.take_out("beta")) == before
    assert Message.select().where(Message.tenant == beta).count() == 4


@pytest.mark.parametrize(("table", "count"), [("sign_in", 0), ("outgoing_mail", 0), ("recovery_code", 1)])
def test_what_belongs_to_a_host_stays_there(database, table, count):
    busy("acme", "+255712345678")

    tables = [json.loads(line)["table"] for line in transfer.take_out("acme")]

    assert tables.count(table) == count


def test_every_table_is_taken_along_or_stays_for_a_reason(database):
    """A table that hangs on no tenant must say why it stays; one that does comes along by itself."""
    acme = create_tenant(slug="acme", name="Acme", template="SUPPORT", by="ada")
    tables = {model._meta.table_name for model in MODELS}
    assert set(transfer.STAYS) < tables
    for model in transfer._moved().values():
        model.select().where(transfer._of(model, acme)).count()


@pytest.mark.parametrize(("stands_in_the_way", "told"), [
    (lambda: create_tenant(slug="acme", name="A", template="SUPPORT", by="ada"), "'acme' here already"),
    (lambda: create_tenant(slug="other", name="A", template="SUPPORT", by="ada", phone_number="+255712345678"),
     "belongs to the tenant 'other'"),
    (lambda: Account.create(email="owner@acme.example", role="ADMIN"), "owner@acme.example has an account here"),
])
def test_what_is_taken_here_keeps_all_of_it_out(database, stands_in_the_way, told):
    lines = list(transfer.take_out(busy("acme", "+255712345678").slug))
    gone(find_tenant("acme"))
    stands_in_the_way()

    with pytest.raises(Conflict, match=told):
        transfer.put_in(lines)

    assert not Chat.select().exists()


@pytest.mark.parametrize("change", [("\"chat\"", "\"parcel\""), ("\"wa_chat_id\"", "\"wa_address\"")])
def test_rows_of_another_version_are_refused(database, change):
    acme = busy("acme", "+255712345678")
    lines = [line.replace(*change) for line in transfer.take_out("acme")]
    gone(acme)

    with pytest.raises(Invalid, match="another version"):
        transfer.put_in(lines)

    assert not Tenant.select().exists()


def test_who_is_not_there_cannot_be_taken_out(database):
    with pytest.raises(UnknownTenant):
        list(transfer.take_out("acme"))


def test_the_owner_of_the_schema_makes_the_tenants_role_with_its_rows(guarded: GuardedDatabase):
    fill(guarded)
    with guarded.bound(OWNER):
        lines = list(transfer.take_out(VICTIM))
        gone(find_tenant(VICTIM))
        assert not guarded.ask("SELECT FROM pg_roles WHERE rolname = %s", f"fhq-{VICTIM}")

        transfer.put_in(lines)

        assert guarded.ask("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", f"fhq-{VICTIM}") == [(True,)]
        # What others add meanwhile gets numbers of its own.
        newest = db.execute_sql("SELECT max(id), nextval(pg_get_serial_sequence('message', 'id')) FROM message")
        highest, following = newest.fetchone()
        assert following > highest
