"""Keep a shop's orders, and count what is left of what it sells."""
from peewee import (
    AutoField,
    BigAutoField,
    BooleanField,
    CharField,
    Check,
    DateTimeField,
    DecimalField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def _money():
    return DecimalField(max_digits=20, decimal_places=2, auto_round=True, null=True)


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()


class Chat(FrozenModel):
    id = BigAutoField()


class Order(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    chat = ForeignKeyField(Chat, on_delete="CASCADE", index=False)
    number = IntegerField()
    state = CharField(max_length=24)
    revision = IntegerField()
    goods = IntegerField()
    name = TextField()
    collect = BooleanField()
    area = TextField()
    address = TextField()
    fee = _money()
    total = _money()
    currency = CharField(max_length=8)
    reason = TextField()
    created_at = DateTimeField()
    updated_at = DateTimeField()

    class Meta:
        table_name = "shop_order"
        indexes = (
            (("tenant", "number"), True),
            (("tenant", "state", "id"), False),
            (("tenant", "id"), False),
            (("chat", "id"), False),
        )


class OrderLine(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE")
    order = ForeignKeyField(Order, on_delete="CASCADE", index=False)
    revision = IntegerField()
    product = CharField(max_length=120)
    name = TextField()
    price = _money()
    quantity = IntegerField(constraints=[Check("quantity > 0")])

    class Meta:
        indexes = ((("order", "revision"), False),)


class OrderEvent(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE")
    order = ForeignKeyField(Order, on_delete="CASCADE")
    cause = CharField(max_length=24)
    state = CharField(max_length=24)
    by = CharField(max_length=254)
    at = DateTimeField()
    told_at = DateTimeField(null=True, index=True)


class Stock(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    product = CharField(max_length=120)
    amount = IntegerField(null=True, constraints=[Check("amount >= 0")])

    class Meta:
        indexes = ((("tenant", "product"), True),)


TABLES = (Order, OrderLine, OrderEvent, Stock)


def up(migrator, db):
    """Make the tables, and let every owner be told of orders."""
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.create_tables(TABLES, safe=False)
    migrator.migrate(migrator.add_column("account", "wants_orders", BooleanField(default=True)))


def down(migrator, db):
    """Take both back."""
    migrator.migrate(migrator.drop_column("account", "wants_orders"))
    with db.bind_ctx((Tenant, Chat, *TABLES)):
        db.drop_tables(TABLES)
