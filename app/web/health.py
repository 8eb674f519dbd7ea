"""The health check."""
import peewee
from flask import Blueprint, Response, current_app, jsonify

from app.db import DatabaseUnavailable, db
from app.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 where the database answers, 503 where it does not."""
    try:
        current_app.extensions["flowhq_connect"]()
        db.execute_sql("SELECT 1")
    except (DatabaseUnavailable, peewee.PeeweeException):
        return jsonify(status="error", database="does not answer"), 503
    return jsonify(status="ok", database="ok"), 200
