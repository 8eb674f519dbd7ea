from app.services import schema


def test_the_migrated_schema_is_current(database, settings):
    assert schema.is_current(database)
    assert schema.upgrade(database) == []
