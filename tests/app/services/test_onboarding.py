from datetime import UTC, datetime
from typing import Any

import pytest

from app.errors import Conflict, Invalid
from app.models import (
    Account,
    AuditEntry,
    OnboardingDraft,
    RequestStatus,
    SetupRequest,
    Tenant,
    TenantConfig,
    WhatsAppSession,
    WorkerProcess,
)
from app.services import onboarding
from app.services.slugs import LONGEST_SLUG, check_slug
from app.services.tenants import create_tenant

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}
FILLED: dict[str, Any] = {
    "business_name": "Mama Neema's Salon", "template": "BOOKING", "number": "0712 345 678", "language": "SW",
    "timezone": "Africa/Dar_es_Salaam", "hours": {"mon": [["08:00", "18:00"]]},
    "content": {"services": [{"name": "Facial", "price": 20000}]},
}


@pytest.fixture
def alice(database: object) -> Account:
    return Account.create(email="alice@acme.example")


def fill(account: Account, **changes: Any) -> dict[str, Any]:
    return onboarding.save_draft(account, FILLED | changes, now=NOW)


def submit(account: Account) -> SetupRequest:
    return onboarding.submit(account, now=NOW, **WHO)


def reject(request: SetupRequest) -> None:
    SetupRequest.update(status=RequestStatus.REJECTED, reason="Which street?").where(
        SetupRequest.id == request.id).execute()


def test_what_was_typed_is_kept_step_by_step(alice: Account):
    onboarding.save_draft(alice, {"business_name": "Acme"}, now=NOW)
    values = onboarding.save_draft(alice, {"number": "not yet"}, now=NOW)
    assert values == onboarding.draft_of(alice)
    assert (values["business_name"], values["number"]) == ("Acme", "not yet")
    assert OnboardingDraft.select().count() == 1


def test_the_form_begins_where_something_is_missing(alice: Account):
    assert onboarding.first_unfinished(onboarding.draft_of(alice)) == "business"
    assert onboarding.first_unfinished(fill(alice, number="12")) == "number"
    assert onboarding.first_unfinished(fill(alice, timezone="Mars/North")) == "language"
    assert onboarding.first_unfinished(fill(alice, hours={"mon": [["8", "18:00"]]})) == "hours"
    assert onboarding.first_unfinished(fill(alice, content={"services": [{"name": ""}]})) == "content"
    assert onboarding.first_unfinished(fill(alice)) == "preview"


def test_only_what_was_filled_in_rightly_is_done(alice: Account):
    assert onboarding.done_steps(alice) == []
    onboarding.save_draft(alice, {"business_name": "Acme", "number": "12", "hours": {}}, now=NOW)
    assert onboarding.done_steps(alice) == ["business", "hours"]


@pytest.mark.parametrize("number", ["0712 345 678", "+255 712 345 678", "+255712345678", "0712-345-678"])
def test_a_number_may_be_written_as_people_write_it(alice: Account, number: str):
    fill(alice, number=number)
    assert submit(alice).whatsapp_number == "+255712345678"


def test_handing_in_makes_the_tenant_and_asks_for_its_set_up(alice: Account):
    fill(alice)
    request = submit(alice)
    tenant, config = Tenant.get(), TenantConfig.get()
    assert (tenant.slug, tenant.name, tenant.phone_number) == (
        "mama-neema-s-salon", "Mama Neema's Salon", "+255712345678")
    assert (config.template, config.language, config.content) == ("BOOKING", "SW", FILLED["content"])
    assert (request.status, request.account, request.tenant) == (RequestStatus.SUBMITTED, alice, tenant)
    assert Account.get().tenant == tenant
    assert WhatsAppSession.select().count() == WorkerProcess.select().count() == 1
    assert [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)] == [
        "tenant.create", "request.submit"]


def test_a_form_with_something_missing_makes_nothing(alice: Account):
    fill(alice, number="", business_name=" ")
    with pytest.raises(Invalid, match="needs a name"):
        submit(alice)
    assert Tenant.select().count() == SetupRequest.select().count() == 0


def test_the_form_is_handed_in_once(alice: Account):
    fill(alice)
    submit(alice)
    with pytest.raises(Conflict, match="handed in already"):
        submit(alice)
    assert Tenant.select().count() == SetupRequest.select().count() == 1


def test_a_number_that_has_a_bot_is_refused_without_a_word_about_whose(alice: Account):
    create_tenant(slug="secret", name="Secret", template="BOOKING", phone_number="+255712345678", by="ada")
    fill(alice)
    with pytest.raises(Conflict) as refused:
        submit(alice)
    assert "has a bot here already" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert Account.get().tenant is None
    assert SetupRequest.select().count() == 0


def test_a_rejected_request_can_be_mended_and_handed_in_again(alice: Account):
    fill(alice)
    reject(submit(alice))
    alice = Account.get()
    assert onboarding.may_submit(alice)
    onboarding.save_draft(alice, {"business_name": "Neema", "template": "SUPPORT"}, now=NOW)
    again = submit(alice)
    assert (again.status, again.reason, again.template) == (RequestStatus.SUBMITTED, "", "SUPPORT")
    assert (Tenant.get().slug, Tenant.get().name) == ("mama-neema-s-salon", "Neema")
    assert SetupRequest.select().count() == 1
    assert not onboarding.may_submit(Account.get())


def test_a_tenant_that_an_operator_made_needs_no_form(alice: Account):
    alice.tenant = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    alice.save()
    assert not onboarding.may_submit(alice)


@pytest.mark.parametrize("name, slug", [
    ("Mama Neema's Salon", "mama-neema-s-salon"), ("  Café É  ", "cafe-e"), ("株式会社", "business"),
    ("A" * 60, "a" * LONGEST_SLUG), ("x" * 26 + " yz", "x" * 26), ("<script>", "script"), ("-", "business"),
])
def test_a_slug_is_made_from_the_name(name: str, slug: str):
    assert check_slug(onboarding.slug_from(name)) == slug


def test_namesakes_get_a_number():
    slugs = [onboarding.free_slug("Salon")]
    for number in range(2):
        create_tenant(slug=slugs[-1], name=f"{number}", template="BOOKING", by="ada")
        slugs.append(onboarding.free_slug("Salon"))
    assert slugs == ["salon", "salon-2", "salon-3"]


def test_namesakes_with_long_names_still_have_slugs_that_fit():
    name = "A very long name of a business"
    create_tenant(slug=onboarding.free_slug(name), name=name, template="BOOKING", by="ada")
    second = check_slug(onboarding.free_slug(name))
    assert second.endswith("-2")
