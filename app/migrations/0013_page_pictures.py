"""Keep what the browser shows while WhatsApp Web asks something of a person."""
from peewee import AutoField, BlobField, Check, DateTimeField, ForeignKeyField, Model


class FrozenModel(Model):
    class Meta:
        legacy_table_names = False


class Tenant(FrozenModel):
    id = AutoField()


class PagePicture(FrozenModel):
    id = AutoField()
    tenant = ForeignKeyField(Tenant, on_delete="CASCADE", unique=True)
    jpeg = BlobField(null=True, constraints=[Check("length(jpeg) <= 524288")])
    taken_at = DateTimeField(null=True)


def up(migrator, db):
    """Make the table."""
    with db.bind_ctx((Tenant, PagePicture)):
        db.create_tables([PagePicture], safe=False)


def down(migrator, db):
    """Take it back."""
    with db.bind_ctx((Tenant, PagePicture)):
        db.drop_tables([PagePicture])
