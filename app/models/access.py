"""What stands between a person and an account: sessions, mailed links, recovery codes, throttles."""
from enum import StrEnum

from peewee import AutoField, CharField, FloatField, ForeignKeyField

from app.models.account import Account
from app.models.base import BaseModel, EnumField, UtcField, utc_now


class LinkPurpose(StrEnum):
    """What a mailed link is good for."""

    VERIFY = "VERIFY"
    RESET = "RESET"
    INVITE = "INVITE"


class SignIn(BaseModel):
    """One signed-in browser; it ends when the row goes. Only a hash of its token is stored."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="sign_ins", on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    created_at = UtcField(default=utc_now)
    last_seen_at = UtcField(default=utc_now)
    address = CharField(max_length=64, default="")
    agent = CharField(max_length=200, default="")


class MailedLink(BaseModel):
    """A link that was mailed to `email`, good once and until it expires.

    Only a hash of its token is stored, and the whole link for as long as no mail server has taken it: where none does,
    an admin passes it on.
    """

    id = AutoField()
    account = ForeignKeyField(Account, backref="mailed_links", on_delete="CASCADE")
    purpose = EnumField(LinkPurpose)
    email = CharField(max_length=254)
    token_hash = CharField(max_length=64, unique=True)
    unsent_url = CharField(max_length=400, default="")
    created_at = UtcField(default=utc_now)
    expires_at = UtcField()
    used_at = UtcField(null=True)


class RecoveryCode(BaseModel):
    """A second factor for the day the phone is lost, good once."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="recovery_codes", on_delete="CASCADE")
    code_hash = CharField(max_length=64)
    used_at = UtcField(null=True)

    class Meta:
        indexes = ((("account", "code_hash"), True),)


class Bucket(BaseModel):
    """A token bucket that throttles one kind of try, by its key."""

    key = CharField(max_length=160, primary_key=True)
    tokens = FloatField()
    updated_at = UtcField(default=utc_now)
