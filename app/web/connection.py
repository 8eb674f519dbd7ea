"""A database connection for each request, given back at its end."""
from flask import Flask, g, request

from app.db import db, open_database
from app.settings import Settings

WITHOUT = frozenset({"static", "bootstrap.static", "health.healthz"})


def register(app: Flask, settings: Settings) -> None:
    """Connect before each request that needs the database; the health check asks for it by itself."""

    def connect() -> None:
        if db.obj is None:
            open_database(settings.database)
            g.opened_database = True
        else:
            g.opened_database = db.connect(reuse_if_open=True)

    @app.before_request
    def connect_where_needed() -> None:
        if request.endpoint not in WITHOUT:
            connect()

    @app.teardown_appcontext
    def disconnect(_: BaseException | None) -> None:
        if g.pop("opened_database", False):
            db.close()

    app.extensions["flowhq_connect"] = connect
