"""The people of a tenant, as an admin sees to them: a business that an admin made needs an owner."""
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import FlowError, Invalid
from app.models import Language, LinkPurpose, Role, Tenant, TenantConfig
from app.services import accounts, people
from app.web import mail
from app.web.access import admin, tenant_or_404
from app.web.admin.blueprint import blueprint, who
from app.web.admin.tenant import tenant_page
from app.web.auth.links import say_whether_mailed
from app.web.errors import said

SECTION = "people"


@blueprint.post("/tenants/<slug>/people")
@admin
def invite_owner(slug: str) -> Response | tuple[str, int]:
    """Invite an owner of the tenant by mail, in the language of its bot."""
    tenant = tenant_or_404(slug)
    typed = {name: request.form.get(name, "") for name in ("email", "name")}
    try:
        account = accounts.invite(tenant, **typed, role=Role.OWNER, language=_language(tenant), **who())
        say_whether_mailed(mail.send_link(account, LinkPurpose.INVITE))
    except FlowError as error:
        flash(said(error), "danger")
        return tenant_page(slug, invited=typed), 400
    return redirect(url_for("admin.tenant", slug=slug, _anchor=SECTION), 303)


@blueprint.post("/tenants/<slug>/people/<int:account_id>/invitation")
@admin
def invite_owner_again(slug: str, account_id: int) -> Response:
    """Mail an invitation once more."""
    person = people.find_person(tenant_or_404(slug), account_id)
    if people.has_joined(person):
        raise Invalid("%(email)s has joined already.", email=person.email)
    say_whether_mailed(mail.send_link(person, LinkPurpose.INVITE))
    return redirect(url_for("admin.tenant", slug=slug, _anchor=SECTION), 303)


def _language(tenant: Tenant) -> Language:
    return Language(TenantConfig.get(TenantConfig.tenant == tenant).language)
