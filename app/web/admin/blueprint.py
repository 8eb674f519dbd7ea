"""The blueprint that the modules beside this one add their pages to, and what they all need."""
from typing import Any, TypedDict

from flask import Blueprint, current_app, request

from app.models import Role
from app.processes import ProcessVerbs
from app.services import setup_requests
from app.services.workers import Overview
from app.settings import Settings
from app.web.access import account_or_none, current_account
from app.web.admin.phases import phase_of

blueprint = Blueprint("admin", __name__)


class Who(TypedDict):
    """Who changes something, and from where."""

    by: str
    address: str


def who() -> Who:
    """Who makes this request, as services write it down."""
    return {"by": current_account().email, "address": request.remote_addr or ""}


def processes() -> ProcessVerbs:
    """The process manager of the workers."""
    found: ProcessVerbs = current_app.extensions["flowhq_processes"]
    return found


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.extensions["flowhq_settings"]
    return found


def error_in_words(seen: Overview) -> str:
    """What is wrong with the tenant now, or an empty text."""
    if seen.worker_status in ("ERROR", "STALE"):
        return seen.last_error
    is_troubled = seen.session_state in ("LOGGED_OUT", "CONFLICT", "ACTION_REQUIRED", "DISCONNECTED")
    return str(seen.row.session.detail) if is_troubled else ""


@blueprint.app_context_processor
def waiting() -> dict[str, Any]:
    """Give an admin's pages the number of requests that wait, and the words for what workers do."""
    account = account_or_none()
    if account is None or account.role != Role.ADMIN:
        return {}
    return {"waiting_requests": setup_requests.waiting_count(), "phase_of": phase_of,
            "error_in_words": error_in_words}
