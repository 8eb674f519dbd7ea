"""Let people sign in, and keep what was: sign-ins, mailed links, throttles, state changes, notes, versions, drafts."""
from peewee import (
    AutoField,
    BigAutoField,
    BooleanField,
    CharField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

# What existing rows get in the new columns; like all of ours, the columns themselves have no default.
ADDED = {
    "account": {
        "language": CharField(max_length=24, default="EN"), "totp_secret": CharField(max_length=64, default=""),
        "totp_enabled": BooleanField(default=False), "totp_last_step": IntegerField(default=0),
        "disabled": BooleanField(default=False),
    },
    "message": {"author": CharField(max_length=254, default="")},
    "tenant_config": {"owner_silence_hours": IntegerField(default=12)},
    "whatsapp_session": {
        "pairing_code": CharField(max_length=16, default=""), "pairing_wanted_at": DateTimeField(null=True),
    },
    "worker_process": {"memory_mib": IntegerField(null=True)},
}


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()


class Account(FrozenModel):
    id = AutoField()


class SignIn(FrozenModel):
    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    created_at = DateTimeField()
    last_seen_at = DateTimeField()
    address = CharField(max_length=64)
    agent = CharField(max_length=200)


class MailedLink(FrozenModel):
    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    purpose = CharField(max_length=24)
    email = CharField(max_length=254)
    token_hash = CharField(max_length=64, unique=True)
    unsent_url = CharField(max_length=400)
    created_at = DateTimeField()
    expires_at = DateTimeField()
    used_at = DateTimeField(null=True)


class RecoveryCode(FrozenModel):
    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    code_hash = CharField(max_length=64)
    used_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("account", "code_hash"), True),)


class Bucket(FrozenModel):
    key = CharField(max_length=160, primary_key=True)
    tokens = FloatField()
    updated_at = DateTimeField()


class StateChange(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    machine = CharField(max_length=12)
    state = CharField(max_length=24)
    cause = CharField(max_length=24)
    detail = CharField(max_length=1000)
    at = DateTimeField()

    class Meta:
        indexes = ((("tenant", "at"), False),)


class Note(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE")
    author = CharField(max_length=254)
    text = TextField()
    created_at = DateTimeField()


class ContentDraft(FrozenModel):
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", unique=True)
    values = JSONField()
    updated_at = DateTimeField()
    updated_by = CharField(max_length=254)


class ContentVersion(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    number = IntegerField()
    values = JSONField()
    published_at = DateTimeField()
    published_by = CharField(max_length=254)

    class Meta:
        indexes = ((("tenant", "number"), True),)


class OnboardingDraft(FrozenModel):
    account = ForeignKeyField(Account, on_delete="CASCADE", unique=True)
    values = JSONField()
    updated_at = DateTimeField()


TABLES = (SignIn, MailedLink, RecoveryCode, Bucket, StateChange, Note, ContentDraft, ContentVersion, OnboardingDraft)


def up(migrator, db):
    """Make the tables and add the columns."""
    with db.bind_ctx((Tenant, Account, *TABLES)):
        db.create_tables(TABLES, safe=False)
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.add_column(table, name, field) for name, field in columns.items()))


def down(migrator, db):
    """Take both back."""
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.drop_column(table, name) for name in columns))
    with db.bind_ctx((Tenant, Account, *TABLES)):
        db.drop_tables(TABLES)
