"""Fill a database with made-up tenants, chats and messages, to see how pages and queries bear their number."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from peewee import chunked, fn

from app.db import db, is_sqlite
from app.errors import Conflict
from app.models import (
    Chat,
    Desired,
    SessionState,
    Template,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)

PREFIX = "seed-"
PERIOD = timedelta(days=30)
ROWS_AT_ONCE = 500
TEMPLATES = tuple(Template)
TEXTS = ("Habari, mna nafasi kesho?", "How much is the big one?", "Asante sana", "Do you deliver to Mbezi?")

# Messages lie evenly in the period, the tenants in turn, each second one a reply to the one before it in its chat.
MESSAGES = """
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {messages} - 1)
    INSERT INTO message
        (tenant_id, chat_id, wa_message_id, kind, text, because, author, sent_at, created_at, direction, outcome,
         delivery)
    SELECT {first_tenant} + i % {tenants}, {first_chat} + i % {chats}, 'seed_' || i, 'chat',
        CASE i / {tenants} % 4 WHEN 0 THEN '{0}' WHEN 1 THEN '{1}' WHEN 2 THEN '{2}' ELSE '{3}' END,
        CASE WHEN i / {tenants} % 2 = 1 THEN 'menu' ELSE '' END, '', {time}, {time},
        CASE WHEN i / {tenants} % 2 = 1 THEN 'OUT' ELSE 'IN' END,
        CASE WHEN i / {tenants} % 2 = 1 THEN NULL ELSE 'ANSWERED' END,
        CASE WHEN i / {tenants} % 2 = 1 THEN 'READ' END
    FROM n"""
SQLITE_TIME = "strftime('%Y-%m-%d %H:%M:%f000', '{start}', (i * {step}) || ' seconds')"
POSTGRES_TIME = "timestamp '{start}' + i * {step} * interval '1 second'"


@dataclass(frozen=True)
class Seed:
    """How much to make: tenants, chats of each, and messages in all."""

    tenants: int
    chats_per_tenant: int
    messages: int


def fill(seed: Seed, *, now: datetime) -> None:
    """Add the tenants with their chats and messages, in one transaction; Conflict where there are some already."""
    if Tenant.select().where(Tenant.slug.startswith(PREFIX)).exists():
        raise Conflict(f"The database has made-up tenants already: their slugs begin with {PREFIX}.")
    with db.atomic():
        _insert(Tenant, _tenants(seed, now))
        first_tenant = Tenant.select(fn.MIN(Tenant.id)).where(Tenant.slug.startswith(PREFIX)).scalar()
        for model, rows in _belongings(seed, first_tenant, now):
            _insert(model, rows)
        first_chat = Chat.select(fn.MIN(Chat.id)).where(Chat.tenant >= first_tenant).scalar()
        _insert_messages(seed, first_tenant, first_chat, now)
    db.execute_sql("ANALYZE")


def _tenants(seed: Seed, now: datetime) -> Iterator[dict[str, object]]:
    for number in range(seed.tenants):
        yield {"slug": f"{PREFIX}{number:05}", "name": f"Business {number:05}", "phone_number": f"+25578{number:07}",
               "status": TenantStatus.ACTIVE, "desired": Desired.RUNNING, "created_at": now, "updated_at": now}


def _belongings(seed: Seed, first: int, now: datetime) -> Iterator[tuple[type, Iterator[dict[str, object]]]]:
    ids = range(first, first + seed.tenants)
    yield TenantConfig, ({"tenant": id_, "template": TEMPLATES[id_ % 3], "business_name": f"Business {id_ - first:05}"}
                         for id_ in ids)
    yield WhatsAppSession, ({"tenant": id_, "state": SessionState.CONNECTED, "phone": f"+25578{id_ - first:07}",
                             "proved_at": now, "state_since": now} for id_ in ids)
    yield WorkerProcess, ({"tenant": id_, "status": WorkerStatus.RUNNING, "last_seen_at": now, "started_at": now,
                           "memory_mib": 130} for id_ in ids)
    # Chats in turn, as the messages: chat number c belongs to tenant number c % tenants.
    yield Chat, ({"tenant": first + number % seed.tenants, "wa_chat_id": f"25579{number:07}@c.us",
                  "phone": f"25579{number:07}", "name": f"Customer {number}", "last_message_at": now}
                 for number in range(seed.tenants * seed.chats_per_tenant))


def _insert(model: type, rows: Iterator[dict[str, object]]) -> None:
    for some in chunked(rows, ROWS_AT_ONCE):
        model.insert_many(some).execute()  # type: ignore[attr-defined]  # one of our models


def _insert_messages(seed: Seed, first_tenant: int, first_chat: int, now: datetime) -> None:
    start = (now.astimezone(UTC) - PERIOD).strftime("%Y-%m-%d %H:%M:%S")
    step = PERIOD.total_seconds() / max(seed.messages, 1)
    time = (SQLITE_TIME if is_sqlite() else POSTGRES_TIME).format(start=start, step=step)
    sql = MESSAGES.format(*TEXTS, messages=seed.messages, tenants=seed.tenants, first_tenant=first_tenant,
                          first_chat=first_chat, chats=seed.tenants * seed.chats_per_tenant, time=time)
    db.execute_sql(sql if is_sqlite() else sql.replace("%", "%%"))
