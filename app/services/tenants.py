"""Create, find, list and change tenants."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import peewee

from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.models import AwayPolicy, Language, Template, Tenant, TenantConfig, WhatsAppSession, WorkerProcess
from app.models.base import utc_now
from app.replies import ConfigError, read_config
from app.services import audit, stock
from app.services.content import LIMITS, Unreadable, keep_version
from app.services.phones import read_phone
from app.services.slugs import check_slug

DEFAULT_TIMEZONE = "Africa/Dar_es_Salaam"
TENANT_FIELDS = {"name", "phone_number"}
CONFIG_FIELDS = {
    "template", "language", "business_name", "timezone", "hours", "content", "chat_limit", "chat_window_s",
    "tenant_limit", "tenant_window_s", "typing_ms_per_char", "typing_max_ms", "handover_hours", "owner_silence_hours",
    "warm_up_days", "away_policy", "away_hours", "away_limit",
}
# The least that each number may be: a limit of 0 would silence the bot, a delay of 0 turns it off.
LEAST = {"chat_limit": 1, "chat_window_s": 1, "tenant_limit": 1, "tenant_window_s": 1, "typing_ms_per_char": 0,
         "typing_max_ms": 0, "handover_hours": 0, "owner_silence_hours": 0, "warm_up_days": 0,
         "away_hours": 0, "away_limit": 0}
# What a business that publishes its content could not keep.
MOST = {name: LIMITS[name][1] for name in ("away_hours", "away_limit")}
# Too long for an audit entry: it says that they changed, not how.
LONG_FIELDS = {"hours", "content"}


class UnknownTenant(NotFound):
    """No tenant has this slug."""


@dataclass(frozen=True)
class TenantRow:
    """A tenant with the rows that belong to it one to one."""

    tenant: Tenant
    config: TenantConfig
    session: WhatsAppSession
    worker: WorkerProcess


def create_tenant(
    *, slug: str, name: str, template: str, by: str, language: str = Language.EN, phone_number: str = "",
    timezone: str = DEFAULT_TIMEZONE, content: Mapping[str, Any] | None = None, hours: Mapping[str, Any] | None = None,
    address: str = "",
) -> Tenant:
    """Create a tenant with its config, session and worker rows.

    Raises Invalid for a value that cannot be used and Conflict where the slug or the phone number is taken.
    """
    check_slug(slug)
    tenant = Tenant(slug=slug, **_checked({"name": name, "phone_number": phone_number}))
    config = TenantConfig(tenant=tenant, **_checked({
        "template": template, "language": language, "business_name": name, "timezone": timezone,
        "hours": dict(hours or {}), "content": dict(content or {})}))
    _check_config(config)
    with db.atomic():
        check_phone_is_free(tenant)
        try:
            tenant.save(force_insert=True)
        except peewee.IntegrityError:
            raise Conflict("There is a tenant %(slug)r already: choose another slug.", slug=slug) from None
        config.save(force_insert=True)
        keep_version(config, by=by)
        WhatsAppSession.create(tenant=tenant)
        WorkerProcess.create(tenant=tenant)
        audit.record(by=by, action="tenant.create", slug=slug, address=address,
                     detail={"name": name, "template": config.template})
    return tenant


def find_tenant(slug: str) -> Tenant:
    """The tenant; raises UnknownTenant."""
    return tenant_row(slug).tenant


def tenant_row(slug: str) -> TenantRow:
    """The tenant with what belongs to it; raises UnknownTenant."""
    for tenant in _joined().where(Tenant.slug == slug):
        return _row(tenant)
    raise UnknownTenant("There is no tenant %(slug)r. `flowhq tenant list` shows the slugs.", slug=slug)


def tenant_rows() -> list[TenantRow]:
    """Every tenant by slug with what belongs to it, in one query."""
    return [_row(tenant) for tenant in _joined().order_by(Tenant.slug)]


def change_tenant(slug: str, *, by: str, address: str = "", **changes: Any) -> TenantRow:
    """Change fields of TENANT_FIELDS and CONFIG_FIELDS; a running worker takes them over by itself.

    Raises UnknownTenant, Invalid for a value that cannot be used and Conflict for a phone number that is taken.
    """
    with db.atomic():
        row = tenant_row(slug)
        values = {name: value for name, value in _checked(changes).items()
                  if getattr(_holder(row, name), name) != value}
        detail = {name: _change(_holder(row, name), name, value) for name, value in values.items()}
        keep_version(row.config)
        if "content" in values:
            stock.follow_content(row.tenant, row.config.content, values["content"])
        for name, value in values.items():
            setattr(_holder(row, name), name, value)
        if values:
            _save(row, set(values))
            keep_version(row.config, by=by)
            audit.record(by=by, action="tenant.change", slug=slug, detail=detail, address=address)
    return row


def _joined() -> "peewee.ModelSelect[Tenant]":
    query = Tenant.select(Tenant, TenantConfig, WhatsAppSession, WorkerProcess)
    for model in (TenantConfig, WhatsAppSession, WorkerProcess):
        query = query.join_from(Tenant, model, attr=model.__name__)
    return query


def _row(tenant: Any) -> TenantRow:
    return TenantRow(tenant, tenant.TenantConfig, tenant.WhatsAppSession, tenant.WorkerProcess)


def _holder(row: TenantRow, field: str) -> Tenant | TenantConfig:
    return row.tenant if field in TENANT_FIELDS else row.config


def _save(row: TenantRow, changed: set[str]) -> None:
    now = utc_now()
    if changed & CONFIG_FIELDS:
        _check_config(row.config)
        row.config.version += 1
        row.config.updated_at = now
        row.config.save(only=[*sorted(changed & CONFIG_FIELDS), "version", "updated_at"])
    if changed & TENANT_FIELDS:
        check_phone_is_free(row.tenant)
        row.tenant.updated_at = now
        row.tenant.save(only=[*sorted(changed & TENANT_FIELDS), "updated_at"])


def _change(holder: Tenant | TenantConfig, name: str, value: Any) -> Any:
    return "changed" if name in LONG_FIELDS else [getattr(holder, name), value]


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; raises Invalid for the first that cannot be."""
    if unknown := set(values) - TENANT_FIELDS - CONFIG_FIELDS:
        raise Invalid("A tenant has no field %(name)r.", name=sorted(unknown)[0])
    return {name: _check(name, value) for name, value in values.items()}


def _check(name: str, value: Any) -> Any:
    if name in LEAST:
        return _number(name, value)
    checks: dict[str, Any] = {"name": _name, "business_name": _name, "phone_number": _phone, "template": _template,
                              "language": _language, "timezone": _timezone, "away_policy": _away_policy}
    return checks[name](value) if name in checks else value


def _number(name: str, value: Any) -> int:
    if not isinstance(value, int) or not LEAST[name] <= value <= 2**31 - 1:
        raise Invalid("%(field)s cannot be %(value)r: give a whole number from %(least)s.",
                      field=name, value=value, least=LEAST[name])
    if value > MOST.get(name, value):
        raise Invalid("%(field)s cannot be %(value)r: give a whole number up to %(most)s.",
                      field=name, value=value, most=MOST[name])
    return value


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not 0 < len(name) <= 120:
        raise Invalid("A name has 1 to 120 characters.")
    return name


def _phone(value: str) -> str:
    return read_phone(value) if value else ""


def _template(value: str) -> Template:
    if (template := value.upper()) not in tuple(Template):
        raise Invalid("%(value)r is no template: choose one of %(choices)s.", value=value, choices=", ".join(Template))
    return Template(template)


def _language(value: str) -> Language:
    if (language := value.upper()) not in tuple(Language):
        raise Invalid("%(value)r is no language: choose one of %(choices)s.", value=value, choices=", ".join(Language))
    return Language(language)


def _away_policy(value: str) -> AwayPolicy:
    if (policy := value.upper()) not in tuple(AwayPolicy):
        raise Invalid("%(value)r is no way to treat what was missed: choose one of %(choices)s.", value=value,
                      choices=", ".join(AwayPolicy))
    return AwayPolicy(policy)


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("%(value)r is no time zone: write one like Africa/Dar_es_Salaam.", value=value) from None
    return value


def _check_config(config: TenantConfig) -> None:
    """Refuse now what the worker could not read later."""
    try:
        read_config(template=config.template, language=config.language, business_name=config.business_name,
                    timezone=config.timezone, hours=config.hours, content=config.content)
    except ConfigError as error:
        raise Unreadable(error.problems) from None


def check_phone_is_free(tenant: Tenant) -> None:
    """Two tenants on one number would answer every customer twice."""
    other = Tenant.select().where(Tenant.phone_number == tenant.phone_number, Tenant.slug != tenant.slug).first()
    if tenant.phone_number and other:
        raise Conflict("%(number)s belongs to the tenant %(slug)r: give another number.",
                       number=tenant.phone_number, slug=other.slug)
