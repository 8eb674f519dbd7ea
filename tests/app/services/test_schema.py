import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import peewee
import pytest
from playhouse.schema_diff import diff_models

from app.models import MODELS, AuditEntry, Chat, Direction, Message, Tenant
from app.services import schema
from tests.schema_facts import facts

SHIPPED = sorted(path.stem for path in schema.DIRECTORY.glob("[0-9]*.py"))
FIRST = SHIPPED[0]
# Behind all that is shipped, however much that is by now.
NEXT = f"{int(SHIPPED[-1][:4]) + 1:04}"
ADD_COLOUR = '''
from peewee import CharField

def up(migrator, db):
    migrator.migrate(migrator.add_column("tenant", "colour", CharField(default="green")))

def down(migrator, db):
    migrator.migrate(migrator.drop_column("tenant", "colour"))
'''
FAIL_HALF_WAY = '''
def up(migrator, db):
    db.execute_sql("CREATE TABLE half (id integer)")
    db.execute_sql("SELECT no_such_column FROM tenant")
'''
# Long enough that everybody else arrives while the first is at it.
TAKE_A_WHILE = '''
import time

def up(migrator, db):
    time.sleep(0.5)
    db.execute_sql("CREATE TABLE slow (id integer)")
'''
UPGRADE = """
import sys
from pathlib import Path
from app.services import schema
print(*schema.upgrade(sys.argv[1], Path(sys.argv[2])))
"""


@pytest.fixture
def directory(tmp_path):
    """A copy of the migrations that a test may add to."""
    return shutil.copytree(schema.DIRECTORY, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))


def test_the_migrations_make_what_the_models_say(database):
    assert not diff_models(database, MODELS)

    migrated = facts(database)
    schema.downgrade(database, FIRST)
    database.create_tables(MODELS)

    assert migrated == facts(database)
    assert len(migrated) > len(MODELS)


def test_the_comparison_sees_a_default_a_length_and_a_null(database):
    migrated = facts(database)
    for change in ("DROP TABLE tenant_config", "CREATE TABLE tenant_config (timezone VARCHAR(63) DEFAULT 'UTC')"):
        database.execute_sql(change)

    assert migrated - facts(database)
    assert facts(database) - migrated


def test_down_takes_back_what_up_made(database):
    migrated = facts(database)

    assert schema.downgrade(database, FIRST) == SHIPPED[::-1]
    assert facts(database) == set()
    assert not schema.is_current(database)

    assert schema.upgrade(database) == SHIPPED
    assert facts(database) == migrated
    assert schema.is_current(database)


def test_a_second_upgrade_does_nothing(database):
    assert schema.upgrade(database) == []


def test_status_says_what_is_applied_when_and_what_waits(database, directory):
    (directory / f"{NEXT}_add_colour.py").write_text(ADD_COLOUR)

    first, *_, second = schema.status(database, directory)

    assert (first.name, first.known) == (FIRST, True)
    assert abs(first.applied_at - datetime.now(UTC)) < timedelta(hours=1)
    assert second == schema.Step(f"{NEXT}_add_colour", None, True)


def test_upgrade_keeps_the_rows_up_and_down(database, directory):
    tenant = Tenant.create(slug="acme", name="Acme")
    chat = Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="255700000001")
    now = datetime.now(UTC)
    line = Message.create(tenant=tenant, chat=chat, direction=Direction.IN, wa_message_id="A", text="sawa", sent_at=now)
    (directory / f"{NEXT}_add_colour.py").write_text(ADD_COLOUR)

    assert schema.upgrade(database, directory) == [f"{NEXT}_add_colour"]
    assert database.execute_sql("SELECT slug, colour FROM tenant").fetchall() == [("acme", "green")]

    assert schema.downgrade(database, f"{NEXT}_add_colour", directory) == [f"{NEXT}_add_colour"]
    assert Message.get_by_id(line.id).text == "sawa"
    assert not diff_models(database, MODELS)


@pytest.mark.slow
def test_upgrade_is_safe_when_many_processes_run_it_at_once(database, database_url, directory):
    schema.downgrade(database, FIRST)
    (directory / f"{NEXT}_slow.py").write_text(TAKE_A_WHILE)
    command = [sys.executable, "-c", UPGRADE, database_url, str(directory)]

    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate(timeout=60) for process in running]

    assert sorted(said.strip() for said, _ in outputs) == ["", "", "", " ".join([*SHIPPED, f"{NEXT}_slow"])], outputs
    assert [process.returncode for process in running] == [0, 0, 0, 0]


def test_a_migration_that_fails_leaves_nothing_and_says_why(database, directory):
    (directory / f"{NEXT}_half.py").write_text(FAIL_HALF_WAY)
    before = facts(database)

    with pytest.raises(schema.SchemaError, match="no_such_column"):
        schema.upgrade(database, directory)

    assert facts(database) == before
    assert not [step for step in schema.status(database, directory) if step.name == f"{NEXT}_half" and step.applied_at]


def test_a_database_newer_than_this_version_is_refused(database, directory):
    (directory / f"{NEXT}_add_colour.py").write_text(ADD_COLOUR)
    schema.upgrade(database, directory)

    assert not schema.is_current(database)
    with pytest.raises(schema.SchemaError, match=f"newer than this Flow HQ: it has had {NEXT}_add_colour"):
        schema.upgrade(database)


def test_a_migration_that_is_not_applied_cannot_be_taken_back(database):
    with pytest.raises(schema.SchemaError, match="0007"):
        schema.downgrade(database, "0007_unheard_of")


def test_upgrade_inside_a_transaction_is_refused(database):
    with pytest.raises(schema.SchemaError, match="transaction"), database.atomic():
        schema.upgrade(database)


def test_an_empty_database_is_not_current(tmp_path):
    database = peewee.SqliteDatabase(tmp_path / "flowhq.db")

    assert not schema.is_current(database)


def test_a_new_migration_takes_the_next_number_and_runs(database, directory):
    path = schema.new("add opening hours", directory)

    assert path == directory / f"{NEXT}_add_opening_hours.py"
    assert path.read_text().startswith('"""Add opening hours."""\n')
    assert schema.upgrade(database, directory) == [f"{NEXT}_add_opening_hours"]
    assert schema.downgrade(database, f"{NEXT}_add_opening_hours", directory)


def test_a_new_migration_lists_what_the_models_have_and_no_migration_makes(directory, monkeypatch):
    class Invoice(AuditEntry):
        pass

    monkeypatch.setattr(schema, "MODELS", (*MODELS, Invoice))

    assert "# create table invoice\n" in schema.new("add invoices", directory).read_text()


def test_a_new_migration_needs_a_name(directory):
    with pytest.raises(schema.SchemaError, match="needs a name"):
        schema.new("  ", directory)
