"""Chats and the message log: the two tables that grow."""
from enum import StrEnum
from typing import TYPE_CHECKING

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
)

from app.models.base import BaseModel, EnumField, StrangersTextField, UtcField, utc_now
from app.models.tenant import Tenant

if TYPE_CHECKING:
    from peewee import ModelSelect

# Spelt as SQL, since the partial index serves only a query that says the same words.
UNSETTLED = SQL("delivery IN ('PENDING', 'SENDING')")


DRAFT_ID = "portal:"
OWNER_PHONE = "phone"


class Direction(StrEnum):
    """Who wrote: the customer (IN) or the business (OUT)."""

    IN = "IN"
    OUT = "OUT"


class Delivery(StrEnum):
    """How far an OUT message is known to have come. IN messages have none."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    READ = "READ"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class Outcome(StrEnum):
    """What was done about an IN message. OUT messages have none.

    A JOINED one was read together with the customer's next: the reply is to the next of the chat's IN lines that is
    not JOINED.
    """

    ANSWERED = "ANSWERED"
    JOINED = "JOINED"
    WARNED = "WARNED"
    RATE_LIMITED = "RATE_LIMITED"
    HANDED_OVER = "HANDED_OVER"
    SILENT = "SILENT"


class Chat(BaseModel):
    """One conversation with one customer, keyed by our id; phone and LID are attributes, learnt as they appear."""

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="chats", on_delete="CASCADE", index=False)
    wa_chat_id = CharField(max_length=64)
    phone = CharField(max_length=20, null=True)
    lid = CharField(max_length=40, null=True)
    name = StrangersTextField(default="")
    state = JSONField(default=dict)
    person_until = UtcField(null=True)
    unread = IntegerField(default=0)
    last_message_at = UtcField(null=True)
    created_at = UtcField(default=utc_now)

    class Meta:
        indexes = (
            (("tenant", "phone"), True),
            (("tenant", "lid"), True),
            (("tenant", "last_message_at"), False),
        )


class Message(BaseModel):
    """One line of the log. UNIQUE (tenant, wa_message_id) is the claim that makes a reply happen once.

    `author` of an OUT line is empty for the bot, OWNER_PHONE for what the owner typed on the phone, and otherwise the
    e-mail address of whoever wrote it in the portal; such a line waits under an id that begins with DRAFT_ID.
    `confidence` of a reply is how sure the bot was of what the customer meant, from 0 to 1; None where it had nothing
    to be sure of, such as a number of the menu.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="messages", on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, backref="messages", on_delete="CASCADE", index=False)
    direction = EnumField(Direction)
    wa_message_id = CharField(max_length=160)
    kind = CharField(max_length=24, default="chat")
    text = StrangersTextField(default="")
    sent_at = UtcField()
    created_at = UtcField(default=utc_now)
    in_reply_to = BigIntegerField(null=True)
    because = CharField(max_length=80, default="")
    confidence = FloatField(null=True)
    author = CharField(max_length=254, default="")
    outcome = EnumField(Outcome, null=True)
    delivery = EnumField(Delivery, null=True)
    delivered_at = UtcField(null=True)

    class Meta:
        indexes = (
            (("tenant", "wa_message_id"), True),
            (("tenant", "created_at", "id"), False),
            (("tenant", "id"), False),
            (("chat", "id"), False),
        )

    @classmethod
    def newest_of(cls, tenant: Tenant, limit: int) -> list["Message"]:
        """The newest `limit` lines of a tenant, newest first, each with its chat.

        By time and not by id alone: for that, PostgreSQL would rather walk the primary key back through everybody's
        lines, which is long where a tenant has been silent.
        """
        query = cls.select(cls, Chat).join(Chat).where(cls.tenant == tenant)
        return list(query.order_by(cls.created_at.desc(), cls.id.desc()).limit(limit))

    @classmethod
    def unsettled_of(cls, tenant: Tenant) -> list["Message"]:
        """The OUT lines of a tenant that are still to be sent or looked up, oldest first, each with its chat."""
        return list(cls._unsettled(tenant))

    @classmethod
    def drafts_of(cls, tenant: Tenant) -> list["Message"]:
        """The OUT lines of a tenant that have no id of WhatsApp's yet, oldest first, each with its chat."""
        return list(cls._unsettled(tenant).where(cls.wa_message_id.startswith(DRAFT_ID)))

    @classmethod
    def _unsettled(cls, tenant: Tenant) -> "ModelSelect[Message]":
        return cls.select(cls, Chat).join(Chat).where(cls.tenant == tenant, UNSETTLED).order_by(cls.id)


Message.add_index(Message.index(Message.tenant, Message.id, name="message_unsettled").where(UNSETTLED))
