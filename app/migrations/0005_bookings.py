"""Keep bookings, and the places that each takes."""
from peewee import SQL, BigAutoField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    pass


class Chat(FrozenModel):
    id = BigAutoField()


class Booking(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, on_delete="CASCADE", null=True)
    number = IntegerField()
    service = CharField(max_length=120)
    service_name = TextField()
    name = TextField()
    phone = CharField(max_length=20)
    starts_at = DateTimeField()
    ends_at = DateTimeField()
    people = IntegerField()
    places = IntegerField()
    state = CharField(max_length=24)
    news = CharField(max_length=24, null=True)
    note = TextField()
    made_by = CharField(max_length=254)
    reminded_at = DateTimeField(null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "starts_at"), False),
        )


Booking.add_index(Booking.index(Booking.id, name="booking_news").where(SQL("news IS NOT NULL")))


class BookingCell(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    booking = ForeignKeyField(Booking, on_delete="CASCADE")
    resource = CharField(max_length=120)
    starts_at = DateTimeField()
    seat = IntegerField(null=True)

    class Meta:
        indexes = ((("tenant", "resource", "starts_at", "seat"), True),)


TABLES = (Booking, BookingCell)


def up(migrator, db):
    """Make the tables."""
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.create_tables(TABLES, safe=False)


def down(migrator, db):
    """Take them back."""
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.drop_tables(TABLES)
