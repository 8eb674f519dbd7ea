"""People who sign in, their onboarding requests, and who did what."""
from enum import StrEnum

from peewee import AutoField, BigAutoField, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from app.models.base import BaseModel, EnumField, UtcField, utc_now
from app.models.tenant import Language, Template, Tenant


class Role(StrEnum):
    """ADMIN runs the platform; OWNER and STAFF belong to one tenant."""

    ADMIN = "ADMIN"
    OWNER = "OWNER"
    STAFF = "STAFF"


class RequestStatus(StrEnum):
    """How far a setup request has come."""

    SUBMITTED = "SUBMITTED"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"


class Account(BaseModel):
    """A person who signs in."""

    id = AutoField()
    tenant = ForeignKeyField(Tenant, backref="accounts", on_delete="CASCADE", null=True)
    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=120, default="")
    phone = CharField(max_length=20, default="")
    role = EnumField(Role, default=Role.OWNER)
    password_hash = CharField(max_length=200, default="")
    email_verified = BooleanField(default=False)
    language = EnumField(Language, default=Language.EN)
    totp_secret = CharField(max_length=64, default="")
    totp_enabled = BooleanField(default=False)
    totp_last_step = IntegerField(default=0)
    disabled = BooleanField(default=False)
    wants_alerts = BooleanField(default=True)
    wants_digest = BooleanField(default=True)
    wants_orders = BooleanField(default=True)
    digest_sent_at = UtcField(null=True)
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)


class SetupRequest(BaseModel):
    """A tenant's onboarding form, waiting for an admin."""

    id = AutoField()
    tenant = ForeignKeyField(Tenant, backref="setup_requests", on_delete="CASCADE")
    account = ForeignKeyField(Account, backref="setup_requests", on_delete="SET NULL", null=True)
    template = EnumField(Template)
    language = EnumField(Language, default=Language.SW)
    business_name = CharField(max_length=120)
    whatsapp_number = CharField(max_length=20)
    status = EnumField(RequestStatus, default=RequestStatus.SUBMITTED, index=True)
    reason = TextField(default="")
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)


class PortalEvent(BaseModel):
    """Something that happened to a tenant and that its people may read."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="portal_events", on_delete="CASCADE", index=False)
    account = ForeignKeyField(Account, backref="portal_events", on_delete="SET NULL", null=True)
    event_type = CharField(max_length=60)
    payload = JSONField(default=dict)
    created_at = UtcField(default=utc_now)

    class Meta:
        indexes = ((("tenant", "created_at"), False),)


class AuditEntry(BaseModel):
    """One change: who, when, what, from where. Outlives the tenant it speaks of."""

    id = BigAutoField()
    at = UtcField(default=utc_now, index=True)
    actor = CharField(max_length=254)
    tenant_slug = CharField(max_length=27, default="")
    action = CharField(max_length=60)
    detail = JSONField(default=dict)
    address = CharField(max_length=64, default="")

    class Meta:
        indexes = ((("tenant_slug", "id"), False),)
