from datetime import UTC, datetime
from typing import Any

import pytest
from playhouse.test_utils import assert_query_count

from app.errors import Conflict, Invalid
from app.models import (
    AuditEntry,
    AwayPolicy,
    Language,
    SessionState,
    Template,
    Tenant,
    TenantConfig,
    TenantStatus,
    WorkerStatus,
)
from app.services.content import FIELDS, problems
from app.services.tenants import UnknownTenant, change_tenant, create_tenant, find_tenant, tenant_row, tenant_rows

pytestmark = pytest.mark.usefixtures("database")


def a_tenant(slug: str = "acme", **values: Any) -> Tenant:
    return create_tenant(**{"slug": slug, "name": "Acme Salon", "template": "BOOKING", "by": "ada", **values})


def test_a_new_tenant_has_all_its_rows_and_an_audit_entry():
    a_tenant(phone_number="0712 345 678", language="sw", timezone="Africa/Nairobi")
    row = tenant_row("acme")
    tenant, config = row.tenant, row.config
    assert (tenant.name, tenant.phone_number, tenant.status) == ("Acme Salon", "+255712345678", TenantStatus.NEW)
    assert (config.template, config.language, config.timezone) == (Template.BOOKING, Language.SW, "Africa/Nairobi")
    assert config.business_name == "Acme Salon"
    assert (row.session.state, row.worker.status) == (SessionState.DISCONNECTED, WorkerStatus.STOPPED)
    entry = AuditEntry.get()
    assert (entry.actor, entry.action, entry.tenant_slug) == ("ada", "tenant.create", "acme")


def test_a_slug_is_given_once():
    a_tenant()
    with pytest.raises(Conflict, match="There is a tenant 'acme' already"):
        a_tenant(name="Another")
    assert Tenant.select().count() == 1
    assert AuditEntry.select().count() == 1


def test_a_phone_number_belongs_to_one_tenant():
    a_tenant(phone_number="+255712345678")
    with pytest.raises(Conflict, match=r"\+255712345678 belongs to the tenant 'acme'"):
        a_tenant("duka", phone_number="0712 345 678")
    assert [tenant.slug for tenant in Tenant.select()] == ["acme"]


def test_tenants_without_a_number_do_not_stand_in_each_others_way():
    a_tenant()
    a_tenant("duka")
    assert Tenant.select().count() == 2


@pytest.mark.parametrize(("values", "complaint"), [
    ({"slug": "Acme!"}, "cannot be a slug"),
    ({"phone_number": "12ab"}, "'12ab' is not a phone number"),
    ({"template": "BAKERY"}, "'BAKERY' is no template: choose one of BOOKING, ECOMMERCE, SUPPORT"),
    ({"language": "fr"}, "'fr' is no language: choose one of EN, SW"),
    ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
    ({"timezone": "../../etc/passwd"}, "is no time zone"),
    ({"name": "  "}, "A name has 1 to 120 characters"),
    ({"name": "x" * 121}, "A name has 1 to 120 characters"),
])
def test_a_value_that_cannot_be_used_leaves_nothing_behind(values: dict, complaint: str):
    with pytest.raises(Invalid, match=complaint):
        a_tenant(**values)
    assert Tenant.select().count() == TenantConfig.select().count() == AuditEntry.select().count() == 0


def test_an_unknown_slug_says_where_to_find_the_slugs():
    with pytest.raises(UnknownTenant, match="There is no tenant 'nobody'. `flowhq tenant list` shows the slugs"):
        find_tenant("nobody")


def test_the_list_takes_one_query_however_many_tenants_there_are():
    for slug in ("c", "a", "b"):
        a_tenant(slug)
    with assert_query_count(1):
        rows = tenant_rows()
        assert [(row.tenant.slug, row.config.template, row.session.state, row.worker.status) for row in rows] == [
            (slug, Template.BOOKING, SessionState.DISCONNECTED, WorkerStatus.STOPPED) for slug in "abc"]


def test_a_change_raises_the_version_and_is_audited():
    a_tenant()
    before = datetime.now(UTC)
    change_tenant("acme", by="ada", chat_limit=7, language="SW", name="Acme Hair")
    row = tenant_row("acme")
    assert (row.config.chat_limit, row.config.language, row.tenant.name) == (7, Language.SW, "Acme Hair")
    assert row.config.version == 2
    assert row.config.updated_at >= before
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert entry.action == "tenant.change"
    assert entry.detail == {"chat_limit": [20, 7], "language": ["EN", "SW"], "name": ["Acme Salon", "Acme Hair"]}


def test_a_change_to_what_is_so_already_changes_nothing():
    a_tenant()
    change_tenant("acme", by="ada", chat_limit=20)
    assert tenant_row("acme").config.version == 1
    assert AuditEntry.select().count() == 1


@pytest.mark.parametrize("change", [
    {"chat_limit": 0}, {"tenant_window_s": -1}, {"typing_ms_per_char": 2**31}, {"chat_limit": "many"},
    {"colour": "green"}, {"phone_number": "x"}, {"away_policy": "FORGET"}, {"away_hours": 169}, {"away_limit": 2001},
    {"away_hours": -1},
])
def test_a_change_that_cannot_be_used_is_refused_whole(change: dict):
    a_tenant()
    with pytest.raises(Invalid):
        change_tenant("acme", by="ada", handover_hours=1, **change)
    assert tenant_row("acme").config.handover_hours == 12


def test_what_becomes_of_missed_messages_can_be_changed_up_to_what_the_business_could_choose_itself():
    a_tenant()
    row = change_tenant("acme", by="ada", away_policy="leave", away_hours=168, away_limit=0)
    assert (row.config.away_policy, row.config.away_hours, row.config.away_limit) == (AwayPolicy.LEAVE, 168, 0)
    assert problems(row.config.template, {name: getattr(row.config, name) for name in FIELDS}) == []


def test_a_tenant_keeps_its_own_number_and_takes_no_others():
    a_tenant(phone_number="+255712345678")
    a_tenant("duka", phone_number="+255712345679")
    change_tenant("acme", by="ada", phone_number="+255712345678", name="Still Acme")
    with pytest.raises(Conflict):
        change_tenant("acme", by="ada", phone_number="+255712345679")


def test_a_number_can_be_taken_away():
    a_tenant(phone_number="+255712345678")
    change_tenant("acme", by="ada", phone_number="")
    assert find_tenant("acme").phone_number == ""


def test_content_is_stored_and_its_change_is_audited_without_its_text():
    a_tenant(content={"address": "Uhuru Street"})
    change_tenant("acme", by="ada", content={"address": "Samora Avenue"})
    assert tenant_row("acme").config.content == {"address": "Samora Avenue"}
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().detail == {"content": "changed"}
