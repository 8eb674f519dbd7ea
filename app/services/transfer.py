"""One tenant's rows, out of one database and into another that has tenants of its own: new ids, all else kept.

A line of JSON for each row, parents before what refers to them: {"table": "chat", "row": {"id": 7, …}}.
"""
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import peewee
from peewee import AutoField, ForeignKeyField, chunked

from app.db import db, is_sqlite
from app.errors import Conflict, Invalid
from app.models import MODELS, Account, AuditEntry, BaseModel, Tenant, WorkerStatus
from app.models.base import UtcField
from app.services.tenants import check_phone_is_free, find_tenant

# By the table's name, with the reason why it is not taken along.
STAYS = {
    **dict.fromkeys(("outgoing_mail", "webhook_delivery"), "goes out from the host that has promised it"),
    **dict.fromkeys(("sign_in", "mailed_link"), "lets somebody in at the address of the host that made it"),
    **dict.fromkeys(("bucket", "job", "job_later", "job_value", "job_counter"), "the host's own work"),
}
# Numbers of rows that no foreign key tells of.
REFERS = {("message", "in_reply_to"): "message"}
# What is true of a process on the host that is left.
ANEW: dict[str, dict[str, Any]] = {
    "worker_process": {"pid": None, "host": "", "status": WorkerStatus.STOPPED}, "tenant": {"host": ""}}
CHUNK = 500
Numbers = dict[tuple[str, int], int]


def take_out(slug: str) -> Iterator[str]:
    """Every row of the tenant as a line; raises UnknownTenant."""
    tenant = find_tenant(slug)
    for table, model in _moved().items():
        for row in model.select().where(_of(model, tenant)).order_by(model._meta.primary_key).dicts().iterator():
            yield json.dumps({"table": table, "row": row}, default=_plain) + "\n"


def put_in(lines: Iterable[str]) -> Tenant:
    """Add the tenant whose rows these are to this database, all or nothing; returns it.

    Raises Conflict where its slug, its number or an address of its people is taken here, Invalid where the lines are
    of another version.
    """
    numbers: Numbers = {}
    with db.atomic():
        entries = (json.loads(line) for line in lines)
        for table, group in itertools.groupby(entries, key=lambda entry: entry["table"]):
            for rows in chunked((entry["row"] for entry in group), CHUNK):
                _add(table, rows, numbers)
        added = [number for (table, _), number in numbers.items() if table == "tenant"]
        if len(added) != 1:
            raise Invalid("These are not the rows of one tenant.")
        return Tenant.get_by_id(added[0])


def _plain(value: Any) -> str:
    return str(value.isoformat() if isinstance(value, datetime) else value)


def _moved() -> dict[str, type[BaseModel]]:
    return {model._meta.table_name: model for model in MODELS if model._meta.table_name not in STAYS}


def _of(model: Any, tenant: Tenant) -> Any:
    """Which rows of a table are the tenant's: by their own word, or by that of the row they belong to."""
    if model is AuditEntry:
        return AuditEntry.tenant_slug == tenant.slug
    if model is Tenant:
        return Tenant.id == tenant.id
    if "tenant" in model._meta.fields:
        return model.tenant == tenant
    parent = next(field for field in model._meta.sorted_fields if isinstance(field, ForeignKeyField))
    return parent.in_(parent.rel_model.select(parent.rel_model._meta.primary_key).where(_of(parent.rel_model, tenant)))


def _add(table: str, rows: list[dict[str, Any]], numbers: Numbers) -> None:
    model = _moved().get(table)
    if model is None or any(row.keys() - model._meta.fields.keys() for row in rows):
        raise Invalid("This was taken out by another version of Flow HQ: bring both hosts to the same one first.")
    _check_is_free(model, rows)
    if isinstance(model._meta.primary_key, AutoField):
        keys = _fresh_keys(model, len(rows))
        numbers |= {(table, row["id"]): key for row, key in zip(rows, keys, strict=True)}
    model.insert_many([_as_here(model, row, numbers) for row in rows]).execute()


def _as_here(model: type[BaseModel], row: Mapping[str, Any], numbers: Numbers) -> dict[str, Any]:
    """The row with the numbers that rows have here, and its times as times."""
    table = model._meta.table_name
    found = {**row, **ANEW.get(table, {})}
    for name, field in model._meta.fields.items():
        if isinstance(field, UtcField) and found.get(name):
            found[name] = UtcField().python_value(found[name])
        if field.primary_key and isinstance(field, AutoField):
            found[name] = numbers[table, row[name]]
        elif target := _target(table, name, field):
            found[name] = numbers.get((target, row.get(name, 0)))
    return found


def _target(table: str, name: str, field: peewee.Field) -> str:
    """The table that a field's numbers are of, empty where they are none of rows."""
    if isinstance(field, ForeignKeyField):
        return str(field.rel_model._meta.table_name)
    return REFERS.get((table, name), "")


def _check_is_free(model: type[BaseModel], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if model is Tenant:
            if Tenant.get_or_none(Tenant.slug == row["slug"]):
                raise Conflict("There is a tenant %(slug)r here already.", slug=row["slug"])
            check_phone_is_free(Tenant(slug=row["slug"], phone_number=row["phone_number"]))
        if model is Account and Account.get_or_none(Account.email == row["email"]):
            raise Conflict("%(email)s has an account here already, and an account belongs to one business: delete it "
                           "here, or change the address there.", email=row["email"])


def _fresh_keys(model: type[BaseModel], count: int) -> list[int]:
    """So many keys that no other row has or will get."""
    table = model._meta.table_name
    if is_sqlite():
        highest = model.select(peewee.fn.MAX(model._meta.primary_key)).scalar() or 0
        return list(range(highest + 1, highest + 1 + count))
    query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [row[0] for row in db.execute_sql(query, (f"public.{table}", count)).fetchall()]
