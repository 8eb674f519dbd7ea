"""Who may do what in PostgreSQL: applied after each upgrade to a database that `flowhq db bootstrap` has prepared.

A database without that preparation (SQLite, or a developer's PostgreSQL with one role for everything) is left as it is,
and everything runs as its one role.
"""
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from peewee import Database

from app.db import is_sqlite
from app.models import MODELS, BaseModel, Tenant
from app.services import grants
from app.services.grants import OWNER, PLATFORM, WORKERS, Policy

# The driver takes a % for the place of a value.
FUNCTIONS = Path(__file__).with_name("roles.sql").read_text().replace("%", "%%")
TRIGGER = """
    CREATE OR REPLACE TRIGGER tenant_role_follows AFTER INSERT OR DELETE OR UPDATE OF slug ON public.tenant
    FOR EACH ROW EXECUTE FUNCTION public.tenant_role_follows()"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
POLICIES = """
    SELECT polname, obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = %s::regclass"""


class NotTheOwner(Exception):
    """The database's schema belongs to another role than the one that wants to change it."""


def has_roles(database: Database) -> bool:
    """Whether the database was prepared by `flowhq db bootstrap`."""
    if is_sqlite(database):
        return False
    query = "SELECT pg_get_userbyid(datdba) = %s FROM pg_database WHERE datname = current_database()"
    return bool(_value(database, query, OWNER))


@contextmanager
def as_owner(database: Database) -> Iterator[None]:
    """Act as the schema's owner, so that what is made belongs to it; raises NotTheOwner where that is not allowed.

    Does nothing to a database without roles.
    """
    if not has_roles(database):
        yield
        return
    if not _value(database, "SELECT pg_has_role(%s, 'MEMBER')", OWNER):
        raise NotTheOwner(f"The schema belongs to {OWNER}: run `flowhq db upgrade` as root.")
    database.execute_sql(f"SET ROLE {OWNER}")
    try:
        yield
    finally:
        database.execute_sql("RESET ROLE")


def apply(database: Database) -> None:
    """Make functions, grants, policies and the tenants' roles what this version wants, in one transaction.

    To be called as the schema's owner. Sessions that are under way go on under the new rights.
    """
    if not has_roles(database):
        return
    with database.atomic():
        database.execute_sql(FUNCTIONS)
        tables = [row[0] for row in database.execute_sql(TABLES).fetchall()]
        _revoke_all(database)
        for statement in grants.platform_grants(tables):
            database.execute_sql(statement)
        database.execute_sql(f"GRANT EXECUTE ON FUNCTION public.end_long_transactions(interval) TO {PLATFORM}")
        for model in MODELS:
            if model._meta.table_name in tables:
                _secure(database, model)
        if Tenant._meta.table_name in tables:
            database.execute_sql(TRIGGER)
            database.execute_sql("SELECT public.make_tenant_role(slug) FROM public.tenant")


def end_long_transactions(database: Database, longest: timedelta) -> int:
    """End the sessions of workers whose transaction has lasted longer; returns how many there were.

    A worker's own transactions take milliseconds. One that does not end may hold locks that others wait for.
    """
    if not has_roles(database):
        return 0
    return int(_value(database, "SELECT public.end_long_transactions(%s)", longest))


def _revoke_all(database: Database) -> None:
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        database.execute_sql(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM PUBLIC, {PLATFORM}, {WORKERS}")


def _secure(database: Database, model: type[BaseModel]) -> None:
    table = grants.qualified(model)
    for statement in grants.worker_grants(model):
        database.execute_sql(statement)
    if (key := grants.serial_key(model)) is not None:
        sequence = _value(database, "SELECT pg_get_serial_sequence(%s, %s)", table, key)
        database.execute_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {WORKERS}")
    # Both lock the table against everybody for a moment: only where something changes.
    if not _value(database, "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table):
        database.execute_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _replace_policies(database, table, grants.policies(model))


def _replace_policies(database: Database, table: str, wanted: list[Policy]) -> None:
    there = dict(database.execute_sql(POLICIES, (table,)).fetchall())
    definitions = {policy.name: policy.definition for policy in wanted}
    for name, definition in there.items():
        if name not in definitions or definition != definitions[name]:
            database.execute_sql(f"DROP POLICY {name} ON {table}")
    for name, definition in definitions.items():
        if there.get(name) != definition:
            database.execute_sql(f"CREATE POLICY {name} ON {table} {definition}")
            # PostgreSQL gives a policy back in words of its own; the comment says what it was made from.
            database.execute_sql(f"COMMENT ON POLICY {name} ON {table} IS %s", (definition,))


def _value(database: Database, query: str, *values: Any) -> Any:
    return database.execute_sql(query, values or None).fetchone()[0]
