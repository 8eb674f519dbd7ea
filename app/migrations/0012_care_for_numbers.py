"""Go easy on fresh numbers, and keep that sending is paused because nothing arrives."""
from peewee import DateTimeField, IntegerField

# What existing rows get in the new columns; like all of ours, the columns themselves have no default.
ADDED = {
    "tenant_config": {"warm_up_days": IntegerField(default=7)},
    "whatsapp_session": {"linked_at": DateTimeField(null=True), "sending_paused_at": DateTimeField(null=True)},
}


def up(migrator, db):
    """Add the columns; of a number that is linked already nobody knows since when."""
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.add_column(table, name, field) for name, field in columns.items()))


def down(migrator, db):
    """Take them back."""
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.drop_column(table, name) for name in columns))
