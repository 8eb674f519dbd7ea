"""Everybody's own account: name, language, address, password, and the browsers that are signed in."""
from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.models import Account, LinkPurpose
from app.models.base import utc_now
from app.services import accounts, second_factor, sign_ins
from app.web import mail
from app.web.access import current_account, signed_in
from app.web.auth import browser
from app.web.auth.blueprint import blueprint
from app.web.auth.entry import Answer
from app.web.auth.forms import EmailForm, PasswordForm, ProfileForm
from app.web.auth.links import say_whether_mailed
from app.web.forms import Form

# The first mark that a browser's name has counts: nearly all call themselves Chrome and Safari too.
BROWSERS = (("Firefox", "Firefox"), ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))


@blueprint.get("/account")
@signed_in
def account() -> Answer:
    """One's own account."""
    return _page()


@blueprint.post("/account/profile")
@signed_in
def change_profile() -> Answer:
    """Change name and language."""
    form = ProfileForm(prefix="profile")
    if form.is_sent():
        with form.refusals():
            accounts.change_profile(current_account(), name=form.name.data, language=form.language.data,
                                    address=_address())
            # What was chosen below a page counts no longer.
            session.pop("language", None)
            return _saved(_("Saved."))
    return _page(profile=form)


@blueprint.post("/account/email")
@signed_in
def change_email() -> Answer:
    """Mail a link to a new address; the address changes when it is opened."""
    form = EmailForm(prefix="email")
    if form.is_sent():
        with form.refusals():
            _mail_to_new_address(current_account(), form)
            return redirect(url_for("auth.account"), 303)
    return _page(email=form)


@blueprint.post("/account/password")
@signed_in
def change_password() -> Answer:
    """Change the password and sign the other browsers out."""
    form = PasswordForm(prefix="password")
    if form.is_sent():
        with form.refusals():
            mine, caller = current_account(), browser.here(current_account().email)
            accounts.change_password(mine, old=form.old.data, new=form.password.data, caller=caller, now=utc_now())
            sign_ins.end_all(mine, but=current_user.sign_in.id, address=caller.address)
            return _saved(_("The password is changed, and every other browser is signed out."))
    return _page(password=form)


@blueprint.post("/account/browsers/<int:sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: int) -> Response:
    """Sign one of one's browsers out."""
    sign_ins.end(current_account(), sign_in_id, address=_address())
    return _saved(_("That browser is signed out."))


@blueprint.post("/account/browsers/end")
@signed_in
def end_other_sign_ins() -> Response:
    """Sign every other browser out."""
    sign_ins.end_all(current_account(), but=current_user.sign_in.id, address=_address())
    return _saved(_("Every other browser is signed out."))


def browser_name(agent: str) -> str:
    """What a browser calls itself, in two words, such as "Chrome, Android"."""
    program = next((name for mark, name in BROWSERS if mark in agent), _("another browser"))
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{program}, {system}" if system else program


def _mail_to_new_address(mine: Account, form: EmailForm) -> None:
    now, wanted = utc_now(), accounts.read_email(form.email.data)
    proved = accounts.prove(mine.email, form.password.data, caller=browser.here(mine.email), now=now)
    accounts.check_free(wanted)
    say_whether_mailed(mail.send_link(proved, LinkPurpose.VERIFY, email=wanted))


def _page(**sent: Form) -> Answer:
    """The page; a form that was sent and refused stands in it as it was sent."""
    mine = current_account()
    forms = {"profile": ProfileForm(prefix="profile", formdata=None, name=mine.name, language=mine.language),
             "email": EmailForm(prefix="email", formdata=None),
             "password": PasswordForm(prefix="password", formdata=None)}
    status = max((form.status for form in sent.values()), default=200)
    return render_template(
        "auth/account.html", forms=forms | sent, browser_name=browser_name, mine=mine,
        this=current_user.sign_in, sign_ins=sign_ins.list_of(mine, now=utc_now()),
        codes_left=second_factor.codes_left(mine)), status


def _saved(text: str) -> Response:
    flash(text, "success")
    return redirect(url_for("auth.account"), 303)


def _address() -> str:
    return request.remote_addr or ""
