"""Bookings, and the places they take: what makes a double booking impossible."""
from enum import StrEnum

from peewee import SQL, BigAutoField, CharField, ForeignKeyField, IntegerField, TextField

from app.models.base import BaseModel, EnumField, StrangersTextField, UtcField, utc_now
from app.models.message import Chat
from app.models.tenant import Tenant

# Spelt as SQL, since the partial index serves only a query that says the same words.
UNTOLD = SQL("news IS NOT NULL")


class BookingState(StrEnum):
    """How far a booking has come. PROPOSED: the business offers another time, the customer has not answered."""

    REQUESTED = "REQUESTED"
    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


class BookingNews(StrEnum):
    """What a customer did with a booking that its owner has not been told yet."""

    MADE = "MADE"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class Booking(BaseModel):
    """One appointment. `starts_at` of a proposal is the time that is proposed.

    `service` is the service's key in the content, `service_name` what it was called when it was booked. `places` are
    what it takes of the service at once. `made_by` is empty where the customer made it, else an e-mail address.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, backref="bookings", on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, backref="bookings", on_delete="CASCADE", null=True)
    number = IntegerField()
    service = CharField(max_length=120, default="")
    service_name = StrangersTextField(default="")
    name = StrangersTextField(default="")
    phone = CharField(max_length=20, default="")
    starts_at = UtcField()
    ends_at = UtcField()
    people = IntegerField(default=1)
    places = IntegerField(default=1)
    state = EnumField(BookingState)
    news = EnumField(BookingNews, null=True)
    note = TextField(default="")
    made_by = CharField(max_length=254, default="")
    reminded_at = UtcField(null=True)
    created_at = UtcField(default=utc_now)
    updated_at = UtcField(default=utc_now)

    class Meta:
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "starts_at"), False),
        )


Booking.add_index(Booking.index(Booking.id, name="booking_news").where(UNTOLD))


class BookingCell(BaseModel):
    """One place of a resource for a quarter of an hour. A place that was given back has no seat, and hinders nobody.

    The resource is the key of a service, or EVERYTHING where the business serves only so many at once in all.
    """

    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    booking = ForeignKeyField(Booking, backref="cells", on_delete="CASCADE")
    resource = CharField(max_length=120)
    starts_at = UtcField()
    seat = IntegerField(null=True)

    class Meta:
        indexes = ((("tenant", "resource", "starts_at", "seat"), True),)
