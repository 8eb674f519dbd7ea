"""The audit log: who did what, when, from where."""
import json
from collections.abc import Iterator, Mapping
from datetime import date

from flask import Response, render_template, request

from app.services import audit_log
from app.services.audit_log import FIELDS, Wanted
from app.spreadsheets import csv_lines
from app.web.access import admin
from app.web.admin.blueprint import blueprint
from app.web.places import row_id
from app.web.portal.chats import csv_file

NAMES = ("q", "tenant", "actor", "action", "day")


@blueprint.get("/audit")
@admin
def audit() -> str:
    """The entries that were looked for, newest first."""
    query, wanted = _read(request.args)
    page = audit_log.find_entries(wanted, row_id("before"))
    bad_day = bool(query.get("day")) and wanted.day is None
    return render_template("admin/audit.html", page=page, query=query, actions=audit_log.actions(), bad_day=bad_day,
                           in_words=detail_in_words)


@blueprint.get("/audit.csv")
@admin
def audit_csv() -> Response:
    """The same entries, all of them, for a spreadsheet."""
    return csv_file(_lines(_read(request.args)[1]), "audit.csv")


def detail_in_words(detail: object) -> str:
    """What an entry says beside its action, on one line."""
    return json.dumps(detail, ensure_ascii=False) if detail else ""


def _lines(wanted: Wanted) -> Iterator[str]:
    rows = ((*values, detail_in_words(detail)) for *values, detail in audit_log.export(wanted))
    return csv_lines(FIELDS, rows)


def _read(values: Mapping[str, str]) -> tuple[dict[str, str], Wanted]:
    """What was typed, without what is empty, and what it asks for."""
    typed = {name: text for name in NAMES if (text := values.get(name, "").replace("\0", "").strip())}
    try:
        day = date.fromisoformat(typed.get("day", ""))
    except ValueError:
        day = None
    return typed, Wanted(typed.get("q", ""), typed.get("tenant", ""), typed.get("actor", ""),
                         typed.get("action", ""), day if day and date.min < day < date.max else None)
