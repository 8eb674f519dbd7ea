"""PURE: what a tenant's worker, and the platform, may do with each table, as statements for PostgreSQL.

Rule 1: a worker is a role `fhq-<slug>`; a policy on every table keeps it to the rows of its own tenant.
Rule 2: it reads and writes by column. Without UPDATE on a whole table it cannot LOCK one, without INSERT of `id` it
cannot probe for other tenants' rows, and it may reference only rows that it sees.
Rule 3: every model is in WORKER_ACCESS or, with the reason, in PLATFORM_ONLY; one that is in neither is closed.
"""
from collections.abc import Iterator
from dataclasses import dataclass

from peewee import Field, ForeignKeyField

from app.models import (
    Absence,
    BaseModel,
    Booking,
    BookingCell,
    Chat,
    Message,
    Order,
    OrderEvent,
    OrderLine,
    PagePicture,
    SetupRequest,
    StateChange,
    Stock,
    Tenant,
    TenantConfig,
    Ticket,
    TicketEntry,
    WhatsAppSession,
    WorkerProcess,
)

OWNER, PLATFORM, WORKERS = "flowhq_owner", "flowhq", "flowhq_workers"
ALL = "*"
# A sub-select and not a comparison by row: PostgreSQL answers it once a statement.
OWN_TENANT = "(SELECT id FROM public.tenant WHERE slug = substr(CURRENT_USER::text, 5))"
OWN_SLUG = "(SELECT substr(CURRENT_USER::text, 5))"


@dataclass(frozen=True)
class Access:
    """The fields that a worker may read, write into a new row and change; ALL is every field but, to insert, the id."""

    select: tuple[str, ...] | str = ALL
    insert: tuple[str, ...] | str = ()
    update: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """One row-level policy, as it follows `CREATE POLICY name ON table`."""

    name: str
    definition: str


WORKER_ACCESS: dict[type[BaseModel], Access] = {
    Tenant: Access(update=("status", "updated_at")),
    TenantConfig: Access(),
    WhatsAppSession: Access(update=(
        "state", "state_since", "detail", "qr_code", "qr_generation", "qr_expires_at", "pairing_code",
        "pairing_refused_at", "phone", "lid", "proved_at", "watermark", "linked_at", "sending_paused_at",
        "sending_resumes_at")),
    WorkerProcess: Access(update=(
        "status", "pid", "host", "started_at", "last_seen_at", "last_error", "ignored", "memory_mib",
        "fencing_token")),
    Chat: Access(insert=ALL, update=(
        "state", "last_message_at", "wa_chat_id", "name", "person_until", "unread", "phone", "lid")),
    Message: Access(insert=ALL, update=("wa_message_id", "delivery", "delivered_at")),
    # Places are given back by taking their seat away, since nothing is deleted here.
    Booking: Access(insert=ALL, update=("starts_at", "ends_at", "state", "news", "reminded_at", "updated_at")),
    BookingCell: Access(insert=ALL, update=("seat",)),
    StateChange: Access(select=("id",), insert=ALL),
    Absence: Access(select=("id", "answered", "for_person"), insert=ALL, update=("answered", "for_person")),
    # Written for admins, and never read again by whoever has taken a worker over.
    PagePicture: Access(select=("id", "tenant"), insert=ALL, update=("jpeg", "taken_at")),
    Ticket: Access(insert=ALL, update=("state", "news", "mailed", "changed_at")),
    TicketEntry: Access(select=("id",), insert=ALL),
    # The first proof that a number is linked ends its request.
    SetupRequest: Access(select=("tenant", "status"), update=("status", "updated_at")),
    # What a customer orders, changes and calls off; each takes from the stock and gives back to it.
    Order: Access(insert=ALL, update=(
        "state", "revision", "goods", "name", "collect", "area", "address", "fee", "total", "currency", "updated_at")),
    OrderLine: Access(insert=ALL),
    OrderEvent: Access(select=("id",), insert=ALL),
    Stock: Access(insert=ALL, update=("amount",)),
}
# By the table's name, with the reason why no worker needs it.
PLATFORM_ONLY = {
    **dict.fromkeys(("account", "sign_in", "mailed_link", "recovery_code", "bucket"), "people and how they sign in"),
    **dict.fromkeys(("audit_entry", "note"), "what admins did and remember"),
    **dict.fromkeys(("portal_event", "content_draft", "content_version", "onboarding_draft"), "work of the portal"),
    **dict.fromkeys(("job", "job_later", "job_value", "job_counter"), "the queue of the platform's own jobs"),
    **dict.fromkeys(("outgoing_mail", "incident", "webhook", "webhook_delivery"), "what the platform's jobs send"),
}
# The audit log is only ever added to, and the history of migrations is its owner's.
PLATFORM_VERBS = {"audit_entry": "SELECT, INSERT", "schema_migration": "SELECT"}
EVERY_VERB = "SELECT, INSERT, UPDATE, DELETE"


def platform_grants(tables: list[str]) -> Iterator[str]:
    """Statements that let web and jobs work with these tables, and with no more than their rows."""
    yield f"GRANT USAGE ON SCHEMA public TO {PLATFORM}, {WORKERS}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PLATFORM}"
    for table in tables:
        yield f'GRANT {PLATFORM_VERBS.get(table, EVERY_VERB)} ON public."{table}" TO {PLATFORM}'


def worker_grants(model: type[BaseModel]) -> Iterator[str]:
    """Statements that let a worker do with one table what WORKER_ACCESS says."""
    access = access_of(model)
    if access is None:
        return
    for verb, names in (("SELECT", access.select), ("INSERT", access.insert), ("UPDATE", access.update)):
        if columns := _columns(model, names, but_key=verb == "INSERT"):
            yield f"GRANT {verb} ({', '.join(columns)}) ON {qualified(model)} TO {WORKERS}"


def policies(model: type[BaseModel]) -> list[Policy]:
    """The policies of one table: the platform sees all rows, a worker those of its tenant."""
    found = [Policy("platform", f"TO {PLATFORM} USING (true) WITH CHECK (true)")]
    if access := access_of(model):
        own = f"slug = {OWN_SLUG}" if model is Tenant else f"tenant_id = {OWN_TENANT}"
        found.append(Policy("own_rows", f"TO {WORKERS} USING ({own}) WITH CHECK ({own})"))
        found += [_references_own(field) for field in _references(model, access)]
    return found


def access_of(model: type[BaseModel]) -> Access | None:
    """What a worker may do with a table, None where nothing: closed is what nobody has decided about."""
    return WORKER_ACCESS.get(model)


def qualified(model: type[BaseModel]) -> str:
    """The table's name for a statement."""
    return f'public."{model._meta.table_name}"'


def serial_key(model: type[BaseModel]) -> str | None:
    """The key that the database numbers by itself where a worker may add rows, None where it may not."""
    access, key = access_of(model), model._meta.primary_key
    return str(key.column_name) if access and access.insert and isinstance(key, Field) else None


def _columns(model: type[BaseModel], names: tuple[str, ...] | str, *, but_key: bool) -> list[str]:
    fields: list[Field] = model._meta.sorted_fields
    if names != ALL:
        fields = [model._meta.fields[name] for name in names]
    return [f'"{field.column_name}"' for field in fields if not (but_key and field.primary_key)]


def _references(model: type[BaseModel], access: Access) -> Iterator[ForeignKeyField]:
    for name, field in model._meta.fields.items():
        insertable = access.insert == ALL or name in access.insert
        if isinstance(field, ForeignKeyField) and field.rel_model is not Tenant and insertable:
            yield field


def _references_own(field: ForeignKeyField) -> Policy:
    """What a foreign key points at is checked past all policies; without this one it would tell which rows exist."""
    target = field.rel_model._meta.table_name
    column = f"{field.model._meta.table_name}.{field.column_name}"
    seen = f"EXISTS (SELECT FROM public.{target} WHERE {target}.id = {column})"  # noqa: S608  names of models alone
    check = f"WITH CHECK ({column} IS NULL OR {seen})"
    return Policy(f"own_{field.name}", f"AS RESTRICTIVE FOR INSERT TO {WORKERS} {check}")
