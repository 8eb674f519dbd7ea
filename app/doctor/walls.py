"""The walls between tenants: the database lets each in as itself alone, and a worker reaches WhatsApp alone."""
import contextlib
import socket
from pathlib import Path
from urllib.parse import urlsplit

import peewee

from app.db import DatabaseUnavailable, open_database
from app.doctor.finding import Finding, fail, ok
from app.models import MODELS, Tenant
from app.services import roles
from app.services.grants import OWNER, PLATFORM, WORKERS
from app.settings import Settings

EGRESS = Path("/run/flowhq/egress.sock")
EGRESS_S = 20.0
PREPARE = "`flowhq db bootstrap`, then `flowhq db upgrade`."
# Of SOCKS 5: a greeting without authentication, and the beginning of a request for a place by its name.
HELLO, CONNECT = b"\x05\x01\x00", b"\x05\x01\x00\x03"
OPEN_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname = ANY(%s) AND NOT relrowsecurity ORDER BY 1"""
ROLELESS = """
    SELECT slug FROM public.tenant WHERE NOT EXISTS (
        SELECT FROM pg_roles WHERE rolname = 'fhq-' || slug AND rolcanlogin AND NOT rolsuper AND NOT rolbypassrls
        AND pg_has_role(rolname, %s, 'MEMBER')) ORDER BY 1"""


def own_name_only(settings: Settings) -> Finding:
    """Whether PostgreSQL lets nobody in under another's name: root asks for the platform's, and must not get it."""
    with contextlib.suppress(DatabaseUnavailable):
        open_database(settings.database, (PLATFORM,)).close()
        return fail("PostgreSQL lets anybody in under any name", "In pg_hba.conf let `peer map=flowhq` be the only "
                    "method for the database; `ansible-playbook site.yml` writes it so.")
    open_database(settings.database, (OWNER,)).close()
    return ok("everybody is who the kernel says")


def rows_apart(settings: Settings) -> Finding:
    """Whether each tenant has a role of its own, and row-level security is on for every table."""
    database = open_database(settings.database, (OWNER,))
    if not roles.has_roles(database):
        return fail("the database has no roles: every worker could read every tenant", PREPARE)
    unguarded = _column(database, OPEN_TABLES, [model._meta.table_name for model in MODELS])
    if unguarded:
        return fail(f"no row-level security on {', '.join(unguarded)}", "`flowhq db upgrade`.")
    roleless = _column(database, ROLELESS, WORKERS)
    if roleless:
        return fail(f"{', '.join(roleless[:3])} without a role in the database", "`flowhq db upgrade` makes it.")
    return ok(f"{Tenant.select().count()} tenants, each with a role of its own")


def way_out(settings: Settings, place: Path = EGRESS) -> Finding:
    """Whether a worker would reach the page it opens, by the one way that it has."""
    page = urlsplit(settings.page_url)
    name = (page.hostname or "").encode()
    port = page.port or {"http": 80, "https": 443}[page.scheme]
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(EGRESS_S)
            asked.connect(str(place))
            asked.sendall(HELLO)
            asked.recv(2)
            asked.sendall(CONNECT + bytes([len(name)]) + name + port.to_bytes(2, "big"))
            answer = asked.recv(2)
    except OSError as error:
        return fail(f"the workers' way out does not answer: {error}", "`systemctl restart flowhq-egress.socket "
                                                                     "flowhq-egress.service`")
    if answer[1:] != b"\x00":
        return fail(f"workers cannot reach {page.netloc}", "`journalctl -u flowhq-egress -p warning` says what was "
                    "refused; FLOWHQ_EGRESS_HOSTS names what may be reached. Else look at the machine's DNS.")
    return ok(f"workers reach {page.netloc}")


def _column(database: peewee.Database, query: str, value: object) -> list[str]:
    return [row[0] for row in database.execute_sql(query, (value,)).fetchall()]
