import pytest

from app.errors import Conflict
from app.models import Account, AuditEntry, Role, SignIn, Tenant
from app.services import audit, people
from app.services.people import UnknownPerson
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}


@pytest.fixture
def acme(database: object) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


def a_person(tenant: Tenant, name: str, role: Role = Role.STAFF) -> Account:
    return Account.create(tenant=tenant, email=f"{name}@{tenant.slug}.example", role=role, password_hash="x")


def test_owners_come_first_and_strangers_not_at_all(acme: Tenant):
    other = create_tenant(slug="other", name="Other", template="BOOKING", by="ada")
    for tenant, name, role in ((acme, "bob", Role.STAFF), (acme, "zoe", Role.OWNER), (other, "charlie", Role.OWNER)):
        a_person(tenant, name, role)
    assert [person.email for person in people.people_of(acme)] == ["zoe@acme.example", "bob@acme.example"]


def test_a_removed_person_is_signed_out_everywhere(acme: Tenant):
    a_person(acme, "alice", Role.OWNER)
    bob = a_person(acme, "bob")
    SignIn.create(account=bob, token_hash="x")
    people.remove(acme, bob.id, **WHO)
    assert SignIn.select().count() == 0
    assert [person.email for person in people.people_of(acme)] == ["alice@acme.example"]
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().detail == {"email": "bob@acme.example"}


def test_nobody_removes_themselves_or_the_last_owner(acme: Tenant):
    alice = a_person(acme, "alice", Role.OWNER)
    with pytest.raises(Conflict, match="yourself"):
        people.remove(acme, alice.id, **WHO)
    with pytest.raises(Conflict, match="last one"):
        people.remove(acme, alice.id, by="ada@flowhq.example", address="")
    assert Account.select().count() == 1


def test_a_person_of_another_business_is_not_there(acme: Tenant):
    other = create_tenant(slug="other", name="Other", template="BOOKING", by="ada")
    with pytest.raises(UnknownPerson):
        people.remove(acme, a_person(other, "charlie").id, **WHO)
    assert Account.select().count() == 1


def test_deeds_are_read_back_to_the_first_and_only_ones_own(acme: Tenant):
    for number in range(people.DEEDS_PAGE + 5):
        audit.record(by="alice", action=f"deed.{number}", slug="acme")
    audit.record(by="ada", action="secret", slug="other")
    audit.record(by="ada", action="note.add", slug="acme")
    newest = people.deeds(acme)
    oldest = people.deeds(acme, before=newest.earlier)
    actions = [deed.action for deed in newest.deeds + oldest.deeds]
    assert actions == [*(f"deed.{number}" for number in reversed(range(people.DEEDS_PAGE + 5))), "tenant.create"]
    assert oldest.earlier is None


def test_an_invited_person_has_not_joined_before_choosing_a_password(acme: Tenant):
    bob = a_person(acme, "bob")
    assert people.has_joined(bob)
    bob.password_hash = ""
    assert not people.has_joined(bob)
