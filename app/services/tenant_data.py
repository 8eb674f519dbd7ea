"""All of a tenant's data in one file, and the erasure of one customer's."""
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any, cast

from app.db import db
from app.errors import Conflict
from app.models import (
    Absence,
    Account,
    AuditEntry,
    Booking,
    Chat,
    ContentDraft,
    ContentVersion,
    Incident,
    Order,
    OrderEvent,
    OrderLine,
    SetupRequest,
    StateChange,
    Stock,
    Tenant,
    TenantConfig,
    Ticket,
    TicketEntry,
)
from app.models.base import BaseModel
from app.services import audit, chats, diary, messages, order_book, people
from app.spreadsheets import csv_lines

PAGE = 500
CHUNK = 64 * 1024
ACCOUNT_FIELDS = ("email", "name", "phone", "role", "language", "email_verified", "created_at")


def message_csv(tenant: Tenant, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
    """Every message of the tenant in that time as the lines of a CSV file, oldest first."""
    lines = messages.export(tenant, since=since, until=until)
    return csv_lines(messages.FIELDS, (asdict(line).values() for line in lines))


def chat_csv(chat: Chat) -> Iterator[str]:
    """The messages of one chat as the lines of a CSV file, oldest first."""
    lines = messages.of_chat(chat)
    return csv_lines(messages.FIELDS, (asdict(line).values() for line in lines))


def export_zip(tenant: Tenant, *, by: str, address: str) -> Iterator[bytes]:
    """A ZIP file with everything there is of the tenant, piece by piece; the audit entry comes before the first."""
    audit.record(by=by, action="data.export", slug=tenant.slug, address=address)
    return _zipped(_files(tenant))


def erase_customer(tenant: Tenant, chat_id: int, *, confirmed: str, by: str, address: str) -> None:
    """Delete a chat with its messages, bookings, orders and tickets: texts, ids, names, addresses and number.

    What orders hold that are still in the shop goes back into the stock.

    `confirmed` is what the person typed to confirm: the customer's number as the chat shows it. Raises Conflict where
    it is another, and UnknownChat.
    """
    with db.atomic():
        chat = chats.find_chat(tenant, chat_id)
        if "".join(confirmed.split()) != "".join(customer_of(chat).split()):
            raise Conflict("To erase this customer's data, type %(number)s exactly.", number=customer_of(chat))
        if chat.phone:
            # Those that were written down by hand belong to no chat.
            Booking.delete().where(Booking.tenant == tenant, Booking.phone == diary.number_of(chat)).execute()
        order_book.give_back_what_is_here(chat)
        chat.delete_instance()
        # Nothing of the customer stands here: the entry would outlive the erasure.
        audit.record(by=by, action="data.erase", slug=tenant.slug, detail={"chat": chat_id}, address=address)


def customer_of(chat: Chat) -> str:
    """What names the customer: the number, else the LID, else WhatsApp's id of the chat."""
    return str(chat.phone or chat.lid or chat.wa_chat_id)


def _files(tenant: Tenant) -> Iterator[tuple[str, Iterable[str]]]:
    yield "tenant.jsonl", _rows([tenant])
    yield "configuration.jsonl", _rows(TenantConfig.select().where(TenantConfig.tenant == tenant))
    yield "draft.jsonl", _rows(ContentDraft.select().where(ContentDraft.tenant == tenant))
    for name, model in (("versions", ContentVersion), ("setup_requests", SetupRequest), ("states", StateChange),
                        ("absences", Absence), ("incidents", Incident), ("chats", Chat), ("bookings", Booking),
                        ("tickets", Ticket), ("ticket_entries", TicketEntry), ("orders", Order),
                        ("order_lines", OrderLine), ("order_events", OrderEvent), ("stock", Stock)):
        yield f"{name}.jsonl", _rows(_pages(model, tenant))
    people = Account.select().where(Account.tenant == tenant).order_by(Account.id)
    yield "people.jsonl", (_line({name: getattr(person, name) for name in ACCOUNT_FIELDS}) for person in people)
    yield "audit.jsonl", _rows(_pages(AuditEntry, tenant))
    yield "messages.csv", message_csv(tenant)


def _pages(model: Any, tenant: Tenant) -> Iterator[BaseModel]:
    """The tenant's rows of a table by id, a page at a time."""
    mine = people.deeds_of(tenant) if model is AuditEntry else model.tenant == tenant
    last = 0
    while page := list(model.select().where(mine, model.id > last).order_by(model.id).limit(PAGE)):
        yield from page
        last = page[-1].id


def _rows(rows: Iterable[BaseModel]) -> Iterator[str]:
    return (_line(row.__data__) for row in rows)


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> str:
    return str(value.isoformat() if isinstance(value, datetime) else value)


class _Outlet:
    """A file that is written to at one end and taken from at the other."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.length = 0

    def write(self, data: bytes) -> int:
        """Take what the archive gives."""
        self._parts.append(bytes(data))
        self.length += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """Give what there is by now."""
        data, self._parts, self.length = b"".join(self._parts), [], 0
        return data


def _zipped(files: Iterable[tuple[str, Iterable[str]]]) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(cast(IO[bytes], outlet), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in files:
            with archive.open(name, "w", force_zip64=True) as entry:
                for line in lines:
                    entry.write(line.encode())
                    if outlet.length >= CHUNK:
                        yield outlet.take()
    yield outlet.take()
