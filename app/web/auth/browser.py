"""What a browser holds of a sign-in: the session, and a cookie that tells one that was signed in before."""
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import after_this_request, current_app, request, session
from flask_login import login_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from app.models import Account
from app.models.base import utc_now
from app.services import sign_ins
from app.services.accounts import Caller
from app.web.access import Person

DEVICE_COOKIE = "flowhq_browser"
DEVICE_LIVES_S = 365 * 86400
# A shared computer is known to so many accounts at most.
ACCOUNTS_LIMIT = 8


def begin(account: Account) -> None:
    """Sign the account in here, in a session that holds nothing from before, and remember the browser."""
    now, chosen = utc_now(), session.get("language")
    caller = here(account.email)
    token = sign_ins.begin(account, now=now, address=caller.address, agent=request.user_agent.string)
    session.clear()
    if chosen:
        session["language"] = chosen
    session.permanent = True
    found = sign_ins.find(token, now=now)
    if found:
        login_user(Person(found, token))
    _remember(account)


def here(email: str = "") -> Caller:
    """From where this request comes; with the browser's name where the account was signed in here before."""
    known = _known()
    is_known = email.strip().lower() in known.get("emails", [])
    return Caller(request.remote_addr or "", str(known["id"]) if is_known else "")


def safe_next(address: str | None) -> str | None:
    """An address to go on to, where it is one of ours: a path and nothing that a browser takes for another host."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    is_plain = not parts.scheme and not parts.netloc and "\\" not in address and address.isprintable()
    return address if is_plain else None


def _known() -> dict[str, Any]:
    try:
        known = _serializer().loads(request.cookies.get(DEVICE_COOKIE, ""))
    except BadSignature:
        return {}
    return known if isinstance(known, dict) else {}


def _remember(account: Account) -> None:
    known = _known()
    emails = [email for email in known.get("emails", []) if email != account.email]
    value = {"id": known.get("id") or secrets.token_hex(8), "emails": [*emails, account.email][-ACCOUNTS_LIMIT:]}

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(DEVICE_COOKIE, str(_serializer().dumps(value)), max_age=DEVICE_LIVES_S, httponly=True,
                            samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"])
        return response


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="browser")
