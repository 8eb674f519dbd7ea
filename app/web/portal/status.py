"""How the bot is, in words: what happens next and what there is to do."""
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import current_app, render_template, url_for
from flask_babel import gettext as _

from app.models import RequestStatus, Role, SessionState, SetupRequest, StateChange, Tenant, TenantStatus, WorkerStatus
from app.models.base import utc_now
from app.services import content, history, onboarding, workers
from app.services.workers import Overview
from app.web.access import current_account, current_tenant, member
from app.web.portal.blueprint import blueprint
from app.web.words import GaveUp, session_shown, worker_shown

BEFORE_APPROVAL = (RequestStatus.SUBMITTED, RequestStatus.REVIEWING, RequestStatus.REJECTED)
SCANNABLE = (SessionState.QR_READY, SessionState.LOGGED_OUT)


@dataclass(frozen=True)
class Headline:
    """The state that matters most now, and the page on which to do something about it (may be empty)."""

    state: StrEnum
    url: str = ""
    link: str = ""


@blueprint.get("/")
@member
def index() -> str:
    """Where the people of a business begin."""
    return render_template("portal/status.html", **_status())


@blueprint.get("/status")
@member
def status_part() -> str:
    """The part of the page that renews itself."""
    return render_template("portal/status_part.html", **_status())


def headline(request: SetupRequest | None, tenant: TenantStatus, session: StrEnum, worker: StrEnum, *,
             may_change: bool) -> Headline:
    """What somebody who looks for a moment must read; session and worker as app.web.words shows them."""
    if request is not None and request.status in BEFORE_APPROVAL:
        return _about_request(request.status, may_change)
    if tenant == TenantStatus.PAUSED:
        return Headline(tenant)
    if session in SCANNABLE:
        return Headline(session, url_for("portal.whatsapp"), _("Link the phone"))
    trouble: tuple[tuple[StrEnum, bool], ...] = (
        (session, session in (SessionState.CONFLICT, SessionState.ACTION_REQUIRED, GaveUp.SESSION)),
        (tenant, tenant == TenantStatus.ERROR), (worker, worker in (WorkerStatus.ERROR, WorkerStatus.STALE)))
    if worst := next((state for state, is_bad in trouble if is_bad), None):
        return Headline(worst)
    return _without_trouble(tenant, session, worker)


def _without_trouble(tenant: TenantStatus, session: StrEnum, worker: StrEnum) -> Headline:
    if session == SessionState.CONNECTED:
        return Headline(tenant, url_for("portal.chats"), _("Read the chats"))
    if tenant == TenantStatus.NEW and session == SessionState.DISCONNECTED and worker == WorkerStatus.STOPPED:
        return Headline(tenant, url_for("portal.preview"), _("Try the bot meanwhile"))
    return Headline(session, url_for("portal.whatsapp"), _("Watch it connect"))


def _about_request(status: RequestStatus, may_change: bool) -> Headline:
    if status == RequestStatus.REJECTED:
        link = (url_for("portal.onboarding"), _("Change the request")) if may_change else ()
        return Headline(status, *link)
    return Headline(status, url_for("portal.preview"), _("Try the bot meanwhile"))


def _status() -> dict[str, object]:
    tenant = current_tenant()
    seen = workers.tenant_overview(tenant.slug, current_app.extensions["flowhq_processes"])
    request = onboarding.latest_request(tenant)
    return {"tenant": tenant, "seen": seen, "request_of": request, "headline": _headline(seen, request),
            "today": history.day_in_numbers(tenant, ZoneInfo(seen.row.config.timezone), now=utc_now()),
            "absence": history.last_absence(tenant, now=utc_now()), "changes": _changes(tenant),
            "draft": content.workshop(tenant).draft}


def _headline(seen: Overview, request: SetupRequest | None) -> Headline:
    return headline(request, seen.row.tenant.status, session_shown(seen), worker_shown(seen),
                    may_change=current_account().role == Role.OWNER)


def _changes(tenant: Tenant) -> list[tuple[StateChange, StrEnum]]:
    """What changed lately, with the state as a member of its machine."""
    machines: dict[str, type[StrEnum]] = {"session": SessionState, "worker": WorkerStatus, "tenant": TenantStatus}
    return [(change, machines[change.machine](change.state)) for change in history.newest_changes(tenant)
            if change.machine in machines]
