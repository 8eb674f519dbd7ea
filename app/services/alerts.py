"""Look whether tenants are in trouble, and tell those concerned, once for each incident and once when it is over."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from app.db import db, is_sqlite
from app.models import (
    Account,
    Desired,
    Incident,
    Role,
    Tenant,
    TenantConfig,
    TenantStatus,
    Trouble,
    WhatsAppSession,
    WorkerProcess,
)
from app.services import letters, notices, webhooks
from app.services.notices import Reader, Told
from app.services.troubles import Seen, Step, calm_after, next_step, trouble_of
from app.settings import Settings

KEPT_FOR = timedelta(days=90)


@dataclass
class News:
    """What one look has found that is to be told."""

    begun: list[tuple[Tenant, Told]] = field(default_factory=list)
    ended: list[tuple[Tenant, Told]] = field(default_factory=list)


@dataclass(frozen=True)
class _Look:
    """What one look at a tenant has shown."""

    tenant: Tenant
    zone: ZoneInfo
    wanted: bool
    trouble: Trouble | None
    detail: str
    now: datetime

    def step(self, incident: Incident | None, told_today: int) -> Step:
        """What becomes of the tenant's incident."""
        patience = timedelta(minutes=self.tenant.alert_after_min)
        return next_step(incident, self.trouble, wanted=self.wanted, now=self.now, patience=patience,
                         calm=calm_after(told_today))

    def told(self, incident: Incident) -> Told:
        """The incident as it is told."""
        return Told(self.tenant.slug, self.tenant.name, Trouble(incident.trouble), incident.since, self.zone)


def check(settings: Settings, *, now: datetime) -> int:
    """Look at every tenant and put what there is to tell on its way; returns how many incidents began or ended."""
    looks, news = _looks(now), News()
    # Mostly there is nothing to write, and whoever writes to SQLite keeps all others from it.
    concerned = [look.tenant.id for look, _, _ in _steps(looks, now)]
    if not concerned:
        return 0
    with db.atomic():
        _wait_for_others(concerned)
        for look, incident, step in _steps(looks, now):
            _take(step, incident, look, news)
        _tell(news, settings, now)
    return len(news.begun) + len(news.ended)


def incidents_of(tenant: Tenant, *, limit: int = 20) -> list[Incident]:
    """The incidents that were told, newest first."""
    told = Incident.select().where(Incident.tenant == tenant, Incident.told_at.is_null(False))
    return list(told.order_by(Incident.id.desc()).limit(limit))


def forget_old(*, now: datetime) -> int:
    """Forget the incidents that ended long ago."""
    return int(Incident.delete().where(Incident.ended_at < now - KEPT_FOR).execute())


def _steps(looks: list[_Look], now: datetime) -> list[tuple[_Look, Incident, Step]]:
    """What is to be done, with the incidents that are open, or new ones that are not in the database yet."""
    open_ones = _open_incidents()
    told_today = _told_since(now - timedelta(days=1)) if open_ones else {}
    found: list[tuple[_Look, Incident, Step]] = []
    for look in looks:
        incident = open_ones.get(look.tenant.id)
        step = look.step(incident, told_today.get(look.tenant.id, 0))
        if step == Step.OPEN:
            incident = Incident(tenant=look.tenant.id, trouble=look.trouble, detail=look.detail, since=now)
            # What waits for somebody is told at once.
            step = Step.TELL if look.step(incident, 0) == Step.TELL else Step.OPEN
        if incident is not None and step != Step.NOTHING:
            found.append((look, incident, step))
    return found


def _take(step: Step, incident: Incident, look: _Look, news: News) -> None:
    """Write down what became of the incident, and what of it is news."""
    if look.trouble and step in (Step.TELL, Step.CHANGE):
        incident.trouble, incident.detail = look.trouble, look.detail
    if step == Step.TELL:
        incident.told_at = look.now
        news.begun.append((look.tenant, look.told(incident)))
    if step == Step.END_AND_TELL:
        news.ended.append((look.tenant, look.told(incident)))
    incident.well_since = look.now if step == Step.RECOVER else None
    if step in (Step.END, Step.END_AND_TELL):
        incident.ended_at = look.now
    if step == Step.END and incident.told_at is None:
        incident.delete_instance()
    else:
        incident.save()


def _tell(news: News, settings: Settings, now: datetime) -> None:
    if not news.begun and not news.ended:
        return
    owners = owners_of([tenant for tenant, _ in (*news.begun, *news.ended)])
    for tenant, told in news.begun:
        for owner in owners.get(tenant.id, ()):
            letters.post(notices.trouble_letter(told, owner, settings.web_url), settings, now=now, tenant=tenant)
        webhooks.tell(tenant, "tenant.trouble", _facts(told), now=now)
    for tenant, told in news.ended:
        for owner in owners.get(tenant.id, ()):
            letters.post(notices.recovery_letter(told, owner, settings.web_url, now=now), settings, now=now,
                         tenant=tenant)
        webhooks.tell(tenant, "tenant.recovered", _facts(told), now=now)
    _tell_admins(news, settings, now)


def _tell_admins(news: News, settings: Settings, now: datetime) -> None:
    begun, ended = ([told for _, told in found if told.trouble in notices.ADMINS_HEAR_OF]
                    for found in (news.begun, news.ended))
    if begun or ended:
        for admin in Account.select().where(Account.role == Role.ADMIN, *_wants()):
            reader = Reader(admin.email, admin.language, "/admin/notifications")
            letters.post(notices.admin_letter(begun, ended, reader, settings.web_url), settings, now=now)


def _facts(told: Told) -> dict[str, str]:
    return {"trouble": told.trouble, "since": told.since.isoformat()}


def _wants() -> tuple[Any, ...]:
    return (Account.wants_alerts, Account.email_verified, ~Account.disabled)


def owners_of(tenants: Iterable[Tenant]) -> dict[int, list[Reader]]:
    """Who wants to be told of these tenants' affairs, by the tenant's id."""
    found: dict[int, list[Reader]] = {}
    query = Account.select(Account, Tenant).join(Tenant).where(
        Account.tenant.in_(list(tenants)), Account.role == Role.OWNER, *_wants())
    for owner in query.order_by(Account.id):
        if owner.tenant:
            found.setdefault(owner.tenant.id, []).append(Reader(owner.email, owner.language))
    return found


def _wait_for_others(tenant_ids: list[int]) -> None:
    """Let one look at a time write about these tenants; SQLite does so by itself. Workers are not kept waiting."""
    if not is_sqlite():
        query: Any = Tenant.select(Tenant.id).where(Tenant.id.in_(tenant_ids)).order_by(Tenant.id)
        list(query.for_update("FOR NO KEY UPDATE"))


def _looks(now: datetime) -> list[_Look]:
    """Every tenant, by the few columns that count."""
    query: Any = Tenant.select(
        Tenant.id, Tenant.slug, Tenant.name, Tenant.status, Tenant.desired, Tenant.alert_after_min,
        TenantConfig.timezone, WorkerProcess.status.alias("worker"), WhatsAppSession.state, WhatsAppSession.detail,
        WhatsAppSession.phone, WhatsAppSession.proved_at, WhatsAppSession.sending_paused_at)
    for model in (TenantConfig, WorkerProcess, WhatsAppSession):
        query = query.join_from(Tenant, model)
    return [_look(row, now) for row in query.order_by(Tenant.id).namedtuples()]


def _look(row: Any, now: datetime) -> _Look:
    is_wanted = row.desired == Desired.RUNNING and row.status != TenantStatus.PAUSED
    seen = Seen(wanted=is_wanted, status=row.status, worker=row.worker, session=row.state, detail=row.detail,
                was_linked=bool(row.phone), proved_at=row.proved_at, sending_paused=bool(row.sending_paused_at))
    tenant = Tenant(id=row.id, slug=row.slug, name=row.name, alert_after_min=row.alert_after_min)
    return _Look(tenant, ZoneInfo(row.timezone), is_wanted, trouble_of(seen, now), row.detail, now)


def _open_incidents() -> dict[int, Incident]:
    query = Incident.select(Incident, Tenant).join(Tenant).where(Incident.ended_at.is_null())
    return {each.tenant.id: each for each in query.order_by(Incident.id)}


def _told_since(since: datetime) -> dict[int, int]:
    query: Any = Incident.select(Incident.tenant, fn.COUNT(Incident.id)).where(Incident.told_at >= since)
    return dict(query.group_by(Incident.tenant).tuples())
