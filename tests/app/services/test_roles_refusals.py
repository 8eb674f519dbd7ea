"""What the role of web and jobs may not do, though it sees the rows of all."""
import peewee
import psycopg2
import pytest

from app.models import Tenant
from app.services import tenants
from app.services.grants import PLATFORM
from tests.guarded import RIGHTS, GuardedDatabase

pytestmark = pytest.mark.postgresql
NO_SLUGS = ("", "-a", "a-", "A", "a_b", "a b", "x" * 28, 'a"; DROP ROLE flowhq; --', "a\n", "ä", "postgres\n")
REFUSED_TO_THE_PLATFORM = (
    "DROP TABLE message", "TRUNCATE message", "CREATE TABLE x (a int)", "CREATE TEMP TABLE x (a int)",
    "CREATE SCHEMA x", "CREATE ROLE x", 'CREATE ROLE "fhq-x"', 'DROP ROLE "fhq-acme"',
    'ALTER ROLE "fhq-acme" SUPERUSER',
    'SET ROLE "fhq-acme"', "SET ROLE flowhq_owner", "ALTER TABLE message DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE message ADD COLUMN x int", "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DO $$ BEGIN END $$", "UPDATE audit_entry SET actor = 'nobody'",
    "DELETE FROM audit_entry", "DELETE FROM schema_migration", "INSERT INTO schema_migration VALUES (99, 'x', now())",
    "SELECT public.make_tenant_role('acme')", "SELECT public.drop_tenant_role('acme')", "SELECT lo_create(0)",
    "COPY message TO PROGRAM 'id'", "SELECT pg_read_file('/etc/passwd')", "CREATE EXTENSION tablefunc",
    "ALTER SYSTEM SET fsync = off", "UPDATE tenant SET slug = 'other'", "DROP FUNCTION public.make_tenant_role(text)",
    "DROP TRIGGER tenant_role_follows ON tenant", "DROP DATABASE postgres",
)


@pytest.fixture(scope="module")
def refusing(postgres_server):
    """A database with the tenant acme, which refuses what is tried on it."""
    made = GuardedDatabase(postgres_server)
    with made.bound(PLATFORM):
        tenants.create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")
    yield made
    made.drop()


@pytest.mark.parametrize("statement", REFUSED_TO_THE_PLATFORM)
def test_the_platform_can_neither_drop_nor_make_nor_become(refusing, statement):
    with pytest.raises(psycopg2.Error) as refused:
        refusing.ask(statement, role=PLATFORM)
    assert refused.value.pgcode in {"42501", "P0001"}, refused.value


def test_what_the_platform_may_do_it_cannot_give_to_others(refusing):
    before = set(refusing.ask(RIGHTS))
    refusing.ask('GRANT ALL ON message, account TO "fhq-acme"; GRANT ALL ON message TO PUBLIC', role=PLATFORM)
    assert set(refusing.ask(RIGHTS)) == before


@pytest.mark.parametrize("slug", NO_SLUGS)
def test_only_a_slug_makes_a_role(refusing, slug):
    before = refusing.ask("SELECT rolname FROM pg_roles ORDER BY 1")
    with refusing.bound(PLATFORM), pytest.raises(peewee.DataError, match=r"a slug is|too long"):
        Tenant.create(slug=slug, name="Evil")
    assert refusing.ask("SELECT rolname FROM pg_roles ORDER BY 1") == before
