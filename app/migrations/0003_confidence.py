"""Keep how sure the bot was of each reply."""
from peewee import FloatField


def up(migrator, db):
    """Add the column; a reply from before has none, as one that rests on no understanding."""
    migrator.migrate(migrator.add_column("message", "confidence", FloatField(null=True)))


def down(migrator, db):
    """Take it back."""
    migrator.migrate(migrator.drop_column("message", "confidence"))
