"""Tell of tickets that were opened, and of those that their customers opened again: webhooks at once, owners by mail.

The worker only marks what is new, since it may write to nobody's outbox; a job of the platform finds it here.
"""
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from app.db import db
from app.models import Account, Role, Tenant, Ticket, TicketState
from app.services import letters, notices, webhooks
from app.services.notices import Reader
from app.settings import Settings

AT_ONCE = 500


def tell_webhooks(*, now: datetime) -> int:
    """Put an event on its way for each ticket that is new or open again; returns how many there were."""
    with db.atomic():
        fresh = _with_tenants(Ticket.news != "")
        for ticket in fresh:
            # Whoever is first to take the news away tells it.
            if Ticket.update(news="").where(Ticket.id == ticket.id, Ticket.news == ticket.news).execute():
                facts = {"ticket": ticket.number, "state": str(ticket.state), "since": ticket.changed_at.isoformat()}
                webhooks.tell(ticket.tenant, f"ticket.{ticket.news}", facts, now=now)
    return len(fresh)


def write_owners(settings: Settings, *, now: datetime) -> int:
    """Mail each owner one letter of all open tickets that it has not been told of; returns how many tickets."""
    with db.atomic():
        fresh = _with_tenants(~Ticket.mailed)
        told = [ticket for ticket in fresh
                if Ticket.update(mailed=True).where(Ticket.id == ticket.id, ~Ticket.mailed).execute()]
        waiting = [ticket for ticket in told if ticket.state == TicketState.OPEN]
        for _, group in groupby(waiting, key=lambda ticket: ticket.tenant.id):
            _write(list(group), settings, now)
    return len(waiting)


def _write(tickets: Sequence[Ticket], settings: Settings, now: datetime) -> None:
    tenant: Tenant = tickets[0].tenant
    owners = Account.select().where(
        Account.tenant == tenant, Account.role == Role.OWNER, Account.wants_alerts, Account.email_verified,
        ~Account.disabled)
    for owner in owners.order_by(Account.id):
        letter = notices.tickets_letter(tenant.name, [(each.number, each.subject) for each in tickets],
                                        Reader(owner.email, owner.language), settings.web_url)
        letters.post(letter, settings, now=now, tenant=tenant)


def _with_tenants(condition: object) -> list[Ticket]:
    query = Ticket.select(Ticket, Tenant).join(Tenant).where(condition)
    return list(query.order_by(Ticket.tenant, Ticket.id).limit(AT_ONCE))
