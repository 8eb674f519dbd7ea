"""Make the first tables.

The models here are a copy frozen in time: they say what this step made, whatever app.models says by now.
"""
from peewee import (
    SQL,
    AutoField,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()
    slug = CharField(max_length=27, unique=True)
    name = CharField(max_length=120)
    phone_number = CharField(max_length=20, index=True)
    status = CharField(max_length=24, index=True)
    desired = CharField(max_length=24)
    host = CharField(max_length=120)
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        table_name = "tenant"


class TenantConfig(FrozenModel):
    tenant = ForeignKeyField(Tenant, unique=True, on_delete="CASCADE")
    version = IntegerField()
    template = CharField(max_length=24)
    language = CharField(max_length=24)
    business_name = CharField(max_length=120)
    timezone = CharField(max_length=64)
    hours = JSONField()
    content = JSONField()
    chat_limit = IntegerField()
    chat_window_s = IntegerField()
    tenant_limit = IntegerField()
    tenant_window_s = IntegerField()
    typing_ms_per_char = IntegerField()
    typing_max_ms = IntegerField()
    handover_hours = IntegerField()
    updated_at = DateTimeField()

    class Meta:
        table_name = "tenant_config"


class WhatsAppSession(FrozenModel):
    tenant = ForeignKeyField(Tenant, unique=True, on_delete="CASCADE")
    state = CharField(max_length=24)
    state_since = DateTimeField()
    detail = CharField(max_length=1000)
    qr_code = TextField(null=True)
    qr_generation = IntegerField()
    qr_expires_at = DateTimeField(null=True)
    qr_wanted_at = DateTimeField(null=True)
    phone = CharField(max_length=20)
    lid = CharField(max_length=40)
    proved_at = DateTimeField(null=True)
    watermark = DateTimeField(null=True)

    class Meta:
        table_name = "whatsapp_session"


class WorkerProcess(FrozenModel):
    tenant = ForeignKeyField(Tenant, unique=True, on_delete="CASCADE")
    status = CharField(max_length=24)
    pid = IntegerField(null=True)
    host = CharField(max_length=120)
    started_at = DateTimeField(null=True)
    last_seen_at = DateTimeField(null=True)
    restarts = IntegerField()
    last_error = CharField(max_length=1000)
    ignored = JSONField()
    fencing_token = IntegerField()

    class Meta:
        table_name = "worker_process"


class Chat(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    wa_chat_id = CharField(max_length=64)
    phone = CharField(max_length=20, null=True)
    lid = CharField(max_length=40, null=True)
    name = TextField()
    state = JSONField()
    person_until = DateTimeField(null=True)
    unread = IntegerField()
    last_message_at = DateTimeField(null=True)
    created_at = DateTimeField()

    class Meta:
        table_name = "chat"
        indexes = (
            (("tenant", "phone"), True),
            (("tenant", "lid"), True),
            (("tenant", "last_message_at"), False),
        )


class Message(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, on_delete="CASCADE", index=False)
    direction = CharField(max_length=24)
    wa_message_id = CharField(max_length=160)
    kind = CharField(max_length=24)
    text = TextField()
    sent_at = DateTimeField()
    created_at = DateTimeField()
    in_reply_to = BigIntegerField(null=True)
    because = CharField(max_length=80)
    outcome = CharField(max_length=24, null=True)
    delivery = CharField(max_length=24, null=True)
    delivered_at = DateTimeField(null=True)

    class Meta:
        table_name = "message"
        indexes = (
            (("tenant", "wa_message_id"), True),
            (("tenant", "created_at", "id"), False),
            (("tenant", "id"), False),
            (("chat", "id"), False),
        )


Message.add_index(
    Message.index(Message.tenant, Message.id, name="message_unsettled")
    .where(SQL("delivery IN ('PENDING', 'SENDING')"))
)


class Account(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", null=True)
    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=120)
    phone = CharField(max_length=20)
    role = CharField(max_length=24)
    password_hash = CharField(max_length=200)
    email_verified = BooleanField()
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        table_name = "account"


class SetupRequest(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="SET NULL", null=True)
    template = CharField(max_length=24)
    language = CharField(max_length=24)
    business_name = CharField(max_length=120)
    whatsapp_number = CharField(max_length=20)
    status = CharField(max_length=24, index=True)
    reason = TextField()
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        table_name = "setup_request"


class PortalEvent(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    account = ForeignKeyField(Account, on_delete="SET NULL", null=True)
    event_type = CharField(max_length=60)
    payload = JSONField()
    created_at = DateTimeField()

    class Meta:
        table_name = "portal_event"
        indexes = ((("tenant", "created_at"), False),)


class AuditEntry(FrozenModel):
    id = BigAutoField()
    at = DateTimeField(index=True)
    actor = CharField(max_length=254)
    tenant_slug = CharField(max_length=27)
    action = CharField(max_length=60)
    detail = JSONField()
    address = CharField(max_length=64)

    class Meta:
        table_name = "audit_entry"
        indexes = ((("tenant_slug", "id"), False),)


TABLES = (
    Tenant, TenantConfig, WhatsAppSession, WorkerProcess, Chat, Message, Account, SetupRequest, PortalEvent, AuditEntry,
)


def up(migrator, db):
    """Make the tables and their indices."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES, safe=False)


def down(migrator, db):
    """Drop the tables with all they hold."""
    with db.bind_ctx(TABLES):
        db.drop_tables(TABLES)
