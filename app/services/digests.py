"""The day in numbers, mailed to owners in the evening of their own zone."""
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.db import db
from app.models import Account, Desired, Role, Tenant, TenantConfig, TenantStatus
from app.services import chats, history, letters, notices
from app.services.notices import Reader
from app.settings import Settings

SENT_FROM_HOUR = 20
# Two digests of one evening never are this far apart, those of two evenings always are.
APART = timedelta(hours=12)
LIVES = timedelta(hours=12)


def is_due(sent_at: datetime | None, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is evening there and this evening's digest was not sent yet."""
    return now.astimezone(zone).hour >= SENT_FROM_HOUR and (sent_at is None or now - sent_at > APART)


def send_due(settings: Settings, *, now: datetime) -> int:
    """Put the digests that are due on their way; returns how many there were."""
    if not settings.smtp_url:
        return 0
    return sum(_send(owner, settings, now) for owner in _owners(now))


def _owners(now: datetime) -> list[Account]:
    query = Account.select(Account, Tenant).join(Tenant).where(
        Account.role == Role.OWNER, Account.wants_digest, Account.email_verified, ~Account.disabled,
        Account.digest_sent_at.is_null() | (Account.digest_sent_at < now - APART),
        Tenant.desired == Desired.RUNNING, Tenant.status != TenantStatus.PAUSED)
    return list(query.order_by(Account.id))


def _send(owner: Account, settings: Settings, now: datetime) -> bool:
    tenant = owner.tenant
    zone = ZoneInfo(TenantConfig.get(TenantConfig.tenant == tenant).timezone)
    if tenant is None or not is_due(owner.digest_sent_at, zone, now):
        return False
    with db.atomic():
        # Whoever is first to write this sends it.
        if not Account.update(digest_sent_at=now).where(
                Account.id == owner.id, Account.digest_sent_at.is_null() if owner.digest_sent_at is None
                else Account.digest_sent_at == owner.digest_sent_at).execute():
            return False
        letter = notices.digest_letter(
            tenant.name, history.day_in_numbers(tenant, zone, now=now), chats.unread_chats(tenant),
            Reader(owner.email, owner.language), settings.web_url, now=now, zone=zone)
        return letters.post(letter, settings, now=now, lives=LIVES, tenant=tenant)
