"""What a tenant's bot knows, as the tenant writes it: draft, check, publish, versions and the way back."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.models import AwayPolicy, ContentDraft, ContentVersion, Tenant, TenantConfig
from app.replies import BotConfig, ConfigError, read_config
from app.replies.content import Reader, in_language, read_questions
from app.replies.lookup import alike
from app.services import audit, stock
from app.services.preview import HANDOVER

# What a number of these may be: lowest and highest.
LIMITS = {"chat_limit": (1, 200), "handover_hours": (0, 168), "owner_silence_hours": (0, 168),
          "away_hours": (0, 168), "away_limit": (0, 2000)}
# The fields of TenantConfig that a tenant sets itself.
FIELDS = ("business_name", "language", "timezone", "hours", "content", "away_policy", *LIMITS)
SHOWN_VERSIONS = 50

Values = Mapping[str, Any]


class Unreadable(Invalid):
    """What the bot could not read; `problems` has one sentence for each thing to mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


class UnknownVersion(NotFound):
    """The tenant has published no such version."""


@dataclass(frozen=True)
class Workshop:
    """What a tenant is working on: the draft where there is one, else what is published."""

    values: dict[str, Any]
    version: int
    template: str
    draft: ContentDraft | None


def workshop(tenant: Tenant) -> Workshop:
    """The draft, or what is published where nothing is being changed."""
    config = TenantConfig.get(TenantConfig.tenant == tenant)
    draft = ContentDraft.get_or_none(ContentDraft.tenant == tenant)
    values = _of(config) | (dict(draft.values) if draft else {})
    return Workshop(values, config.version, config.template, draft)


def published(tenant: Tenant) -> dict[str, Any]:
    """What the bot answers by now."""
    return _of(TenantConfig.get(TenantConfig.tenant == tenant))


def read_values(template: str, values: Values) -> BotConfig:
    """The bot that these values make; raises app.replies.ConfigError with every problem."""
    return read_config(template=template, language=values["language"], business_name=values["business_name"],
                       timezone=values["timezone"], hours=values["hours"], content=values["content"])


def problems(template: str, values: Values) -> list[str]:
    """One sentence for each thing that has to be mended before these values can be published."""
    found = [f"{name} must be a whole number from {lowest} to {highest}."
             for name, (lowest, highest) in LIMITS.items()
             if type(values[name]) is not int or not lowest <= values[name] <= highest]
    if values["away_policy"] not in set(AwayPolicy):
        found.append(f"away_policy must be one of {', '.join(AwayPolicy)}.")
    try:
        read_values(template, values)
    except ConfigError as error:
        found.extend(error.problems)
    return found


def handover_of(values: Values) -> timedelta:
    """How long a chat stays with a person; as usual where that is not a number that can be published."""
    hours, (lowest, highest) = values["handover_hours"], LIMITS["handover_hours"]
    return timedelta(hours=hours) if type(hours) is int and lowest <= hours <= highest else HANDOVER


def alike_questions(values: Values) -> list[tuple[str, str]]:
    """Pairs of the tenant's own questions that a customer's message could be taken for either of, in its words.

    None where they cannot be read: that is a problem of its own.
    """
    reader = Reader([])
    content = values["content"]
    questions = read_questions(reader, content.get("questions"), content.get("problems"))
    asked = {question.key: in_language(question.question, values["language"]) for question in questions}
    return [] if reader.problems else [(asked[one], asked[other]) for one, other, _ in alike(questions)]


def save_draft(tenant: Tenant, changes: Values, *, by: str, address: str, now: datetime) -> Workshop:
    """Keep these fields in the draft, whatever they hold; raises Invalid for one that is not the tenant's to set."""
    if unknown := set(changes) - set(FIELDS):
        raise Invalid("A tenant cannot set %(name)r.", name=sorted(unknown)[0])
    with db.atomic():
        draft = ContentDraft.get_or_none(ContentDraft.tenant == tenant)
        values = (dict(draft.values) if draft else {}) | dict(changes)
        _keep_draft(tenant, values, by, now)
        audit.record(by=by, action="content.draft", slug=tenant.slug, address=address,
                     detail={"changed": sorted(changes)})
    return workshop(tenant)


def discard_draft(tenant: Tenant, *, by: str, address: str) -> None:
    """Forget the draft: what is published stands."""
    with db.atomic():
        draft = ContentDraft.get_or_none(ContentDraft.tenant == tenant)
        if draft is not None:
            draft.delete_instance()
            audit.record(by=by, action="content.discard", slug=tenant.slug, address=address)


def publish(tenant: Tenant, *, by: str, address: str, now: datetime) -> int:
    """Make the draft what the bot answers by; returns the new version's number, which a running worker notices itself.

    Raises Conflict where there is no draft and Unreadable with every problem where it cannot be used.
    """
    with db.atomic():
        shop = workshop(tenant)
        if shop.draft is None:
            raise Conflict("There is nothing to publish: change something first.")
        shop.draft.delete_instance()
        return _put(tenant, shop.values, "content.publish", by=by, address=address, now=now)


def go_back(tenant: Tenant, number: int, *, by: str, address: str, now: datetime) -> int:
    """Publish again what version `number` said, as a new version; a draft stays as it is.

    Raises UnknownVersion, and Unreadable where it cannot be used any more.
    """
    with db.atomic():
        values = find_version(tenant, number).values
        return _put(tenant, published(tenant) | values, "content.go_back", by=by, address=address, now=now)


def versions(tenant: Tenant) -> list[ContentVersion]:
    """The newest published versions, newest first."""
    query = ContentVersion.select().where(ContentVersion.tenant == tenant)
    return list(query.order_by(ContentVersion.number.desc()).limit(SHOWN_VERSIONS))


def find_version(tenant: Tenant, number: int) -> ContentVersion:
    """One published version; raises UnknownVersion."""
    version = ContentVersion.get_or_none(ContentVersion.tenant == tenant, ContentVersion.number == number)
    if version is None:
        raise UnknownVersion("There is no version %(number)s.", number=number)
    return version


def changed_fields(before: Values, after: Values) -> list[str]:
    """The names of what differs, those inside content and hours by their own names, sorted."""
    # An old version may lack a field that was not there yet.
    flat = [{**{name: values.get(name) for name in FIELDS if name != "content"}, **values.get("content", {})}
            for values in (before, after)]
    return sorted(name for name in flat[0].keys() | flat[1].keys() if flat[0].get(name) != flat[1].get(name))


def keep_version(config: TenantConfig, *, by: str = "") -> None:
    """Keep what is published as a version, so that there is a way back to it; not where the newest says the same.

    Whoever changes a configuration calls this before, for what was set up before there were versions, and after.
    """
    kept = ContentVersion.select().where(ContentVersion.tenant == config.tenant)
    newest, values = kept.order_by(ContentVersion.number.desc()).first(), _of(config)
    if newest is None or (newest.number < config.version and newest.values != values):
        ContentVersion.create(tenant=config.tenant, number=config.version, values=values, published_by=by,
                              published_at=config.updated_at)


def _put(tenant: Tenant, values: dict[str, Any], action: str, *, by: str, address: str, now: datetime) -> int:
    config = TenantConfig.get(TenantConfig.tenant == tenant)
    if found := problems(config.template, values):
        raise Unreadable(found)
    keep_version(config)
    detail = {"version": config.version + 1, "changed": changed_fields(_of(config), values)}
    stock.follow_content(tenant, config.content, values["content"])
    for name in FIELDS:
        setattr(config, name, values[name])
    config.version, config.updated_at = config.version + 1, now
    config.save(only=[*FIELDS, "version", "updated_at"])
    keep_version(config, by=by)
    audit.record(by=by, action=action, slug=tenant.slug, detail=detail, address=address)
    number: int = config.version
    return number


def _keep_draft(tenant: Tenant, values: dict[str, Any], by: str, now: datetime) -> None:
    row = {"values": values, "updated_by": by, "updated_at": now}
    if not ContentDraft.update(row).where(ContentDraft.tenant == tenant).execute():
        ContentDraft.create(tenant=tenant, **row)


def _of(config: TenantConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in FIELDS}
