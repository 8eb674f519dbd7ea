"""What mailed links lead to, and the page on which admins find those that no mail server took."""
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.db import db
from app.errors import NotFound
from app.models import LinkPurpose, MailedLink
from app.models.base import utc_now
from app.services import accounts, mailed_links
from app.web import mail
from app.web.access import admin, current_account, home, public, signed_in
from app.web.auth.blueprint import blueprint
from app.web.auth.entry import Answer, go_on
from app.web.auth.forms import ConfirmForm, ForgottenForm, InvitationForm, ResetForm
from app.web.errors import came_from


@blueprint.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> Answer:
    """Mail a link for a new password; says the same whether the address has an account or not."""
    form = ForgottenForm()
    if form.is_sent():
        with form.refusals():
            _mail_reset(form.email.data)
            flash(_("If there is an account with that address, a link is on its way. Look into the spam folder too."),
                  "success")
            return redirect(url_for("auth.sign_in"), 303)
    return render_template("auth/forgotten.html", form=form), form.status


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Answer:
    """Choose a new password by a mailed link, and sign in."""
    link = mailed_links.look_up(token, LinkPurpose.RESET, now=utc_now())
    form = ResetForm()
    if form.is_sent():
        with form.refusals():
            with db.atomic():
                mailed_links.use(link, now=utc_now())
                accounts.reset_password(link.account, form.password.data, address=_address())
            return go_on(link.account)
    return render_template("auth/reset.html", form=form, email=link.account.email), form.status


@blueprint.route("/verify/<token>", methods=["GET", "POST"])
@public
def verify(token: str) -> Answer:
    """Confirm an address by a mailed link; by a button, since mail programs open links by themselves."""
    link = mailed_links.look_up(token, LinkPurpose.VERIFY, now=utc_now())
    form = ConfirmForm()
    if form.is_sent():
        with form.refusals():
            with db.atomic():
                mailed_links.use(link, now=utc_now())
                accounts.confirm_email(link.account, link.email, address=_address())
            flash(_("Thank you: %(email)s is confirmed.", email=link.email), "success")
            return redirect(home(), 303)
    return render_template("auth/verify.html", form=form, email=link.email), form.status


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> Answer:
    """Choose a name and a password by the link of an invitation, and sign in."""
    link = mailed_links.look_up(token, LinkPurpose.INVITE, now=utc_now())
    form = InvitationForm(name=link.account.name)
    if form.is_sent():
        with form.refusals():
            with db.atomic():
                mailed_links.use(link, now=utc_now())
                accounts.accept_invitation(link.account, **form.values(), address=_address())
            return go_on(link.account)
    return render_template("auth/invitation.html", form=form, email=link.account.email), form.status


@blueprint.post("/account/verification")
@signed_in
def send_verification() -> Response:
    """Mail the link that confirms the account's address once more."""
    say_whether_mailed(mail.send_link(current_account(), LinkPurpose.VERIFY))
    return redirect(came_from(), 303)


@blueprint.get("/admin/mailed-links", endpoint="mailed_links")
@admin
def mailed_links_page() -> str:
    """The links that no mail server took, for an admin to pass on."""
    found: list[MailedLink] = mailed_links.unsent(now=utc_now())
    return render_template("auth/mailed_links.html", links=found)


def say_whether_mailed(is_mailed: bool) -> None:
    """Tell the person whether a letter is on its way."""
    if is_mailed:
        flash(_("A link is on its way. Look into the spam folder too."), "success")
    else:
        flash(_("No mail could be sent from here: ask an admin of this host for the link."), "warning")


def _mail_reset(email: str) -> None:
    try:
        account = accounts.find_account(email)
    except NotFound:
        # The same buckets as for an account, so that the answer tells nobody whether there is one.
        mailed_links.allow(email.strip().lower(), _address(), now=utc_now())
        return
    if not account.disabled:
        mail.send_link(account, LinkPurpose.RESET)


def _address() -> str:
    return request.remote_addr or ""
