"""From a new account to a setup request: a form that is kept as far as it was typed, and its submission."""
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.db import db
from app.errors import Conflict, Invalid
from app.models import (
    Account,
    Language,
    OnboardingDraft,
    RequestStatus,
    SetupRequest,
    Template,
    Tenant,
    TenantConfig,
)
from app.replies import BotConfig, ConfigError, read_config
from app.services import audit, states
from app.services.content import Unreadable
from app.services.phones import read_phone
from app.services.slugs import LONGEST_SLUG
from app.services.tenants import DEFAULT_TIMEZONE, change_tenant, create_tenant

STEPS = ("business", "template", "number", "language", "hours", "content", "preview")
# The field by which one sees that a step was filled in.
FIELDS = {"business": "business_name", "template": "template", "number": "number", "language": "language",
          "hours": "hours", "content": "content"}
# For a name without a letter of the alphabet.
FALLBACK_SLUG = "business"
MOST_NAMESAKES = 1000
Values = Mapping[str, Any]
Problems = dict[str, Invalid]


def draft_of(account: Account) -> dict[str, Any]:
    """What was typed so far, with defaults; after a rejection, what was submitted."""
    kept = OnboardingDraft.get_or_none(OnboardingDraft.account == account)
    return _defaults(account) | (dict(kept.values) if kept else {})


def save_draft(account: Account, changes: Values, *, now: datetime) -> dict[str, Any]:
    """Keep what was typed, right or wrong, and return the whole."""
    with db.atomic():
        kept = OnboardingDraft.get_or_none(OnboardingDraft.account == account)
        values = (dict(kept.values) if kept else {}) | dict(changes)
        row = {"values": values, "updated_at": now}
        if not OnboardingDraft.update(row).where(OnboardingDraft.account == account).execute():
            OnboardingDraft.create(account=account, **row)
    return _defaults(account) | values


def problems(step: str, values: Values) -> dict[str, Invalid]:
    """What has to be mended in this step before the next, by field."""
    return _CHECKS[step](values)


def done_steps(account: Account) -> list[str]:
    """The steps that were filled in, and rightly."""
    kept = OnboardingDraft.get_or_none(OnboardingDraft.account == account)
    typed = set(kept.values) if kept else set()
    values = draft_of(account)
    return [step for step in STEPS[:-1] if FIELDS[step] in typed and not problems(step, values)]


def first_unfinished(values: Values) -> str:
    """The first step that something is missing from; the last where nothing is."""
    return next((step for step in STEPS if problems(step, values)), STEPS[-1])


def read_bot(values: Values) -> BotConfig:
    """The bot that was described so far; raises app.replies.ConfigError where it cannot be made."""
    return read_config(template=values["template"], language=values["language"], business_name=values["business_name"],
                       timezone=values["timezone"], hours=values["hours"], content=values["content"])


def latest_request(tenant: Tenant | None) -> SetupRequest | None:
    """The tenant's newest setup request, if there is one."""
    query = SetupRequest.select().where(SetupRequest.tenant == tenant)
    return query.order_by(SetupRequest.id.desc()).first() if tenant else None


def may_submit(account: Account) -> bool:
    """Whether the account has no business yet, or one whose request was rejected."""
    request = latest_request(account.tenant)
    return not account.tenant or (request is not None and request.status == RequestStatus.REJECTED)


def submit(account: Account, *, by: str, address: str, now: datetime) -> SetupRequest:
    """Hand the form in: make the tenant, or change the one whose request was rejected, and ask for its set-up.

    Raises Invalid for the first thing that is missing or wrong, and Conflict where the form was handed in already or
    the phone number belongs to another business.
    """
    values = draft_of(account)
    if found := [error for step in STEPS for error in problems(step, values).values()]:
        raise found[0]
    with db.atomic():
        account = Account.get_by_id(account.id)
        _refuse_taken_number(account, values)
        if not may_submit(account):
            raise Conflict("The form has been handed in already.")
        request = _resubmit(account, values, by, now) if account.tenant else _submit(account, values, by, now)
        audit.record(by=by, action="request.submit", slug=request.tenant.slug, address=address)
    return request


def free_slug(name: str) -> str:
    """A slug that no tenant has, made from the name."""
    base = slug_from(name)
    stem = base[:LONGEST_SLUG - 4].rstrip("-")
    taken = {tenant.slug for tenant in Tenant.select(Tenant.slug).where(Tenant.slug.startswith(stem))}
    wanted = (base, *(f"{stem}-{number}" for number in range(2, MOST_NAMESAKES)))
    slug = next((slug for slug in wanted if slug not in taken), None)
    if slug is None:
        raise Conflict("Too many businesses have this name: choose a longer one.")
    return slug


def slug_from(name: str) -> str:
    """The name as a slug: its letters without accents and its digits, joined by dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or FALLBACK_SLUG


def _submit(account: Account, values: Values, by: str, now: datetime) -> SetupRequest:
    tenant = create_tenant(
        slug=free_slug(values["business_name"]), name=values["business_name"], template=values["template"],
        language=values["language"], phone_number=values["number"], timezone=values["timezone"],
        content=values["content"], hours=values["hours"], by=by)
    Account.update(tenant=tenant, updated_at=now).where(Account.id == account.id).execute()
    return SetupRequest.create(tenant=tenant, account=account, created_at=now, updated_at=now, **_asked(values))


def _resubmit(account: Account, values: Values, by: str, now: datetime) -> SetupRequest:
    tenant, request = account.tenant, latest_request(account.tenant)
    if tenant is None or request is None:
        raise Conflict("The form has been handed in already.")
    change_tenant(tenant.slug, by=by, name=values["business_name"], business_name=values["business_name"],
                  template=values["template"], language=values["language"], phone_number=values["number"],
                  timezone=values["timezone"], content=values["content"], hours=values["hours"])
    status = states.after(states.REQUEST, request.status, "resubmitted")
    changes = _asked(values) | {"status": status, "reason": "", "updated_at": now, "account": account}
    SetupRequest.update(changes).where(SetupRequest.id == request.id).execute()
    return SetupRequest.get_by_id(request.id)


def _refuse_taken_number(account: Account, values: Values) -> None:
    """Say that a number is taken without saying by whom."""
    number = read_phone(values["number"])
    holder = Tenant.get_or_none(Tenant.phone_number == number)
    if holder is not None and holder != account.tenant:
        raise Conflict("%(number)s has a bot here already: give another number, or ask us about it.", number=number)


def _asked(values: Values) -> dict[str, Any]:
    return {"template": values["template"], "language": values["language"],
            "business_name": " ".join(values["business_name"].split()),
            "whatsapp_number": read_phone(values["number"])}


def _defaults(account: Account) -> dict[str, Any]:
    if account.tenant:
        config = TenantConfig.get(TenantConfig.tenant == account.tenant)
        return {"business_name": account.tenant.name, "template": config.template, "language": config.language,
                "number": account.tenant.phone_number, "timezone": config.timezone, "hours": config.hours,
                "content": config.content}
    return {"business_name": "", "template": "", "number": "", "language": account.language,
            "timezone": DEFAULT_TIMEZONE, "hours": {}, "content": {}}


def _check_business(values: Values) -> Problems:
    length = len(" ".join(values["business_name"].split()))
    return {} if 0 < length <= 120 else {"business_name": Invalid("A business needs a name of up to 120 characters.")}


def _check_template(values: Values) -> Problems:
    return {} if values["template"] in tuple(Template) else {"template": Invalid("Choose what the bot shall do.")}


def _check_number(values: Values) -> Problems:
    try:
        read_phone(values["number"])
    except Invalid as error:
        return {"number": error}
    return {}


def _check_language(values: Values) -> Problems:
    if values["language"] not in tuple(Language):
        return {"language": Invalid("Choose the language the bot begins in.")}
    return _config_problems("timezone", {**values, "hours": {}, "content": {}})


def _check_hours(values: Values) -> Problems:
    return _config_problems("hours", {**values, "content": {}, "timezone": DEFAULT_TIMEZONE})


def _check_content(values: Values) -> Problems:
    return _config_problems("content", {**values, "hours": {}, "timezone": DEFAULT_TIMEZONE})


def _config_problems(field: str, values: dict[str, Any]) -> Problems:
    """What the bot cannot read, leaving aside what other steps ask for."""
    try:
        read_bot(values | {"business_name": "-", "template": Template.BOOKING, "language": Language.EN})
    except ConfigError as error:
        return {field: Unreadable(error.problems)}
    return {}


_CHECKS = {
    "business": _check_business, "template": _check_template, "number": _check_number, "language": _check_language,
    "hours": _check_hours, "content": _check_content, "preview": lambda _: {},
}
