"""What a person reads when a page cannot be shown or a change cannot be made."""
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import peewee
from flask import Flask, current_app, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.db import DatabaseUnavailable
from app.errors import FlowError, Invalid, NotFound
from app.services.content import Unreadable
from app.web.access import home
from app.web.labels import LABELS
from app.web.problems import in_words

Answer = tuple[str, int]

TEXTS = {
    400: (_l("That could not be understood"), _l("Go back, look at what you entered, and send it again.")),
    401: (_l("Please sign in"), _l("This page is for people who are signed in.")),
    403: (_l("This page is not for your account"), _l("It belongs to people with another role. Ask the owner of the "
                                                      "business, or sign in with another account.")),
    404: (_l("There is no such page"), _l("The address may be mistyped, or what it showed has been deleted.")),
    405: (_l("That cannot be opened"), _l("This address takes what a form sends. Open the page with the form.")),
    409: (_l("That cannot be done now"), _l("Something has changed meanwhile. Open the page again.")),
    413: (_l("That is too large"), _l("Send less at a time: at most 2 MB.")),
    429: (_l("Too many tries"), _l("Please wait a little and try again.")),
    500: (_l("Something went wrong here"), _l("It is our mistake and has been written down. Please try again; if it "
                                              "happens again, tell the people who run Flow HQ.")),
    503: (_l("The database does not answer"), _l("Please try again in a moment.")),
}


def register(app: Flask) -> None:
    """Answer every error with a page of ours, and a refused change where it was asked for."""
    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(CSRFError, refuse_forged)
    app.register_error_handler(FlowError, explain)
    app.register_error_handler(DatabaseUnavailable, miss_database)
    app.register_error_handler(peewee.PeeweeException, miss_database)


def said(error: FlowError, names: Mapping[str, Any] = LABELS) -> str:
    """The error's message in the page's language; a value called `field` is named as `names` has it."""
    if isinstance(error, Unreadable):
        return " ".join(in_words(error.problems))
    field = {"field": str(names.get(str(name), name))} if (name := error.values.get("field")) else {}
    return str(_(error.message, **error.values | field)) if error.message else str(error)


def refuse(error: HTTPException) -> Answer | Response:
    """The page of an HTTP error."""
    if isinstance(error.response, Response):
        return error.response
    return page(error.code or 500)


def explain(error: FlowError) -> Answer | Response:
    """Say why a change was refused, above the page it was asked on; what is missing has a page of its own."""
    if isinstance(error, NotFound):
        return refuse(PageNotFound())
    if request.method == "GET":
        return page(400 if isinstance(error, Invalid) else 409, said(error))
    flash(said(error), "danger")
    return redirect(came_from(), 303)


def came_from() -> str:
    """The page of ours on which the person was, or the one where they begin."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc != request.host or not referrer.path.startswith("/"):
        return home()
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")


def refuse_forged(_error: CSRFError) -> Answer:
    """Offer what was typed for sending again, where it certainly came from a page of ours."""
    fields: list[tuple[str, str]] = []
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        fields = [(name, value) for name, value in request.form.items(multi=True)
                  if name != "csrf_token" and "password" not in name]
    return render_template("forged.html", fields=fields), 400


def miss_database(error: Exception) -> Answer:
    """The page of a database that is down."""
    current_app.logger.error("database_failed: %s", error)
    g.database_failed = True
    return page(503)


def page(code: int, text: str = "") -> Answer:
    """The page of an error, with a text of its own or the usual one."""
    title, usual = TEXTS.get(code) or (HTTPStatus(code).phrase, "")
    return render_template("error.html", title=title, text=text or usual, code=code), code
