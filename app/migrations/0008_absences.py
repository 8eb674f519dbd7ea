"""What a tenant wants done about messages that came while its bot was away, and what was."""
from peewee import AutoField, BigAutoField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model

# What existing rows get in the new columns; like all of ours, the columns themselves have no default.
ADDED = {
    "away_policy": CharField(max_length=24, default="ANSWER"), "away_hours": IntegerField(default=24),
    "away_limit": IntegerField(default=200),
}


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()


class Absence(FrozenModel):
    id = BigAutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", index=False)
    since = DateTimeField()
    until = DateTimeField()
    answered = IntegerField()
    for_person = IntegerField()

    class Meta:
        indexes = ((("tenant", "until"), False),)


def up(migrator, db):
    """Make the table and add the columns."""
    with db.bind_ctx((Tenant, Absence)):
        db.create_tables([Absence], safe=False)
    migrator.migrate(*(migrator.add_column("tenant_config", name, field) for name, field in ADDED.items()))


def down(migrator, db):
    """Take both back."""
    migrator.migrate(*(migrator.drop_column("tenant_config", name) for name in ADDED))
    with db.bind_ctx((Tenant, Absence)):
        db.drop_tables([Absence])
