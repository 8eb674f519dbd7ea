"""Keep that WhatsApp has refused the code which a business asked for to type on its phone."""
from peewee import DateTimeField


def up(migrator, db):
    """Add the column."""
    migrator.migrate(migrator.add_column("whatsapp_session", "pairing_refused_at", DateTimeField(null=True)))


def down(migrator, db):
    """Take it back."""
    migrator.migrate(migrator.drop_column("whatsapp_session", "pairing_refused_at"))
