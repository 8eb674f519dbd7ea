"""Who may see a page. Every view carries one of these rules; a page without one is shown to nobody.

`public`: anybody. `signed_in`: whoever has an account. `member`: OWNER or STAFF of a business. `owner`: its OWNER.
`applicant`: an OWNER whose business may not be set up yet. `admin`: whoever runs the platform.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from app.models import Account, Role, SignIn, Tenant
from app.models.base import utc_now
from app.services import sign_ins, tenants

View = TypeVar("View", bound=Callable[..., Any])
# What an admin without a second factor can still reach in production.
BEFORE_SECOND_FACTOR = frozenset({"auth.second_factor", "auth.enable_second_factor", "auth.sign_out"})


@dataclass(frozen=True)
class Rule:
    """Whom a page is for."""

    name: str
    roles: frozenset[Role] = frozenset()
    needs_tenant: bool = False

    def __call__(self, view: View) -> View:
        """Mark the view; routes are registered above it."""
        view.access_rule = self  # type: ignore[attr-defined]
        return view


public = Rule("public")
signed_in = Rule("signed_in", frozenset(Role))
member = Rule("member", frozenset({Role.OWNER, Role.STAFF}), needs_tenant=True)
owner = Rule("owner", frozenset({Role.OWNER}), needs_tenant=True)
applicant = Rule("applicant", frozenset({Role.OWNER}))
admin = Rule("admin", frozenset({Role.ADMIN}))


class Person(UserMixin):
    """Whoever is signed in. Flask-Login knows people by the token of their sign-in, which ends when its row goes."""

    def __init__(self, sign_in: SignIn, token: str) -> None:
        self.sign_in, self.account, self.token = sign_in, sign_in.account, token

    def get_id(self) -> str:
        """The token; only its hash is stored."""
        return self.token


def register(app: Flask) -> None:
    """Check every request against its page's rule."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_find)
    app.before_request(guard)
    app.jinja_env.globals.update(account_or_none=account_or_none)


def is_static(endpoint: str) -> bool:
    """Whether the endpoint serves files that are the same for everybody."""
    return endpoint.rpartition(".")[2] == "static"


def rule_of(endpoint: str) -> Rule | None:
    """The rule of a page, or None where it has none."""
    return getattr(current_app.view_functions[endpoint], "access_rule", None)


def guard() -> Response | None:
    """Let a request through to its page, or turn it away."""
    if request.endpoint is None or is_static(request.endpoint):
        return None
    rule = rule_of(request.endpoint)
    if rule is None:
        current_app.logger.error("no_access_rule: %s", request.endpoint)
        abort(500 if current_app.testing else 404)
    return None if rule is public else _turn_away(rule)


def account_or_none() -> Account | None:
    """The account of whoever is signed in, or None; never fails, so that an error's page can ask."""
    if g.get("database_failed"):
        return None
    return current_user.account if current_user.is_authenticated else None


def current_account() -> Account:
    """The account of whoever is signed in; answers 401 where nobody is."""
    return account_or_none() or abort(401)


def current_tenant() -> Tenant:
    """The business of whoever is signed in; answers 404 where there is none."""
    return current_account().tenant or abort(404)


def tenant_or_404(slug: str) -> Tenant:
    """The tenant of that slug, for an admin; answers 404 where there is none."""
    try:
        return tenants.find_tenant(slug)
    except tenants.UnknownTenant:
        abort(404)


def home() -> str:
    """The address at which a signed-in person begins, or the front page."""
    account = account_or_none()
    if account is None:
        return url_for("auth.welcome")
    return url_for("admin.index" if account.role == Role.ADMIN else "portal.index")


def _turn_away(rule: Rule) -> Response | None:
    account = account_or_none()
    if account is None:
        return _ask_to_sign_in()
    if account.role not in rule.roles:
        abort(403)
    if _lacks_second_factor(account) and request.endpoint not in BEFORE_SECOND_FACTOR:
        flash(_("Set up a second factor first: an admin of this host needs one."), "warning")
        return redirect(url_for("auth.second_factor"))
    if rule.needs_tenant and account.tenant is None:
        return redirect(url_for("portal.onboarding"))
    return None


def _ask_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=wanted), 303)


def _lacks_second_factor(account: Account) -> bool:
    is_production = current_app.extensions["flowhq_settings"].production
    return bool(is_production and account.role == Role.ADMIN and not account.totp_enabled)


def _find(token: str) -> Person | None:
    found = sign_ins.find(token, now=utc_now())
    return Person(found, token) if found else None
