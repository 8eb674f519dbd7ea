"""The front page, which shows how the tenants are, and the health check."""
from datetime import UTC, datetime

import peewee
from flask import Blueprint, Response, current_app, jsonify, render_template

from app.db import DatabaseUnavailable, db
from app.services.workers import worker_overview
from app.times import ago

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 where the database answers, 503 where it does not."""
    try:
        current_app.extensions["flowhq_connect"]()
        db.execute_sql("SELECT 1")
    except (DatabaseUnavailable, peewee.PeeweeException):
        return jsonify(status="error", database="does not answer"), 503
    return jsonify(status="ok", database="ok"), 200


@blueprint.get("/")
def index() -> str:
    """How the tenants are; on a production host, where anybody may read this page, only that Flow HQ is there."""
    settings = current_app.extensions["flowhq_settings"]
    if settings.production:
        return render_template("welcome.html")
    current_app.extensions["flowhq_connect"]()
    found = worker_overview(current_app.extensions["flowhq_processes"])
    now = datetime.now(UTC)
    return render_template("status.html", tenants=found, now=now, ago=ago, sandbox_url=settings.sandbox_url)
