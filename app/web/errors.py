"""What a person reads when a page cannot be shown."""
import peewee
from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from app.db import DatabaseUnavailable

Answer = tuple[str, int]


def register(app: Flask) -> None:
    """Answer every error with a page of ours, and a database that is down with 503."""

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Answer:
        return _page(error.name, error.description or "", error.code or 500)

    @app.errorhandler(DatabaseUnavailable)
    @app.errorhandler(peewee.PeeweeException)
    def miss_database(error: Exception) -> Answer:
        app.logger.error("database_failed: %s", error)
        return _page("The database does not answer", "Please try again in a moment.", 503)


def _page(title: str, text: str, code: int) -> Answer:
    return render_template("error.html", title=title, text=text), code
