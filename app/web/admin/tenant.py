"""One tenant: how it is and was, its code, its charts, its notes."""
from collections.abc import Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.charts import Chart, Point, bar_chart
from app.errors import Invalid
from app.models import RequestStatus, SessionState, SetupRequest, StateChange, Tenant, TenantStatus, WorkerStatus
from app.models.base import utc_now
from app.services import linking, notes, people, pictures, workers
from app.services.traffic import Traffic, traffic_of
from app.services.workers import Overview
from app.web.access import admin, tenant_or_404
from app.web.admin.blueprint import blueprint, processes, who
from app.web.errors import said
from app.web.portal.whatsapp import qr_picture
from app.web.words import ROLES

CHANGES = 100
MACHINES: dict[str, type[StrEnum]] = {
    "session": SessionState, "worker": WorkerStatus, "tenant": TenantStatus, "request": RequestStatus}
WATCHED = frozenset({SessionState.QR_READY, SessionState.LOGGED_OUT, SessionState.STARTING})


@blueprint.get("/tenants/<slug>")
@admin
def tenant(slug: str) -> str:
    """How the tenant is, and what was."""
    return tenant_page(slug)


@blueprint.get("/tenants/<slug>/state")
@admin
def tenant_state(slug: str) -> str:
    """The part of the page that renews itself."""
    return render_template("admin/tenant_state.html", **_state(_seen(slug)[0]))


@blueprint.get("/tenants/<slug>/picture")
@admin
def page_picture(slug: str) -> Response:
    """What WhatsApp Web shows while it asks something that a person must answer."""
    jpeg = pictures.picture_of(tenant_or_404(slug))
    if jpeg is None:
        abort(404)
    return Response(jpeg, mimetype="image/jpeg")


@blueprint.post("/tenants/<slug>/notes")
@admin
def add_note(slug: str) -> Response | tuple[str, int]:
    """Write a note about the tenant."""
    typed = request.form.get("text", "")
    try:
        notes.add_note(tenant_or_404(slug), typed, now=utc_now(), **who())
    except Invalid as error:
        flash(said(error), "danger")
        return tenant_page(slug, note=typed), 400
    return redirect(url_for("admin.tenant", slug=slug, _anchor="notes"), 303)


@blueprint.post("/tenants/<slug>/notes/<int:note_id>/delete")
@admin
def delete_note(slug: str, note_id: int) -> Response:
    """Take a note away."""
    notes.delete_note(tenant_or_404(slug), note_id, **who())
    flash(_("The note is gone."), "success")
    return redirect(url_for("admin.tenant", slug=slug, _anchor="notes"), 303)


def tenant_page(slug: str, *, note: str = "", invited: Mapping[str, str] | None = None) -> str:
    """The whole page, with what was typed into one of its forms and refused."""
    seen, zone = _seen(slug)
    row = seen.row
    return render_template(
        "admin/tenant.html", **_state(seen), charts=charts(traffic_of(row.tenant, zone, utc_now()), zone),
        changes=changes_of(row.tenant), notes=notes.notes_of(row.tenant), zone=zone.key, typed=note, here="overview",
        request_of=_latest_request(row.tenant), people=people.people_of(row.tenant), has_joined=people.has_joined,
        roles=ROLES, invited=invited or {})


def charts(traffic: Traffic, zone: ZoneInfo) -> dict[str, Chart]:
    """What the tenant's chats carried, as charts with labels in the page's language."""
    hours = [format_datetime(count.begins.astimezone(zone), "EEE HH:mm", rebase=False) for count in traffic.hours]
    days = [format_date(count.begins.astimezone(zone).date(), "EEE d MMM") for count in traffic.days]
    return {
        "hours": bar_chart([Point(label, each.heard + each.said)
                            for label, each in zip(hours, traffic.hours, strict=True)]),
        "days": bar_chart([Point(label, each.heard + each.said)
                           for label, each in zip(days, traffic.days, strict=True)]),
        "waits": bar_chart([Point(label, round(each.median_s or 0.0, 1))
                            for label, each in zip(hours, traffic.waits, strict=True)]),
    }


def changes_of(tenant: Tenant) -> list[tuple[StateChange, StrEnum]]:
    """The newest changes of state, newest first, each with the state as a member of its machine."""
    query = StateChange.select().where(StateChange.tenant == tenant)
    newest = query.order_by(StateChange.at.desc(), StateChange.id.desc()).limit(CHANGES)
    return [(change, MACHINES[change.machine](change.state)) for change in newest]


def _seen(slug: str) -> tuple[Overview, ZoneInfo]:
    tenant_or_404(slug)
    seen = workers.tenant_overview(slug, processes())
    return seen, ZoneInfo(seen.row.config.timezone)


def _state(seen: Overview) -> dict[str, object]:
    session, slug = seen.row.session, seen.row.tenant.slug
    if seen.session_state in WATCHED:
        workers.want_code(slug)
    code = linking.code_to_scan(session, utc_now()) if seen.session_state == SessionState.QR_READY else ""
    return {"seen": seen, "tenant": seen.row.tenant, "qr": qr_picture(code) if code else None,
            "pictured_at": pictures.pictured_at(seen.row.tenant)}


def _latest_request(tenant: Tenant) -> SetupRequest | None:
    query = SetupRequest.select().where(SetupRequest.tenant == tenant)
    request_of: SetupRequest | None = query.order_by(SetupRequest.id.desc()).first()
    return request_of
