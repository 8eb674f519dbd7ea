"""A database as production has it: prepared by `flowhq db bootstrap`, migrated by its owner, used by roles.

Two tenants live in it. ATTACKER runs what it likes as its role; VICTIM has SECRET in every column of text it has.
"""
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2

from app.db import db, open_database
from app.models import (
    Booking,
    BookingCell,
    Chat,
    Direction,
    Message,
    Order,
    OrderLine,
    SetupRequest,
    Stock,
    Tenant,
    Ticket,
    TicketEntry,
    WhatsAppSession,
    WorkerProcess,
)
from app.services import pictures, schema, tenants
from app.services.bootstrap import bootstrap
from app.services.grants import OWNER, PLATFORM
from tests.postgres import PostgresServer

ATTACKER, VICTIM = "acme", "bravo"
SECRET = "s3cret-of-bravo"
# Every right that somebody has of a table, a column or a policy, and as which role.
RIGHTS = """
    SELECT grantee::regrole::text, relname, privilege_type, NULL FROM pg_class, aclexplode(relacl)
    WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
    UNION ALL SELECT grantee::regrole::text, attrelid::regclass::text, privilege_type, attname
    FROM pg_attribute, aclexplode(attacl) WHERE attrelid > 16384
    UNION ALL SELECT polroles::regrole[]::text, polrelid::regclass::text, polname, obj_description(oid)
    FROM pg_policy"""
_numbers = itertools.count()


class GuardedDatabase:
    """One such database on the tests' server, made from a migrated template."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.name = f"guarded_{os.getpid()}_{next(_numbers)}"
        server.execute(f"CREATE DATABASE {self.name} TEMPLATE {_template(server)} STRATEGY FILE_COPY")
        list(bootstrap(server.url(self.name), "postgres"))

    def url(self, role: str) -> str:
        """The URL by which `role` connects."""
        return self.server.url(self.name).replace("//postgres@", f"//{role}@")

    @contextmanager
    def connected(self, role: str) -> Iterator[Any]:
        """A connection as `role`; each statement is a transaction unless the test says otherwise."""
        connection = psycopg2.connect(self.url(role))
        try:
            connection.autocommit = True
            yield connection
        finally:
            connection.close()

    def ask(self, query: str, *values: Any, role: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows that a query as `role` (default: the superuser) gives."""
        return _rows(self.url(role), query, *values)

    @contextmanager
    def bound(self, role: str) -> Iterator[None]:
        """The models, bound to a connection as `role`."""
        opened = open_database(self.url(role))
        try:
            yield
        finally:
            opened.close()
            db.initialize(None)

    def drop(self) -> None:
        """Remove it, and the roles that it made."""
        self.server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
        for (role,) in _rows(self.server.url("postgres"), "SELECT rolname FROM pg_roles WHERE rolname LIKE 'fhq-%'"):
            self.server.execute(f'DROP ROLE "{role}"')


def fill(guarded: GuardedDatabase) -> dict[str, int]:
    """Make the two tenants, as the platform does; returns the ids of the victim's rows by the words attacks use."""
    with guarded.bound(PLATFORM):
        for slug, text in ((ATTACKER, "own"), (VICTIM, SECRET)):
            tenants.create_tenant(slug=slug, name=text, template="BOOKING", by="test")
            ids = _fill_tenant(Tenant.get(Tenant.slug == slug), text)
    return ids


def _fill_tenant(tenant: Tenant, text: str) -> dict[str, int]:
    now = datetime.now(UTC)
    chat = Chat.create(tenant=tenant, wa_chat_id=f"{text}@c.us", phone=f"+25571{tenant.id:07}", name=text)
    lines = [Message.create(tenant=tenant, chat=chat, direction=Direction.IN, wa_message_id=f"{text}{number}",
                            text=text, sent_at=now) for number in range(5)]
    order = Order.create(tenant=tenant, chat=chat, number=1001, name=text, address=text)
    OrderLine.create(tenant=tenant, order=order, revision=1, product=text, name=text, quantity=1)
    Stock.create(tenant=tenant, product=text, amount=1)
    SetupRequest.create(tenant=tenant, template="BOOKING", business_name=text, whatsapp_number=text)
    WhatsAppSession.update(detail=text, qr_code=text).where(WhatsAppSession.tenant == tenant).execute()
    WorkerProcess.update(last_error=text).where(WorkerProcess.tenant == tenant).execute()
    booking = Booking.create(tenant=tenant, chat=chat, number=1, name=text, starts_at=now, ends_at=now, note=text,
                             state="REQUESTED")
    BookingCell.create(tenant=tenant, booking=booking, resource=text, starts_at=now, seat=0)
    pictures.keep_picture(tenant, text.encode(), now=now)
    ticket = Ticket.create(tenant=tenant, chat=chat, number=1, subject=text, problem=text)
    TicketEntry.create(tenant=tenant, ticket=ticket, cause="opened", text=text)
    return {"TENANT": tenant.id, "CHAT": chat.id, "MESSAGE": lines[0].id, "THE_ORDER": order.id,
            "BOOKING": booking.id, "TICKET": ticket.id}


def _template(server: PostgresServer) -> str:
    name = "template_guarded"
    if not _rows(server.url("postgres"), "SELECT FROM pg_database WHERE datname = %s", name):
        list(bootstrap(server.url(name), "postgres"))
        schema.upgrade(server.url(name).replace("//postgres@", f"//{OWNER}@"))
        db.close()
        db.initialize(None)
    return name


def _rows(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
