"""The front page, and signing up, in and out."""
from datetime import timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.models import Account, LinkPurpose
from app.models.base import utc_now
from app.services import accounts, second_factor, sign_ins
from app.web import mail
from app.web.access import account_or_none, current_account, home, public, signed_in
from app.web.auth import browser
from app.web.auth.blueprint import blueprint
from app.web.auth.forms import CodeForm, SignInForm, SignUpForm

Answer = str | Response | tuple[str, int]
# How long the code may take after the password.
CODE_WITHIN = timedelta(minutes=10)


@blueprint.get("/")
@public
def welcome() -> Answer:
    """What Flow HQ is; whoever is signed in goes on to where they begin."""
    return redirect(home()) if account_or_none() else render_template("auth/welcome.html")


@blueprint.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> Answer:
    """Make an account for the owner of a business and sign it in."""
    if account_or_none():
        return redirect(home())
    form = SignUpForm(language=str(get_locale()).upper())
    if form.is_sent():
        with form.refusals():
            account = accounts.sign_up(**form.values(), caller=browser.here(), now=utc_now())
            mail.send_link(account, LinkPurpose.VERIFY)
            browser.begin(account)
            return redirect(home(), 303)
    return render_template("auth/sign_up.html", form=form), form.status


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Ask for e-mail address and password, and for the second factor where there is one."""
    wanted = browser.safe_next(request.args.get("next"))
    if account_or_none():
        return redirect(wanted or home())
    form = SignInForm()
    if form.is_sent():
        with form.refusals():
            caller = browser.here(form.email.data)
            return go_on(accounts.prove(form.email.data, form.password.data, caller=caller, now=utc_now()), wanted)
    return render_template("auth/sign_in.html", form=form), form.status


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
def enter_code() -> Answer:
    """Ask whoever has given the right password for the second factor."""
    pending = session.get("pending")
    account = _pending_account()
    if not pending or account is None:
        flash(_("Please sign in again."), "warning")
        return redirect(url_for("auth.sign_in"), 303)
    form = CodeForm()
    if form.is_sent():
        with form.refusals():
            second_factor.check(account, form.code.data, now=utc_now(), address=request.remote_addr or "")
            browser.begin(account)
            return redirect(browser.safe_next(pending["next"]) or home(), 303)
    return render_template("auth/enter_code.html", form=form), form.status


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End this browser's sign-in."""
    sign_ins.end(current_account(), current_user.sign_in.id, address=request.remote_addr or "")
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.welcome"), 303)


def go_on(account: Account, wanted: str | None = None) -> Response:
    """Sign in whoever has proved the account to be theirs, or ask for the second factor first."""
    if not account.totp_enabled:
        browser.begin(account)
        return redirect(wanted or home(), 303)
    session["pending"] = {"id": account.id, "at": utc_now().timestamp(), "next": wanted or ""}
    return redirect(url_for("auth.enter_code"), 303)


def _pending_account() -> Account | None:
    pending = session.get("pending")
    if not pending or utc_now().timestamp() - pending["at"] > CODE_WITHIN.total_seconds():
        return None
    return Account.get_or_none(Account.id == pending["id"], ~Account.disabled)
