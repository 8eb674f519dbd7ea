"""Make a tenant, change it, pause it, give it a new number, delete it."""
from typing import Any

import yaml
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models.base import utc_now
from app.services import pausing, removal, tenants
from app.services.interruptions import interruptions
from app.services.tenants import CONFIG_FIELDS, TENANT_FIELDS, TenantRow
from app.web.access import admin, tenant_or_404
from app.web.admin.blueprint import blueprint, processes, settings, who
from app.web.admin.forms import LIMITS, ChangeTenantForm, DeleteForm, NewTenantForm
from app.web.admin.records import as_yaml
from app.web.admin.workers import INTERRUPTIONS

Answer = str | Response | tuple[str, int]
YAML_FIELDS = ("hours", "content")


@blueprint.route("/tenants/new", methods=["GET", "POST"])
@admin
def new_tenant() -> Answer:
    """Make a tenant."""
    form = NewTenantForm()
    if form.is_sent():
        with form.refusals():
            made = tenants.create_tenant(**form.values(), **who())
            flash(_("%(name)s is there now. Start its worker to get a code to scan.", name=made.name), "success")
            return redirect(url_for("admin.tenant", slug=made.slug), 303)
    return render_template("admin/new_tenant.html", form=form), form.status


@blueprint.route("/tenants/<slug>/edit", methods=["GET", "POST"])
@admin
def edit_tenant(slug: str) -> Answer:
    """Change a tenant and its configuration; a running worker takes it over by itself."""
    tenant_or_404(slug)
    row = tenants.tenant_row(slug)
    form = ChangeTenantForm(data=_shown(row))
    if form.is_sent():
        with form.refusals():
            tenants.change_tenant(slug, **_typed(form), **who())
            flash(_("Saved."), "success")
            return redirect(url_for("admin.tenant", slug=slug), 303)
    return render_template("admin/edit_tenant.html", form=form, tenant=row.tenant, limits=list(LIMITS)), form.status


@blueprint.post("/tenants/<slug>/pause")
@admin
def pause_tenant(slug: str) -> Answer:
    """Keep the bot silent."""
    tenant = tenant_or_404(slug)
    found = [] if "confirmed" in request.form else interruptions(tenant, utc_now())
    if found:
        reasons = [INTERRUPTIONS[each] for each in found]
        return render_template("admin/confirm_pause.html", tenant=tenant, reasons=reasons)
    pausing.pause_tenant(slug, processes=processes(), now=utc_now(), **who())
    flash(_("%(name)s is paused: its bot answers nobody.", name=tenant.name), "success")
    return redirect(url_for("admin.tenant", slug=slug), 303)


@blueprint.post("/tenants/<slug>/resume")
@admin
def resume_tenant(slug: str) -> Response:
    """Let the bot answer again."""
    tenant = tenant_or_404(slug)
    pausing.resume_tenant(slug, processes=processes(), now=utc_now(), **who())
    flash(_("%(name)s goes on.", name=tenant.name), "success")
    return redirect(url_for("admin.tenant", slug=slug), 303)


@blueprint.route("/tenants/<slug>/new-number", methods=["GET", "POST"])
@admin
def reset_session(slug: str) -> Answer:
    """Forget the number the tenant is linked to, so that another can be."""
    tenant = tenant_or_404(slug)
    if request.method == "GET":
        found = [INTERRUPTIONS[each] for each in interruptions(tenant, utc_now())]
        return render_template("admin/new_number.html", tenant=tenant, reasons=found)
    removal.reset_session(slug, processes=processes(), settings=settings(), now=utc_now(), **who())
    flash(_("The old number is forgotten. Scan the next code with the phone of the new one."), "success")
    return redirect(url_for("admin.tenant", slug=slug), 303)


@blueprint.route("/tenants/<slug>/delete", methods=["GET", "POST"])
@admin
def delete_tenant(slug: str) -> Answer:
    """Delete the tenant with everything it owns."""
    tenant = tenant_or_404(slug)
    form = DeleteForm()
    if form.is_sent():
        with form.refusals():
            removal.delete_tenant(slug, typed=form.typed.data, processes=processes(), settings=settings(), **who())
            flash(_("%(name)s is deleted with everything it owned.", name=tenant.name), "success")
            return redirect(url_for("admin.index"), 303)
    return render_template("admin/delete_tenant.html", form=form, tenant=tenant), form.status


def _shown(row: TenantRow) -> dict[str, Any]:
    values = {name: getattr(row.tenant, name) for name in TENANT_FIELDS}
    values |= {name: getattr(row.config, name) for name in CONFIG_FIELDS}
    return values | {name: as_yaml(values[name]) for name in YAML_FIELDS}


def _typed(form: ChangeTenantForm) -> dict[str, Any]:
    """What was typed, as the service takes it; raises Invalid for what is no YAML. An empty limit stays as it was."""
    values = {name: value for name, value in form.values().items() if value is not None}
    return values | {name: _read(name, values.get(name, "")) for name in YAML_FIELDS}


def _read(name: str, text: str) -> Any:
    try:
        value = yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Invalid("%(field)s: line %(line)s is no YAML.", field=name, line=mark.line + 1 if mark else 1) from None
    if not isinstance(value, dict):
        raise Invalid("%(field)s: this must have lines such as “address: Samora Avenue 5”.", field=name)
    return value
