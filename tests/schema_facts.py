"""What a database's schema is, in words that can be compared: columns, defaults, keys and indices.

The order of columns is left out, since a migration adds them at the end and a model where they belong.
"""
from collections.abc import Iterable

import peewee

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace"""
INDICES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


SQLITE_COLUMNS = """
    SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"""
SQLITE_KEYS = """
    SELECT m.name, f."table", f."from", f."to", f.on_delete
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"""
SQLITE_INDICES = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'"


def facts(database: peewee.Database) -> set[tuple[object, ...]]:
    """Every column, constraint and index of every table but the migrations' own history."""
    statements: Iterable[str] = (COLUMNS, CONSTRAINTS, INDICES)
    if isinstance(database, peewee.SqliteDatabase):
        statements = (SQLITE_COLUMNS, SQLITE_KEYS, SQLITE_INDICES)
    rows = {tuple(row) for statement in statements for row in database.execute_sql(statement).fetchall()}
    return {row for row in rows if row[0] != "schema_migration"}
