import pytest

from app.models import RequestStatus, SetupRequest, Tenant, TenantStatus
from app.models.base import utc_now
from app.processes import StartFailed
from app.services.sessions import report_session


@pytest.fixture
def processes(web_app):
    return web_app.extensions["flowhq_processes"]


@pytest.fixture
def ada(client_of):
    return client_of("ada")


@pytest.fixture
def asked(cast):
    return SetupRequest.create(
        tenant=Tenant.get(Tenant.slug == "acme"), account=cast["alice"], template="BOOKING",
        business_name="<b>Acme</b>", whatsapp_number="+255712345678")


def status(asked):
    return SetupRequest.get_by_id(asked.id).status


def test_a_badge_says_how_many_wait_on_every_page(ada, page, asked):
    assert "1" in page(ada, "/admin/audit").find("span", class_="count").text
    SetupRequest.update(status=RequestStatus.REJECTED).execute()
    assert page(ada, "/admin/audit").find("span", class_="count") is None


def test_nobody_waits_is_said(ada, page):
    assert "Nobody waits" in page(ada, "/admin/requests").main.text


@pytest.mark.parametrize("query", ["", "?status=SUBMITTED", "?status=junk", "?page=0"])
def test_requests_are_listed(ada, page, asked, query):
    assert "<b>Acme</b>" in page(ada, f"/admin/requests{query}").main.text


def test_a_request_goes_from_sent_to_active(ada, page, asked, processes):
    path = f"/admin/requests/{asked.id}"
    assert "Approve and start the worker" in page(ada, path).main.text
    ada.post(f"{path}/review")
    assert status(asked) == RequestStatus.REVIEWING
    ada.post(f"{path}/approve")
    assert (status(asked), set(processes.running)) == (RequestStatus.APPROVED, {"acme"})
    report_session(asked.tenant, "proved", now=utc_now())
    assert (status(asked), Tenant.get_by_id(asked.tenant.id).status) == (RequestStatus.ACTIVE, TenantStatus.ACTIVE)
    assert "What to do" not in page(ada, path).main.text


def test_a_rejection_without_a_reason_is_refused(ada, page, asked):
    path = f"/admin/requests/{asked.id}"
    assert ada.post(f"{path}/reject", data={"reason": " "}).status_code == 400
    kept = ada.post(f"{path}/reject", data={"reason": "z" * 1001})
    assert (kept.status_code, "z" * 1001 in kept.text) == (400, True)
    assert status(asked) == RequestStatus.SUBMITTED
    ada.post(f"{path}/reject", data={"reason": "The number is a landline."})
    assert status(asked) == RequestStatus.REJECTED
    assert "The number is a landline." in page(ada, path).main.text


def test_a_decision_cannot_be_taken_twice(ada, page, asked, processes):
    path = f"/admin/requests/{asked.id}"
    ada.post(f"{path}/reject", data={"reason": "no"})
    answer = ada.post(f"{path}/approve", headers={"Referer": f"http://localhost{path}"})
    assert "rejected already" in page(ada, answer.location).main.text
    assert processes.running == {}


def test_an_approval_whose_worker_does_not_start_says_so(ada, page, asked, processes, monkeypatch):
    def fail(slug):
        raise StartFailed("no such browser")

    monkeypatch.setattr(processes, "start", fail)
    answer = ada.post(f"/admin/requests/{asked.id}/approve")
    assert "did not start: no such browser" in page(ada, answer.location).main.text
    assert status(asked) == RequestStatus.APPROVED


def test_an_unknown_request_is_not_found(ada):
    assert ada.get("/admin/requests/999").status_code == 404
    assert ada.post("/admin/requests/999/approve").status_code == 404
