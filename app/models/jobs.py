"""The job queue's tables, as huey's storage reads and writes them, and what the outboxes of mail and webhooks share."""
from enum import StrEnum
from typing import Any

from peewee import (
    AutoField,
    BigAutoField,
    BlobField,
    CharField,
    CompositeKey,
    FloatField,
    ForeignKeyField,
    IntegerField,
    TextField,
    TimestampField,
)

from app.models.access import MailedLink
from app.models.base import BaseModel, EnumField, UtcField, utc_now
from app.models.tenant import Tenant


class BytesField(BlobField):
    """Bytes, where a driver gives a view of them too."""

    def python_value(self, value: Any) -> bytes:
        """Bytes of their own."""
        return bytes(value)


class Job(BaseModel):
    """A job that waits to be done now."""

    id = AutoField()
    queue = CharField(max_length=255)
    data = BytesField()
    priority = FloatField(default=0.0)

    class Meta:
        indexes = ((("queue", "priority", "id"), False),)


class JobLater(BaseModel):
    """A job that waits for its time."""

    id = AutoField()
    queue = CharField(max_length=255)
    data = BytesField()
    timestamp = TimestampField(resolution=1000, utc=True, index=False)

    class Meta:
        indexes = ((("queue", "timestamp"), False),)


class JobValue(BaseModel):
    """What huey keeps by a key: marks on jobs that were called off."""

    queue = CharField(max_length=255)
    key = CharField(max_length=255)
    value = BytesField()

    class Meta:
        primary_key = CompositeKey("queue", "key")


class JobCounter(BaseModel):
    """What huey counts by a key."""

    queue = CharField(max_length=255)
    key = CharField(max_length=255)
    value = IntegerField()

    class Meta:
        primary_key = CompositeKey("queue", "key")


class Dispatch(StrEnum):
    """How far something that goes out has come."""

    WAITING = "WAITING"
    SENT = "SENT"
    FAILED = "FAILED"


class Outbox(BaseModel):
    """Something that goes out: written in the transaction that causes it, and tried until it is taken or useless.

    Whoever tries it moves `due_at` ahead first, so that nobody else does, and so that it is found again where the
    process dies over it.
    """

    id = BigAutoField()
    state = EnumField(Dispatch, default=Dispatch.WAITING)
    attempts = IntegerField(default=0)
    due_at = UtcField(default=utc_now)
    useless_after = UtcField()
    last_error = CharField(max_length=400, default="")
    created_at = UtcField(default=utc_now)
    done_at = UtcField(null=True)


class OutgoingMail(Outbox):
    """A letter. Its text goes once it was sent, since it may hold a link that lets its reader in."""

    tenant = ForeignKeyField(Tenant, backref="outgoing_mail", on_delete="CASCADE", null=True)
    link = ForeignKeyField(MailedLink, backref="outgoing_mail", on_delete="CASCADE", null=True)
    recipient = CharField(max_length=254)
    subject = CharField(max_length=200)
    text = TextField()
    message_id = CharField(max_length=255)

    class Meta:
        indexes = ((("state", "due_at"), False),)
