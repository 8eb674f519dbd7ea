"""Setting the second factor up, and doing without it again."""
import io

import segno
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.models.base import utc_now
from app.services import second_factor as factor
from app.web.access import current_account, signed_in
from app.web.auth.blueprint import blueprint
from app.web.auth.entry import Answer
from app.web.auth.forms import CodeForm


@blueprint.get("/account/second-factor")
@signed_in
def second_factor() -> Answer:
    """Show the code that an app scans, or how the second factor is."""
    return _page(CodeForm())


@blueprint.post("/account/second-factor")
@signed_in
def enable_second_factor() -> Answer:
    """Ask for the second factor from now on; shows the recovery codes, once."""
    form, mine = CodeForm(), current_account()
    if not mine.totp_enabled and form.is_sent():
        with form.refusals():
            codes = factor.enable(mine, form.code.data, now=utc_now(), address=_address())
            return render_template("auth/recovery_codes.html", codes=codes)
    return _page(form)


@blueprint.post("/account/second-factor/codes")
@signed_in
def renew_recovery_codes() -> Answer:
    """Make new recovery codes in place of the old ones; shows them, once."""
    form = CodeForm()
    if form.is_sent():
        with form.refusals():
            codes = factor.renew_codes(current_account(), form.code.data, now=utc_now(), address=_address())
            return render_template("auth/recovery_codes.html", codes=codes)
    return _page(form)


@blueprint.post("/account/second-factor/end")
@signed_in
def disable_second_factor() -> Answer:
    """Ask for the password alone again."""
    form = CodeForm()
    if form.is_sent():
        with form.refusals():
            factor.disable(current_account(), form.code.data, now=utc_now(), address=_address())
            flash(_("The second factor is off."), "success")
            return redirect(url_for("auth.account"), 303)
    return _page(form)


def _page(form: CodeForm) -> Answer:
    mine = current_account()
    if mine.totp_enabled:
        return render_template("auth/second_factor.html", form=form, codes_left=factor.codes_left(mine)), form.status
    address = factor.begin(mine)
    return render_template("auth/second_factor_begin.html", form=form, picture=_picture(address),
                           secret=mine.totp_secret), form.status


def _picture(text: str) -> Markup:
    """The QR code as SVG without styles of its own."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, light="#fff",
                                     title=_("QR code for the app"), svgclass="qr", lineclass=None)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno's own SVG, of our own text


def _address() -> str:
    return request.remote_addr or ""
