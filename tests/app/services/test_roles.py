"""Roles, grants and policies: made by bootstrap and upgrade, kept by them, and absent where nobody asked for them."""
import peewee
import pytest

from app.db import db, is_sqlite, open_database
from app.models import MODELS, AuditEntry, Tenant
from app.services import grants, roles, schema, tenants
from app.services.bootstrap import bootstrap
from app.services.grants import OWNER, PLATFORM, WORKERS
from tests.guarded import RIGHTS

SLUGS = ("a", "acme", "a-1", "x" * 27)
TENANT_ROLES = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'fhq-%' ORDER BY 1"
pg = pytest.mark.postgresql


def make(slug="acme"):
    return tenants.create_tenant(slug=slug, name="Acme", template="BOOKING", by="test")


@pg
def test_every_table_is_a_tenants_own_by_policy_or_closed_to_workers_for_a_reason(guarded):
    tables = {model._meta.table_name: model for model in MODELS}
    shared = {model._meta.table_name for model in grants.WORKER_ACCESS}
    assert set(tables) == shared | set(grants.PLATFORM_ONLY), "say in app/services/grants.py what a worker may do"
    assert not shared & set(grants.PLATFORM_ONLY)

    found = {table: set(policies) for table, policies in guarded.ask(
        "SELECT relname, array_agg(polname::text) FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
        "WHERE relrowsecurity GROUP BY 1")}

    assert {table for table, policies in found.items() if "own_rows" in policies} == shared
    assert {table for table, policies in found.items() if "platform" in policies} == set(tables)
    there = {table for (table,) in guarded.ask(roles.TABLES)}
    assert there - set(tables) == {"schema_migration"}, "a table without a model has no policy"


@pg
def test_a_worker_has_no_right_on_a_whole_table_and_none_on_what_is_closed_to_it(guarded):
    rights = [row for row in guarded.ask(RIGHTS) if row[0] == WORKERS]

    assert {(table, verb) for _, table, verb, column in rights if column is None} == {
        (f"{model._meta.table_name}_id_seq", "USAGE")
        for model, access in grants.WORKER_ACCESS.items() if access.insert}
    assert {verb for _, _, verb, column in rights if column} == {"SELECT", "INSERT", "UPDATE"}
    assert not {(verb, column) for _, _, verb, column in rights} & {
        ("INSERT", "id"), ("UPDATE", "id"), ("UPDATE", "tenant_id"), ("UPDATE", "slug")}


@pg
def test_every_unique_key_a_worker_can_write_into_has_the_tenant_in_it(guarded):
    """Or a conflict would tell one tenant what another has."""
    keys = guarded.ask("""
        SELECT indrelid::regclass::text, array(SELECT attname::text FROM pg_attribute
            WHERE attrelid = indrelid AND attnum = ANY (indkey))
        FROM pg_index WHERE indisunique AND NOT indisprimary""")
    writable = {model._meta.table_name for model, access in grants.WORKER_ACCESS.items() if access.insert}

    assert {table for table, _ in keys} >= {"chat", "message"}
    assert [(table, key) for table, key in keys if table in writable and "tenant_id" not in key] == []


@pg
def test_nothing_is_open_to_everybody(guarded):
    assert [row for row in guarded.ask(RIGHTS) if row[0] == "-"] == []
    assert guarded.ask("SELECT FROM pg_database, aclexplode(datacl) "
                       "WHERE datname = current_database() AND grantee = 0") == []
    assert guarded.ask("SELECT FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'public' AND grantee = 0") == []
    assert guarded.ask("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
                       "AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))") == []


@pg
def test_everything_belongs_to_the_owner_who_bypasses_nothing(guarded):
    assert guarded.ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                       "AND relowner <> 'flowhq_owner'::regrole") == []
    assert guarded.ask("SELECT rolname FROM pg_roles WHERE rolname ~ '^(flowhq|fhq)' "
                       "AND (rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb)") == []
    assert guarded.ask("SELECT rolname FROM pg_roles WHERE rolname ~ '^(flowhq|fhq)' AND rolcreaterole") == [(OWNER,)]
    assert guarded.ask("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
                       "AND NOT 'search_path=pg_catalog, pg_temp' = ANY (proconfig)") == [(0,)]


@pg
def test_a_tenants_role_comes_and_goes_with_the_tenant_in_one_transaction(guarded):
    with guarded.bound(PLATFORM):
        for slug in SLUGS:
            make(slug)
        assert [name for (name,) in guarded.ask(TENANT_ROLES)] == sorted(f"fhq-{slug}" for slug in SLUGS)
        with pytest.raises(ZeroDivisionError), db.atomic():
            make("gone")
            Tenant.delete().where(Tenant.slug == "acme").execute()
            raise ZeroDivisionError
        assert len(guarded.ask(TENANT_ROLES)) == len(SLUGS)
        Tenant.delete().execute()
    assert guarded.ask(TENANT_ROLES) == []


@pg
def test_a_role_that_has_powers_is_not_given_to_a_tenant(guarded):
    guarded.ask('CREATE ROLE "fhq-acme" SUPERUSER')
    with guarded.bound(PLATFORM), pytest.raises(peewee.DatabaseError, match="powers that no tenant may have"):
        make()


@pg
def test_a_role_that_was_there_is_set_right(guarded):
    guarded.ask("""CREATE ROLE "fhq-acme" CREATEROLE CONNECTION LIMIT 99 PASSWORD 'x'""")
    guarded.ask("""ALTER ROLE "fhq-acme" SET row_security = off""")
    with guarded.bound(PLATFORM):
        make()
    ((limit, makes_roles, settings),) = guarded.ask(
        "SELECT rolconnlimit, rolcreaterole, rolconfig FROM pg_roles WHERE rolname = 'fhq-acme'")
    assert (limit, makes_roles) == (2, False)
    assert not any(setting.startswith("row_security") for setting in settings)
    assert guarded.ask("SELECT rolpassword FROM pg_authid WHERE rolname = 'fhq-acme'") == [(None,)]


@pg
def test_the_functions_end_in_the_catalog_whatever_the_callers_path_is(guarded):
    """Somebody's own function of the name of one of the catalog's must not run with the owner's rights."""
    guarded.ask("CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO flowhq")
    guarded.ask("CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql "
                "AS 'BEGIN RAISE ''trapped''; END'")
    with guarded.connected(PLATFORM) as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path = trap, pg_catalog, public")
        cursor.execute("INSERT INTO public.tenant SELECT (jsonb_populate_record(NULL::public.tenant, '{}')).* LIMIT 0")
    with guarded.bound(PLATFORM):
        db.execute_sql("SET search_path = trap, pg_catalog, public")
        make()
    assert guarded.ask(TENANT_ROLES) == [("fhq-acme",)]


@pg
def test_an_upgrade_takes_away_what_was_given_by_hand_and_gives_what_is_missing(guarded):
    with guarded.bound(PLATFORM):
        make()
    rights = set(guarded.ask(RIGHTS))
    for change in ("GRANT ALL ON account TO flowhq_workers", "GRANT DELETE ON message TO PUBLIC",
                   "REVOKE ALL ON chat FROM flowhq, flowhq_workers", "DROP POLICY own_rows ON chat",
                   "CREATE POLICY hole ON message USING (true)", "ALTER TABLE message DISABLE ROW LEVEL SECURITY",
                   'DROP ROLE "fhq-acme"'):
        guarded.ask(change)
    assert set(guarded.ask(RIGHTS)) != rights

    assert schema.upgrade(guarded.url(OWNER)) == []

    assert set(guarded.ask(RIGHTS)) == rights
    assert guarded.ask(TENANT_ROLES) == [("fhq-acme",)]
    assert guarded.ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
                       "AND NOT relrowsecurity") == [("schema_migration",)]


@pg
def test_an_upgrade_with_nothing_to_change_locks_no_table(guarded):
    """A policy that is made anew holds up every worker, and waits for every transaction."""
    with guarded.connected("postgres") as reader:
        reader.autocommit = False
        reader.cursor().execute("SELECT count(*) FROM message")
        guarded.ask(f"ALTER ROLE {OWNER} SET lock_timeout = '1s'")
        assert schema.upgrade(guarded.url(OWNER)) == []
    guarded.ask(f"ALTER ROLE {OWNER} SET lock_timeout = '60s'")


@pg
def test_the_platform_may_not_upgrade_and_is_told_who_may(guarded):
    with pytest.raises(schema.SchemaError, match="run `flowhq db upgrade` as root"):
        schema.upgrade(guarded.url(PLATFORM))
    assert schema.is_current(guarded.url(PLATFORM))


@pg
def test_a_superuser_upgrades_as_the_owner_and_is_himself_afterwards(guarded):
    schema.downgrade(guarded.url("postgres"), schema.status(guarded.url("postgres"))[0].name)
    database = open_database(guarded.url("postgres"))
    assert schema.upgrade(database)
    assert database.execute_sql("SELECT current_user").fetchone() == ("postgres",)
    assert guarded.ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [(OWNER,)]


@pg
def test_a_second_bootstrap_changes_nothing_and_says_so(guarded):
    before = set(guarded.ask(RIGHTS))
    said = list(bootstrap(guarded.url("postgres"), "postgres"))
    assert not [line for line in said if line.startswith("Made")]
    assert set(guarded.ask(RIGHTS)) == before


@pg
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_bootstrap_takes_over_a_database_that_one_role_had_for_itself(database, database_url):
    make()
    database.close()

    list(bootstrap(database_url, "postgres"))
    schema.upgrade(database_url.replace("//postgres@", f"//{OWNER}@"))

    open_database(database_url.replace("//postgres@", "//fhq-acme@"))
    assert [tenant.slug for tenant in Tenant.select()] == ["acme"]
    open_database(database_url)
    Tenant.delete().execute()


def test_where_nothing_was_prepared_there_are_no_roles_and_everything_runs(database):
    make()
    assert not roles.has_roles(database)
    assert roles.end_long_transactions(database, None) == 0
    roles.apply(database)
    assert AuditEntry.select().count() == 1
    if not is_sqlite():
        assert database.execute_sql("SELECT FROM pg_roles WHERE starts_with(rolname, 'fhq-')").fetchall() == []
        assert database.execute_sql("SELECT count(*) FROM pg_policy").fetchone() == (0,)
