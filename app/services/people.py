"""The people of a business: who they are, taking one off, and who did what."""
from dataclasses import dataclass
from typing import Any

from app.db import db
from app.errors import Conflict, NotFound
from app.models import Account, AuditEntry, Role, Tenant
from app.services import audit

DEEDS_PAGE = 50
# What the operators write down about a business is theirs to read.
OPERATORS_OWN = "note."


class UnknownPerson(NotFound):
    """The business has no such person."""


@dataclass(frozen=True)
class DeedPage:
    """Audit entries, newest first; `earlier` is the id before which older ones are, or None."""

    deeds: list[AuditEntry]
    earlier: int | None


def people_of(tenant: Tenant) -> list[Account]:
    """Everybody with an account of the business, owners first."""
    return list(Account.select().where(Account.tenant == tenant).order_by(Account.role, Account.email))


def find_person(tenant: Tenant, account_id: int) -> Account:
    """One of the business's people; raises UnknownPerson."""
    person = Account.get_or_none(Account.id == account_id, Account.tenant == tenant)
    if person is None:
        raise UnknownPerson("There is no such person in this business.")
    return person


def has_joined(person: Account) -> bool:
    """Whether an invited person has chosen a password."""
    return bool(person.password_hash)


def remove(tenant: Tenant, account_id: int, *, by: str, address: str) -> Account:
    """Delete the account of one of the business's people, who is signed out everywhere at once.

    Raises UnknownPerson, and Conflict for oneself and for the last owner.
    """
    with db.atomic():
        person = find_person(tenant, account_id)
        if person.email == by:
            raise Conflict("You cannot remove yourself: ask another owner.")
        _keep_an_owner(tenant, person)
        person.delete_instance()
        audit.record(by=by, action="account.remove", slug=tenant.slug, detail={"email": person.email}, address=address)
    return person


def deeds_of(tenant: Tenant) -> Any:
    """The condition for audit entries that the business may read."""
    return (AuditEntry.tenant_slug == tenant.slug) & ~AuditEntry.action.startswith(OPERATORS_OWN)


def deeds(tenant: Tenant, *, before: int | None = None) -> DeedPage:
    """Who did what to the business, newest first, a page at a time; without what operators keep to themselves."""
    query = AuditEntry.select().where(deeds_of(tenant))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    found = list(query.order_by(AuditEntry.id.desc()).limit(DEEDS_PAGE + 1))
    shown = found[:DEEDS_PAGE]
    return DeedPage(shown, shown[-1].id if len(found) > DEEDS_PAGE else None)


def _keep_an_owner(tenant: Tenant, person: Account) -> None:
    others = Account.select().where(Account.tenant == tenant, Account.role == Role.OWNER, Account.id != person.id)
    if person.role == Role.OWNER and not others.exists():
        raise Conflict("A business needs an owner: this is the last one.")
