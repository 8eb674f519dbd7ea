"""Prepare a PostgreSQL for Flow HQ: roles, database, and what must not stay open to everybody. Once, as a superuser."""
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn

from app.db import DatabaseUnavailable
from app.services.grants import OWNER, PLATFORM, WORKERS

INSIDE = Path(__file__).with_name("bootstrap.sql").read_text()
ATTRIBUTES = {
    # In PostgreSQL 15 CREATEROLE is nearly everything; nobody signs in as this role but root, for an upgrade.
    OWNER: "LOGIN CREATEROLE NOCREATEDB NOSUPERUSER NOREPLICATION NOBYPASSRLS",
    PLATFORM: "LOGIN NOCREATEROLE NOCREATEDB NOSUPERUSER NOREPLICATION NOBYPASSRLS",
    WORKERS: "NOLOGIN NOCREATEROLE NOCREATEDB NOSUPERUSER NOREPLICATION NOBYPASSRLS",
}
# What the owner's functions need to end a worker's session and to bound a tenant's role.
OWNERS_OWN = (
    f"GRANT pg_signal_backend, pg_read_all_stats TO {OWNER}",
    f"GRANT {WORKERS} TO {OWNER} WITH ADMIN OPTION",
    f"GRANT SET ON PARAMETER temp_file_limit, log_min_messages, log_min_error_statement TO {OWNER}",
    # A worker that will not let go of a row must not keep the web waiting for ever.
    f"ALTER ROLE {PLATFORM} SET lock_timeout = '10s'",
    f"ALTER ROLE {PLATFORM} SET idle_in_transaction_session_timeout = '5min'",
    f"ALTER ROLE {OWNER} SET lock_timeout = '60s'",
)
NEEDED_HBA = f"""\
pg_hba.conf has no line that lets the roles in. Over the socket, and as whom the kernel says one is, they are let in by
    local  DATABASE  all  peer map=flowhq
in pg_hba.conf, and in pg_ident.conf by
    flowhq  root                   {OWNER}
    flowhq  {PLATFORM}                 {PLATFORM}
    flowhq  /^fdb-([a-z0-9-]+)$    fhq-\\1"""


def bootstrap(url: str, superuser: str) -> Iterator[str]:
    """Do it, or what of it is missing, with the database that `url` names; yields what was done, line by line.

    Raises DatabaseUnavailable where PostgreSQL does not answer, or `superuser` is none.
    """
    wanted = parse_dsn(url)
    name = wanted["dbname"]
    maintenance = make_dsn(**{**wanted, "dbname": "postgres", "user": superuser})
    with closing(_connect(maintenance)) as connection, connection.cursor() as cursor:
        yield from _make_roles(cursor)
        yield from _make_database(cursor, name)
        yield from _warn(cursor)
    with closing(_connect(make_dsn(maintenance, dbname=name))) as connection, connection.cursor() as cursor:
        cursor.execute(INSIDE)
        yield f"Closed in {name} what PostgreSQL leaves open to everybody."


def _connect(dsn: str) -> Any:
    try:
        connection = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnavailable(f"PostgreSQL does not let its superuser in: {reason}. "
                                  "Run this as postgres: runuser -u postgres -- flowhq db bootstrap") from error
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            connection.close()
            raise DatabaseUnavailable("Only a superuser can prepare a database. "
                                      "Run this as postgres: runuser -u postgres -- flowhq db bootstrap")
    return connection


def _make_roles(cursor: Any) -> Iterator[str]:
    for role, attributes in ATTRIBUTES.items():
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
        verb = "ALTER" if cursor.rowcount else "CREATE"
        cursor.execute(f"{verb} ROLE {role} {attributes}")
        if verb == "CREATE":
            yield f"Made the role {role}."
    for statement in OWNERS_OWN:
        cursor.execute(statement)


def _make_database(cursor: Any, name: str) -> Iterator[str]:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
    if not cursor.rowcount:
        # By code points, like Python and SQLite: what a list of names looks like must not depend on the host's locale.
        made = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        cursor.execute(sql.SQL(made).format(sql.Identifier(name), sql.Identifier(OWNER)))
        yield f"Made the database {name}."
    database = sql.Identifier(name)
    for statement in (
        f"ALTER DATABASE {{}} OWNER TO {OWNER}",
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {{}} TO {PLATFORM}, {WORKERS}",
    ):
        cursor.execute(sql.SQL(statement).format(database))
    cursor.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")


def _warn(cursor: Any) -> Iterator[str]:
    cursor.execute("SELECT auth_method, options, line_number FROM pg_hba_file_rules WHERE error IS NULL")
    rules = cursor.fetchall()
    if trusting := [str(line) for method, _, line in rules if method == "trust"]:
        yield f"Warning: pg_hba.conf trusts whoever connects (line {', '.join(trusting)}): anybody may be any tenant."
    if not any(method == "peer" and "map=flowhq" in (options or ()) for method, options, _ in rules):
        yield NEEDED_HBA
