"""What was: state changes, notes, versions of a tenant's content, and the drafts that may become one."""
from peewee import AutoField, BigAutoField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from app.models.account import Account
from app.models.base import BaseModel, UtcField, utc_now
from app.models.tenant import Tenant


class StateChange(BaseModel):
    """A session, worker or tenant came into another state, by which cause of app.services.states."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="state_changes", on_delete="CASCADE", index=False)
    machine = CharField(max_length=12)
    state = CharField(max_length=24)
    cause = CharField(max_length=24)
    detail = CharField(max_length=1000, default="")
    at = UtcField(default=utc_now)

    class Meta:
        indexes = ((("tenant", "at"), False),)


class Absence(BaseModel):
    """A time in which the bot was away and customers wrote: how many messages, and what became of them."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="absences", on_delete="CASCADE", index=False)
    since = UtcField()
    until = UtcField()
    answered = IntegerField(default=0)
    for_person = IntegerField(default=0)

    class Meta:
        indexes = ((("tenant", "until"), False),)

    @property
    def messages(self) -> int:
        """How many messages came."""
        return int(self.answered + self.for_person)


class Note(BaseModel):
    """What an admin wants to remember about a tenant."""

    id = AutoField()
    tenant = ForeignKeyField(Tenant, backref="notes", on_delete="CASCADE")
    author = CharField(max_length=254)
    text = TextField()
    created_at = UtcField(default=utc_now)


class ContentDraft(BaseModel):
    """The configuration a tenant is working on; `values` holds the fields of TenantConfig that a tenant may set."""

    tenant = ForeignKeyField(Tenant, backref="drafts", on_delete="CASCADE", unique=True)
    values = JSONField(default=dict)
    updated_at = UtcField(default=utc_now)
    updated_by = CharField(max_length=254, default="")


class ContentVersion(BaseModel):
    """A published configuration; its number is the TenantConfig.version that it became."""

    id = AutoField()
    tenant = ForeignKeyField(Tenant, backref="versions", on_delete="CASCADE", index=False)
    number = IntegerField()
    values = JSONField(default=dict)
    published_at = UtcField(default=utc_now)
    published_by = CharField(max_length=254, default="")

    class Meta:
        indexes = ((("tenant", "number"), True),)


class OnboardingDraft(BaseModel):
    """The onboarding form as far as it was typed."""

    account = ForeignKeyField(Account, backref="onboarding_drafts", on_delete="CASCADE", unique=True)
    values = JSONField(default=dict)
    updated_at = UtcField(default=utc_now)
