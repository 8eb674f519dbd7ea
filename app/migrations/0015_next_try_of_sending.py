"""Keep from when on a reply is tried again where sending is paused."""
from peewee import DateTimeField


def up(migrator, db):
    """Add the column."""
    migrator.migrate(migrator.add_column("whatsapp_session", "sending_resumes_at", DateTimeField(null=True)))


def down(migrator, db):
    """Take it back."""
    migrator.migrate(migrator.drop_column("whatsapp_session", "sending_resumes_at"))
