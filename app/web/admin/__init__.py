"""The pages of whoever runs the platform."""
from flask import Blueprint, render_template

from app.web.access import admin

blueprint = Blueprint("admin", __name__)


@blueprint.get("/")
@admin
def index() -> str:
    """Where an admin begins."""
    return render_template("admin/index.html")
