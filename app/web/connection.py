"""A database connection for each request, given back at its end."""
from flask import Flask, g

from app.db import db, open_database
from app.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Let views call `connect` for a connection that ends with the request."""

    def connect() -> None:
        if db.obj is None:
            open_database(settings.database)
            g.opened_database = True
        else:
            g.opened_database = db.connect(reuse_if_open=True)

    @app.teardown_appcontext
    def disconnect(_: BaseException | None) -> None:
        if g.pop("opened_database", False):
            db.close()

    app.extensions["flowhq_connect"] = connect
