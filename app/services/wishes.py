"""What somebody wants to be told of."""
from app.db import db
from app.errors import Invalid
from app.models import Account, Tenant
from app.services import accounts, audit

LEAST_MIN, MOST_MIN = 2, 24 * 60


def read_minutes(text: str) -> int:
    """How long a lost connection is waited for; raises Invalid."""
    if not text.strip().isdecimal() or not LEAST_MIN <= int(text) <= MOST_MIN:
        raise Invalid("Give the minutes as a number from %(least)d to %(most)d.", least=LEAST_MIN, most=MOST_MIN)
    return int(text)


def change(
    account: Account, *, alerts: bool, digest: bool, orders: bool, after_min: int | None, address: str,
) -> None:
    """Change which letters the account gets and, where it has a tenant, how long a lost connection is waited for."""
    wished = {"wants_alerts": alerts, "wants_digest": digest, "wants_orders": orders}
    with db.atomic():
        Account.update(wished).where(Account.id == account.id).execute()
        if account.tenant and after_min is not None:
            Tenant.update(alert_after_min=after_min).where(Tenant.id == account.tenant.id).execute()
        audit.record(by=account.email, action="account.notifications", slug=accounts.slug_of(account), address=address,
                     detail=wished | ({"after_min": after_min} if after_min is not None else {}))
