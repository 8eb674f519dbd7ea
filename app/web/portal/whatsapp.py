"""Link the business's phone: a code to scan, or one to type, for as long as somebody looks."""
import segno
from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.models import SessionState
from app.models.base import utc_now
from app.services import linking, workers
from app.web.access import current_tenant, member
from app.web.portal.blueprint import blueprint, who

QUIET_ZONE = 4


@blueprint.get("/whatsapp")
@member
def whatsapp() -> str:
    """The page for linking the phone."""
    return render_template("portal/whatsapp.html", **_link())


@blueprint.get("/whatsapp/part")
@member
def whatsapp_part() -> str:
    """The part of the page that renews itself."""
    return render_template("portal/whatsapp_part.html", **_link())


@blueprint.post("/whatsapp/pairing-code")
@member
def pairing_code() -> Response:
    """Ask for a code to type on a phone that cannot scan."""
    linking.want_pairing_code(current_tenant(), now=utc_now(), **who())
    flash(_("The code appears on this page in a moment."), "info")
    return redirect(url_for("portal.whatsapp"), 303)


def qr_picture(code: str) -> Markup:
    """The code as an SVG that a phone reads from any screen: black on white, with its quiet zone."""
    drawn = segno.make(code, error="m", micro=False, boost_error=True).svg_inline(
        border=QUIET_ZONE, omitsize=True, svgclass="qr-code", lineclass=None, light="#fff", dark="#000",
        title=_("Code to scan with WhatsApp"))
    return Markup(drawn)  # noqa: S704 - drawn from numbers; the code's text does not stand in it


def _link() -> dict[str, object]:
    tenant = current_tenant()
    seen = workers.tenant_overview(tenant.slug, current_app.extensions["flowhq_processes"])
    if seen.session_state != SessionState.CONNECTED:
        workers.want_code(tenant.slug)
    session, now = seen.row.session, utc_now()
    code = linking.code_to_scan(session, now) if seen.session_state == SessionState.QR_READY else ""
    return {"tenant": tenant, "seen": seen, "session": session, "qr": qr_picture(code) if code else "",
            "pairing_code": linking.code_to_type(session, now)}
