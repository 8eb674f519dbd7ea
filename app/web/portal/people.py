"""The people of the business, and who did what."""
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import FlowError, Invalid
from app.models import LinkPurpose, Role
from app.services import accounts
from app.services import people as service
from app.web import mail
from app.web.access import current_account, current_tenant, member, owner
from app.web.auth.links import say_whether_mailed
from app.web.errors import said
from app.web.places import row_id
from app.web.portal.blueprint import blueprint, who
from app.web.portal.deeds import deed_in_words, detail_in_words
from app.web.words import ROLES

INVITED_ROLES = (Role.STAFF, Role.OWNER)


@blueprint.get("/people")
@member
def people() -> str:
    """Everybody, and the newest of what they did."""
    return _page({})


@blueprint.post("/people")
@owner
def invite() -> Response | tuple[str, int]:
    """Invite somebody by mail."""
    typed = {name: request.form.get(name, "") for name in ("email", "name", "role")}
    try:
        account = accounts.invite(current_tenant(), email=typed["email"], name=typed["name"], role=_role(typed["role"]),
                                  language=current_account().language, **who())
        say_whether_mailed(mail.send_link(account, LinkPurpose.INVITE))
    except FlowError as error:
        flash(said(error), "danger")
        return _page(typed), 400
    return redirect(url_for("portal.people"), 303)


@blueprint.post("/people/<int:account_id>/invitation")
@owner
def invite_again(account_id: int) -> Response:
    """Mail an invitation once more."""
    person = service.find_person(current_tenant(), account_id)
    if service.has_joined(person):
        raise Invalid("%(email)s has joined already.", email=person.email)
    say_whether_mailed(mail.send_link(person, LinkPurpose.INVITE))
    return redirect(url_for("portal.people"), 303)


@blueprint.post("/people/<int:account_id>/remove")
@owner
def remove_person(account_id: int) -> Response:
    """Take somebody off the business."""
    person = service.remove(current_tenant(), account_id, **who())
    flash(_("%(email)s has no access any more.", email=person.email), "success")
    return redirect(url_for("portal.people"), 303)


def _role(text: str) -> Role:
    if text not in INVITED_ROLES:
        raise Invalid("Choose whether the person is staff or an owner.")
    return Role(text)


def _page(typed: dict[str, str]) -> str:
    tenant = current_tenant()
    deeds = service.deeds(tenant, before=row_id("before"))
    return render_template(
        "portal/people.html", people=service.people_of(tenant), typed=typed, roles=ROLES, invited_roles=INVITED_ROLES,
        has_joined=service.has_joined, deeds=deeds, deed_in_words=deed_in_words,
        detail_in_words=detail_in_words, mine=current_account())
