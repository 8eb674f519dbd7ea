from datetime import UTC, datetime
from typing import Any

import pytest

from app.errors import Conflict, Invalid
from app.models import AuditEntry, ContentDraft, ContentVersion, Tenant, TenantConfig
from app.replies.examples import example_content
from app.services import content
from app.services.content import UnknownVersion
from app.services.tenants import change_tenant, create_tenant
from worker.config import load_config

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO = {"by": "alice@acme.example", "address": "10.0.0.1"}


@pytest.fixture
def acme(database: object) -> Tenant:
    given = example_content("BOOKING")
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada", content=given["content"],
                         hours=given["hours"])


def draft(tenant: Tenant, **changes: Any) -> content.Workshop:
    return content.save_draft(tenant, changes, now=NOW, **WHO)


def publish(tenant: Tenant) -> int:
    return content.publish(tenant, now=NOW, **WHO)


def with_address(tenant: Tenant, address: str) -> dict[str, Any]:
    return content.workshop(tenant).values["content"] | {"address": address}


def test_without_a_draft_one_works_on_what_is_published(acme: Tenant):
    shop = content.workshop(acme)
    assert shop.draft is None
    assert shop.values == content.published(acme)
    assert content.problems(shop.template, shop.values) == []


def test_a_draft_changes_nothing_that_customers_read(acme: Tenant):
    before = content.published(acme)
    shop = draft(acme, content=with_address(acme, "New Street 1"))
    assert shop.values["content"]["address"] == "New Street 1"
    assert content.published(acme) == before
    assert shop.draft and shop.draft.updated_by == "alice@acme.example"


def test_parts_of_a_draft_that_are_saved_apart_stand_together(acme: Tenant):
    draft(acme, business_name="Acme Two")
    shop = draft(acme, handover_hours=3)
    assert (shop.values["business_name"], shop.values["handover_hours"]) == ("Acme Two", 3)
    assert ContentDraft.select().count() == 1


def test_publishing_is_what_the_worker_reads_next(acme: Tenant):
    draft(acme, content=with_address(acme, "New Street 1"), owner_silence_hours=5)
    assert publish(acme) == 2
    config = load_config(acme)
    assert config.version == 2
    assert config.owner_silence_hours == 5
    assert set(config.bot.texts["address"].values()) == {"New Street 1"}
    assert ContentDraft.select().count() == 0
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.detail) == (
        "content.publish", {"version": 2, "changed": ["address", "owner_silence_hours"]})


def test_a_draft_with_mistakes_is_kept_but_not_published(acme: Tenant):
    services = [{"name": "Facial", "price": "plenty"}, {"name": ""}]
    shop = draft(acme, content={"services": services}, chat_limit=0)
    assert shop.values["content"]["services"] == services
    with pytest.raises(Invalid) as refused:
        publish(acme)
    for part in ("Service 1: the price", "Service 2 needs a name", "chat_limit"):
        assert part in str(refused.value)
    assert content.workshop(acme).draft is not None
    assert TenantConfig.get().version == 1
    assert [version.number for version in content.versions(acme)] == [1]


def test_there_is_nothing_to_publish_without_a_change(acme: Tenant):
    with pytest.raises(Conflict, match="nothing to publish"):
        publish(acme)


def test_a_draft_can_be_thrown_away(acme: Tenant):
    draft(acme, business_name="Typo")
    content.discard_draft(acme, **WHO)
    content.discard_draft(acme, **WHO)
    assert content.workshop(acme).draft is None
    assert AuditEntry.select().where(AuditEntry.action == "content.discard").count() == 1


def test_one_can_go_back_even_to_what_was_there_before_the_first_publishing(acme: Tenant):
    first = content.published(acme)
    draft(acme, business_name="Acme Two")
    publish(acme)
    draft(acme, business_name="Acme Three")
    publish(acme)
    draft(acme, business_name="Acme Four")
    assert content.go_back(acme, 1, now=NOW, **WHO) == 4
    assert content.published(acme) == first
    assert [version.number for version in content.versions(acme)] == [4, 3, 2, 1]
    assert content.workshop(acme).values["business_name"] == "Acme Four"


def test_what_an_operator_changes_is_a_version_with_its_author(acme: Tenant):
    first = content.published(acme)
    change_tenant("acme", by="ada", content={"address": "Samora Avenue 5"}, business_name="Acme Ltd")
    change_tenant("acme", by="ada", typing_max_ms=0)
    draft(acme, business_name="Acme Two")
    publish(acme)
    assert [(version.number, version.published_by) for version in content.versions(acme)] == [
        (4, "alice@acme.example"), (2, "ada"), (1, "ada")]
    assert content.find_version(acme, 2).values["content"] == {"address": "Samora Avenue 5"}
    content.go_back(acme, 1, now=NOW, **WHO)
    assert content.published(acme) == first


def test_what_was_set_up_before_there_were_versions_can_be_gone_back_to(acme: Tenant):
    ContentVersion.delete().execute()
    first = content.published(acme)
    change_tenant("acme", by="ada", business_name="Acme Ltd")
    assert [(version.number, version.published_by) for version in content.versions(acme)] == [(2, "ada"), (1, "")]
    content.go_back(acme, 1, now=NOW, **WHO)
    assert content.published(acme) == first


def test_a_change_that_is_refused_leaves_no_version(acme: Tenant):
    with pytest.raises(Invalid):
        change_tenant("acme", by="ada", content={"services": "Facial"})
    assert [version.number for version in content.versions(acme)] == [1]


def test_nobody_goes_back_to_a_version_of_another_tenant(acme: Tenant):
    other = create_tenant(slug="other", name="Other", template="BOOKING", by="ada")
    draft(acme, business_name="Acme Two")
    publish(acme)
    with pytest.raises(UnknownVersion):
        content.go_back(other, 2, now=NOW, **WHO)


def test_a_tenant_sets_no_field_that_is_the_operators(acme: Tenant):
    with pytest.raises(Invalid, match="'tenant_limit'"):
        draft(acme, tenant_limit=10_000)
