"""What people are told: troubles of a tenant, and the webhooks that tell programs of them."""
from enum import StrEnum

from peewee import AutoField, BigAutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from app.models.base import BaseModel, EnumField, UtcField, utc_now
from app.models.jobs import Outbox
from app.models.tenant import Tenant


class Trouble(StrEnum):
    """What keeps a tenant's bot from answering, the gravest last."""

    DISCONNECTED = "DISCONNECTED"
    CONFLICT = "CONFLICT"
    LOGGED_OUT = "LOGGED_OUT"
    NOT_DELIVERED = "NOT_DELIVERED"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    STOPPED = "STOPPED"
    BANNED = "BANNED"


class Incident(BaseModel):
    """A time of trouble: seen at `since`, told at `told_at`, over at `ended_at`; `well_since` while it may be over."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="incidents", on_delete="CASCADE", index=False)
    trouble = EnumField(Trouble)
    detail = CharField(max_length=1000, default="")
    since = UtcField()
    told_at = UtcField(null=True)
    well_since = UtcField(null=True)
    ended_at = UtcField(null=True)

    class Meta:
        indexes = ((("tenant", "ended_at"), False),)


class Webhook(BaseModel):
    """Where a tenant's events are posted, or, without a tenant, the platform's."""

    id = AutoField()
    tenant = ForeignKeyField(Tenant, backref="webhooks", on_delete="CASCADE", null=True, unique=True)
    url = CharField(max_length=500)
    secret = CharField(max_length=64)
    enabled = BooleanField(default=True)
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)


class WebhookDelivery(Outbox):
    """One event on its way to a webhook; `uid` names it to the receiver, however often it is tried."""

    webhook = ForeignKeyField(Webhook, backref="deliveries", on_delete="CASCADE")
    uid = CharField(max_length=36, unique=True)
    event = CharField(max_length=40)
    body = TextField()
    status_code = IntegerField(null=True)

    class Meta:
        indexes = ((("state", "due_at"), False),)
