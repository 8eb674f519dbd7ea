"""Do work in the background: the job queue, outgoing mail, incidents, webhooks, and who wants to be told."""
from peewee import (
    AutoField,
    BigAutoField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
    TimestampField,
)

# What existing rows get in the new columns; like all of ours, the columns themselves have no default.
ADDED = {
    "account": {
        "wants_alerts": BooleanField(default=True), "wants_digest": BooleanField(default=True),
        "digest_sent_at": DateTimeField(null=True),
    },
    "tenant": {"alert_after_min": IntegerField(default=10)},
}


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()


class MailedLink(FrozenModel):
    id = AutoField()


class Job(FrozenModel):
    id = AutoField()
    queue = CharField(max_length=255)
    data = BlobField()
    priority = FloatField()

    class Meta:
        indexes = ((("queue", "priority", "id"), False),)


class JobLater(FrozenModel):
    id = AutoField()
    queue = CharField(max_length=255)
    data = BlobField()
    timestamp = TimestampField(resolution=1000, utc=True, index=False)

    class Meta:
        indexes = ((("queue", "timestamp"), False),)


class JobValue(FrozenModel):
    queue = CharField(max_length=255)
    key = CharField(max_length=255)
    value = BlobField()

    class Meta:
        primary_key = CompositeKey("queue", "key")


class JobCounter(FrozenModel):
    queue = CharField(max_length=255)
    key = CharField(max_length=255)
    value = IntegerField()

    class Meta:
        primary_key = CompositeKey("queue", "key")


class Outbox(FrozenModel):
    id = BigAutoField()
    state = CharField(max_length=24)
    attempts = IntegerField()
    due_at = DateTimeField()
    useless_after = DateTimeField()
    last_error = CharField(max_length=400)
    created_at = DateTimeField()
    done_at = DateTimeField(null=True)


class OutgoingMail(Outbox):
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", null=True)
    link = ForeignKeyField(MailedLink, on_delete="CASCADE", null=True)
    recipient = CharField(max_length=254)
    subject = CharField(max_length=200)
    text = TextField()
    message_id = CharField(max_length=255)

    class Meta:
        indexes = ((("state", "due_at"), False),)


class Incident(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    trouble = CharField(max_length=24)
    detail = CharField(max_length=1000)
    since = DateTimeField()
    told_at = DateTimeField(null=True)
    well_since = DateTimeField(null=True)
    ended_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("tenant", "ended_at"), False),)


class Webhook(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", null=True, unique=True)
    url = CharField(max_length=500)
    secret = CharField(max_length=64)
    enabled = BooleanField()
    created_at = DateTimeField()
    updated_at = DateTimeField()


class WebhookDelivery(Outbox):
    webhook = ForeignKeyField(Webhook, on_delete="CASCADE")
    uid = CharField(max_length=36, unique=True)
    event = CharField(max_length=40)
    body = TextField()
    status_code = IntegerField(null=True)

    class Meta:
        indexes = ((("state", "due_at"), False),)


TABLES = (Job, JobLater, JobValue, JobCounter, OutgoingMail, Incident, Webhook, WebhookDelivery)


def up(migrator, db):
    """Make the tables and add the columns."""
    with db.bind_ctx((Tenant, MailedLink, *TABLES)):
        db.create_tables(TABLES, safe=False)
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.add_column(table, name, field) for name, field in columns.items()))


def down(migrator, db):
    """Take both back."""
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.drop_column(table, name) for name in columns))
    with db.bind_ctx((Tenant, MailedLink, *TABLES)):
        db.drop_tables(TABLES)
