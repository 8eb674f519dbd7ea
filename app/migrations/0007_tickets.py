"""Keep tickets of support desks, and the story of each."""
from peewee import BigAutoField, BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    pass


class Chat(FrozenModel):
    id = BigAutoField()


class Ticket(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, on_delete="CASCADE", index=False)
    number = IntegerField()
    state = CharField(max_length=24)
    subject = TextField()
    problem = CharField(max_length=120)
    news = CharField(max_length=12)
    mailed = BooleanField()
    created_at = DateTimeField()
    changed_at = DateTimeField()

    class Meta:
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "state", "changed_at"), False),
            (("chat", "id"), False),
        )


class TicketEntry(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    ticket = ForeignKeyField(Ticket, on_delete="CASCADE", index=False)
    cause = CharField(max_length=24)
    author = CharField(max_length=254)
    text = TextField()
    at = DateTimeField()

    class Meta:
        indexes = ((("ticket", "id"), False),)


TABLES = (Ticket, TicketEntry)


def up(migrator, db):
    """Make both tables."""
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.create_tables(TABLES, safe=False)


def down(migrator, db):
    """Take both back."""
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.drop_tables(TABLES)
