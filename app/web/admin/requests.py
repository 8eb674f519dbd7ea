"""Setup requests: what businesses ask for, and the answer."""
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.models import ContentDraft, RequestStatus, TenantConfig
from app.models.base import utc_now
from app.processes import StartFailed
from app.services import setup_requests, states
from app.services.setup_requests import PAGE, WAITING
from app.web.access import admin
from app.web.admin.blueprint import blueprint, processes, who
from app.web.admin.forms import RejectForm
from app.web.admin.records import as_yaml
from app.web.errors import said

Answer = str | Response | tuple[str, int]
LAST_PAGE = 100_000


@blueprint.get("/requests")
@admin
def requests() -> str:
    """The requests that wait, or those in the state that was asked for."""
    text = request.args.get("status", "")
    chosen = RequestStatus(text) if text in tuple(RequestStatus) else None
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    found = setup_requests.find_requests([chosen] if chosen else WAITING, page)
    return render_template("admin/requests.html", requests=found, chosen=chosen, statuses=RequestStatus, page=page,
                           is_full=len(found) == PAGE)


@blueprint.get("/requests/<int:request_id>")
@admin
def setup_request(request_id: int) -> str:
    """One request, and what there is to decide."""
    return _page(request_id, RejectForm(formdata=None))


@blueprint.post("/requests/<int:request_id>/review")
@admin
def review_request(request_id: int) -> Response:
    """Let everybody see that somebody looks at it."""
    setup_requests.begin_review(request_id, now=utc_now(), **who())
    flash(_("The business sees now that its request is being looked at."), "success")
    return _back(request_id)


@blueprint.post("/requests/<int:request_id>/approve")
@admin
def approve_request(request_id: int) -> Response:
    """Approve it, which starts the worker."""
    try:
        setup_requests.approve(request_id, processes=processes(), now=utc_now(), **who())
    except StartFailed as error:
        flash(_("Approved, but the worker did not start: %(reason)s", reason=said(error)), "danger")
    else:
        flash(_("Approved: the worker is starting, and the business will see a code to scan."), "success")
    return _back(request_id)


@blueprint.post("/requests/<int:request_id>/reject")
@admin
def reject_request(request_id: int) -> Answer:
    """Reject it for a reason."""
    form = RejectForm()
    if form.is_sent():
        with form.refusals():
            setup_requests.reject(request_id, form.reason.data, now=utc_now(), **who())
            flash(_("Rejected. The business reads your reason and can send the request again."), "success")
            return _back(request_id)
    return _page(request_id, form), form.status


def _page(request_id: int, form: RejectForm) -> str:
    found = setup_requests.find_request(request_id)
    config = TenantConfig.get(TenantConfig.tenant == found.tenant)
    draft = ContentDraft.get_or_none(ContentDraft.tenant == found.tenant)
    allowed = {cause for cause in ("review_begun", "approved", "rejected")
               if states.allows(states.REQUEST, found.status, cause)}
    return render_template("admin/request.html", found=found, config=config, form=form, allowed=allowed,
                           content=as_yaml(draft.values if draft else config.content), hours=as_yaml(config.hours))


def _back(request_id: int) -> Response:
    return redirect(url_for("admin.setup_request", request_id=request_id), 303)
