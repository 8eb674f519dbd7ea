"""The pages of a business."""
from flask import Blueprint, render_template

from app.web.access import applicant, member

blueprint = Blueprint("portal", __name__)


@blueprint.get("/")
@member
def index() -> str:
    """Where the people of a business begin."""
    return render_template("portal/index.html")


@blueprint.get("/onboarding")
@applicant
def onboarding() -> str:
    """Where an owner sets the business up."""
    return render_template("portal/onboarding.html")
