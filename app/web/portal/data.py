"""All of the business's data to take away, and the erasure of one customer's."""
from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Conflict
from app.services import chats, tenant_data
from app.web.access import current_tenant, owner
from app.web.errors import said
from app.web.portal.blueprint import blueprint, who


@blueprint.get("/data")
@owner
def data() -> str:
    """What can be taken away and erased."""
    return render_template("portal/data.html")


@blueprint.post("/data/export")
@owner
def export_data() -> FlaskResponse:
    """Everything in one file, written while it is read."""
    tenant = current_tenant()
    disposition = {"Content-Disposition": f'attachment; filename="{tenant.slug}.zip"'}
    pieces = stream_with_context(tenant_data.export_zip(tenant, **who()))
    return FlaskResponse(pieces, mimetype="application/zip", headers=disposition)


@blueprint.route("/chats/<int:chat_id>/erase", methods=["GET", "POST"])
@owner
def erase_customer(chat_id: int) -> Response | str | tuple[str, int]:
    """Ask for the customer's number to be typed, and erase the chat."""
    chat = chats.find_chat(current_tenant(), chat_id)
    customer = tenant_data.customer_of(chat)
    if request.method == "GET":
        return render_template("portal/erase.html", chat=chat, customer=customer, typed="")
    typed = request.form.get("confirmed", "")
    try:
        tenant_data.erase_customer(current_tenant(), chat_id, confirmed=typed, **who())
    except Conflict as error:
        flash(said(error), "danger")
        return render_template("portal/erase.html", chat=chat, customer=customer, typed=typed), 400
    flash(_("Nothing of this customer is kept here any more."), "success")
    return redirect(url_for("portal.chats"), 303)
