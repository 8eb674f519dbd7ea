"""The fleet: every tenant in one table, found, sorted, started and stopped from it."""
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models import Desired, SessionState, TenantStatus, WorkerStatus
from app.models.base import utc_now
from app.services import workers
from app.services.fleet import SORTS, Wanted, find_fleet, find_slugs
from app.services.interruptions import interruptions
from app.services.tenants import find_tenant
from app.web.access import admin
from app.web.admin.blueprint import blueprint, processes, who

State = TypeVar("State", bound=StrEnum)
Answer = str | Response
# So many of those that a bulk stop names are looked at for what it would cut off.
LOOKED_AT = 50
# Nobody has this many pages, and no database counts further.
LAST_PAGE = 100_000


@blueprint.get("/")
@admin
def index() -> str:
    """Where an admin begins."""
    wanted = read_wanted(request.args)
    fleet = find_fleet(wanted, processes(), now=utc_now())
    return render_template("admin/fleet.html", fleet=fleet, wanted=wanted, query=as_query(wanted),
                           statuses=TenantStatus, sessions=SessionState, workers=WorkerStatus, wishes=Desired)


@blueprint.post("/workers")
@admin
def change_many() -> Answer:
    """Start or stop many workers; a stop is asked about first."""
    desired = Desired.RUNNING if request.form.get("verb") == "start" else Desired.STOPPED
    slugs = _chosen(request.form)
    if desired == Desired.STOPPED and "confirmed" not in request.form:
        return render_template("admin/stop_many.html", slugs=slugs, busy=_busy(slugs[:LOOKED_AT]))
    changed = workers.want_many(slugs, desired, **who())
    if changed:
        processes().settle(changed)
    _say(desired, len(changed), len(slugs))
    return redirect(url_for("admin.index", **as_query(read_wanted(request.form))), 303)


@blueprint.get("/workers")
@admin
def change_many_again() -> Response:
    """Where somebody lands who goes back to a question that was answered."""
    return redirect(url_for("admin.index"))


def read_wanted(values: Mapping[str, str]) -> Wanted:
    """What a query string or a form asks for; what it does not understand does not narrow the fleet."""
    sort, page = values.get("sort", ""), values.get("page", "")
    return Wanted(
        text=values.get("q", "").replace("\0", "").strip(), status=_state(TenantStatus, values.get("status", "")),
        session=_state(SessionState, values.get("session", "")), worker=_state(WorkerStatus, values.get("worker", "")),
        desired=_state(Desired, values.get("desired", "")), sort=sort if sort.removeprefix("-") in SORTS else "name",
        page=min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 10 and int(page) else 1)


def as_query(wanted: Wanted, **changes: Any) -> dict[str, Any]:
    """The query string that asks for this, without what goes without saying."""
    asked = replace(wanted, **changes)
    query = {"q": asked.text, "status": asked.status, "session": asked.session, "worker": asked.worker,
             "desired": asked.desired, "sort": asked.sort if asked.sort != "name" else "",
             "page": asked.page if asked.page > 1 else ""}
    return {name: str(value) for name, value in query.items() if value}


@blueprint.app_template_global()
def fleet_url(wanted: Wanted, **changes: Any) -> str:
    """The address of the fleet with some of what is asked for changed; another order begins with its first page."""
    return url_for("admin.index", **as_query(wanted, **({"page": 1} | changes)))


@blueprint.app_template_global()
def turned(wanted: Wanted, key: str) -> str:
    """The order to ask for when the heading of a column is followed: numbers and times with the largest first."""
    first = key if key in ("name", "status", "session", "worker") else f"-{key}"
    if wanted.sort != first:
        return first
    return key if first.startswith("-") else f"-{key}"


def _chosen(form: Any) -> list[str]:
    slugs = find_slugs(read_wanted(form)) if "all" in form else form.getlist("slug")
    if not slugs:
        raise Invalid("Choose the tenants first: tick them in the table.")
    return list(slugs)


def _busy(slugs: list[str]) -> list[str]:
    """Those of the tenants at which a stop would cut something off."""
    return [slug for slug in slugs if interruptions(find_tenant(slug), utc_now())]


def _say(desired: Desired, changed: int, asked: int) -> None:
    if not changed:
        flash(_("There was nothing to change: these are as you want them, or paused."), "info")
    elif desired == Desired.RUNNING:
        flash(ngettext("%(num)d worker is being started.", "%(num)d workers are being started, one after another.",
                       changed), "success")
    else:
        flash(ngettext("%(num)d worker is being stopped.", "%(num)d workers are being stopped, one after another.",
                       changed), "success")
    if 0 < changed < asked:
        flash(ngettext("%(num)d was so already, or is paused.", "%(num)d were so already, or are paused.",
                       asked - changed), "info")


def _state(kind: type[State], text: str) -> State | None:
    return kind(text) if text in tuple(kind) else None
