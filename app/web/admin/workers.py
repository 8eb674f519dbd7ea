"""Start, stop and restart one tenant's worker, asking first where that would cut something off."""
from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.models.base import utc_now
from app.services import workers
from app.services.interruptions import Interruption, interruptions
from app.web.access import admin, tenant_or_404
from app.web.admin.blueprint import blueprint, processes, who
from app.web.errors import came_from

VERBS: dict[str, Callable[[str], object]] = {
    "start": lambda slug: workers.start_worker(slug, processes=processes(), **who()),
    "stop": lambda slug: workers.stop_worker(slug, processes=processes(), **who()),
    "restart": lambda slug: workers.restart_worker(slug, processes=processes(), **who()),
    "force-restart": lambda slug: workers.restart_worker(slug, processes=processes(), force=True, **who()),
}
DONE = {"start": _l("%(name)s's worker is starting."), "stop": _l("%(name)s's worker has stopped."),
        "restart": _l("%(name)s's worker has stopped and is starting again."),
        "force-restart": _l("%(name)s's worker was ended and is starting again.")}
INTERRUPTIONS = {
    Interruption.ANSWERING: _l("A chat is being answered right now: customers have written in the last minute, or a "
                               "reply is on its way."),
    Interruption.SCANNING: _l("Somebody is looking at the code to scan it. After this they need a new one."),
    Interruption.LINKING: _l("A phone has just been linked and its chats are being loaded."),
}


@blueprint.post("/tenants/<slug>/worker")
@admin
def change_worker(slug: str) -> str | Response:
    """Start, stop or restart the worker, as the form's `verb` says."""
    tenant, verb = tenant_or_404(slug), request.form.get("verb", "")
    if verb not in VERBS:
        abort(400)
    found = interruptions(tenant, utc_now()) if verb != "start" and "confirmed" not in request.form else []
    if found:
        return render_template("admin/confirm_worker.html", tenant=tenant, verb=verb, back=came_from(),
                               reasons=[INTERRUPTIONS[each] for each in found])
    VERBS[verb](slug)
    flash(str(DONE[verb]) % {"name": tenant.name}, "success")
    return redirect(_back(slug), 303)


@blueprint.get("/tenants/<slug>/worker")
@blueprint.get("/tenants/<slug>/pause")
@admin
def change_worker_again(slug: str) -> Response:
    """Where somebody lands who goes back to a question that was answered."""
    return redirect(url_for("admin.tenant", slug=tenant_or_404(slug).slug))


def _back(slug: str) -> str:
    """The page on which it was asked for; the page that asks once more hands it on."""
    back = request.form.get("back", "")
    is_ours = back.startswith(url_for("admin.index")) and "//" not in back and "\\" not in back
    return back if is_ours else came_from() if request.referrer else url_for("admin.tenant", slug=slug)
