from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict, Invalid
from app.models import Account, AuditEntry, Desired, PortalEvent, RequestStatus, SetupRequest, Tenant
from app.services.sessions import report_session
from app.services.setup_requests import (
    UnknownRequest,
    approve,
    begin_review,
    find_request,
    find_requests,
    reject,
    waiting_count,
)
from app.services.tenants import create_tenant
from tests.processes import FakeProcesses

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


@pytest.fixture
def tenant(database) -> Tenant:
    return create_tenant(slug="acme", name="Acme", template="BOOKING", by="alice@acme.example")


@pytest.fixture
def request_id(tenant: Tenant) -> int:
    alice = Account.create(tenant=tenant, email="alice@acme.example")
    return SetupRequest.create(tenant=tenant, account=alice, template="BOOKING", business_name="Acme",
                               whatsapp_number="+255712345678").id


def status(request_id: int) -> RequestStatus:
    return find_request(request_id).status


def test_a_request_waits_until_it_is_decided(request_id):
    assert waiting_count() == 1
    begin_review(request_id, by="ada", now=NOW)
    assert (waiting_count(), status(request_id)) == (1, RequestStatus.REVIEWING)
    reject(request_id, "no such business", by="ada", now=NOW)
    assert waiting_count() == 0


def test_approval_starts_the_worker_and_the_first_connection_makes_it_active(tenant, request_id):
    processes = FakeProcesses()
    approve(request_id, by="ada", processes=processes, now=NOW, address="192.0.2.7")
    assert (set(processes.states()), status(request_id)) == ({"acme"}, RequestStatus.APPROVED)
    assert Tenant.get().desired == Desired.RUNNING
    report_session(tenant, "proved", now=NOW)
    assert status(request_id) == RequestStatus.ACTIVE
    entry = AuditEntry.get(AuditEntry.action == "request.approved")
    assert (entry.actor, entry.tenant_slug, entry.address) == ("ada", "acme", "192.0.2.7")


def test_approval_of_one_whose_worker_runs_already_is_no_second_start(request_id):
    processes = FakeProcesses()
    processes.start("acme")
    approve(request_id, by="ada", processes=processes, now=NOW)
    assert status(request_id) == RequestStatus.APPROVED


def test_a_rejection_needs_a_reason_which_the_tenant_reads(request_id):
    for reason in ("", "  \n", "x" * 1001):
        with pytest.raises(Invalid):
            reject(request_id, reason, by="ada", now=NOW)
    assert status(request_id) == RequestStatus.SUBMITTED
    reject(request_id, " The number is a landline. ", by="ada", now=NOW)
    assert find_request(request_id).reason == "The number is a landline."
    assert PortalEvent.get().payload["reason"] == "The number is a landline."


def test_what_is_decided_stays_decided(request_id):
    reject(request_id, "no", by="ada", now=NOW)
    for again in (lambda: approve(request_id, by="ada", processes=FakeProcesses(), now=NOW),
                  lambda: begin_review(request_id, by="ada", now=NOW),
                  lambda: reject(request_id, "no", by="ada", now=NOW)):
        with pytest.raises(Conflict, match="rejected already"):
            again()
    assert AuditEntry.select().where(AuditEntry.action.startswith("request.")).count() == 1


def test_an_unknown_request_is_not_found(database):
    with pytest.raises(UnknownRequest):
        find_request(7)


def test_the_one_that_waits_longest_comes_first(tenant, request_id):
    older = SetupRequest.create(tenant=tenant, template="BOOKING", business_name="Older", whatsapp_number="1",
                                updated_at=NOW - timedelta(days=1))
    found = find_requests([RequestStatus.SUBMITTED])
    assert [each.id for each in found] == [older.id, request_id]
    assert [each.account and each.account.email for each in found] == [None, "alice@acme.example"]
