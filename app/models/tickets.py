"""Tickets of a support desk, and the story of each."""
from enum import StrEnum

from peewee import BigAutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from app.models.base import BaseModel, EnumField, StrangersTextField, UtcField, utc_now
from app.models.message import Chat
from app.models.tenant import Tenant

CUSTOMER = "customer"


class TicketState(StrEnum):
    """Whose turn it is with a ticket: the business's (OPEN), the customer's (WAITING), or nobody's any more."""

    OPEN = "OPEN"
    WAITING = "WAITING"
    SOLVED = "SOLVED"
    CLOSED = "CLOSED"


class Ticket(BaseModel):
    """One problem of one customer, under a number of its tenant's.

    `problem` is the key of the troubleshooting that was tried, where there was one. `news` is `opened` or `reopened`
    until webhooks have been told, and `mailed` is false until the owners have.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="tickets", on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, backref="tickets", on_delete="CASCADE", index=False)
    number = IntegerField()
    state = EnumField(TicketState, default=TicketState.OPEN)
    subject = StrangersTextField(default="")
    problem = CharField(max_length=120, default="")
    news = CharField(max_length=12, default="")
    mailed = BooleanField(default=False)
    created_at = UtcField(default=utc_now)
    changed_at = UtcField(default=utc_now)

    class Meta:
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "state", "changed_at"), False),
            (("chat", "id"), False),
        )


class TicketEntry(BaseModel):
    """One thing that was said or done about a ticket.

    `cause` is one of app.services.states.TICKET, or `opened`, `tried` (a step that did not help) or `told` (words that
    changed no state). `author` is CUSTOMER, an e-mail address, or empty for the bot.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="ticket_entries", on_delete="CASCADE", index=False)
    ticket = ForeignKeyField(Ticket, backref="entries", on_delete="CASCADE", index=False)
    cause = CharField(max_length=24)
    author = CharField(max_length=254, default="")
    text = StrangersTextField(default="")
    at = UtcField(default=utc_now)

    class Meta:
        indexes = ((("ticket", "id"), False),)
