"""Review what businesses ask for: begin, approve, reject. The first connection makes an approved request active."""
import contextlib
from collections.abc import Iterable
from datetime import datetime

import peewee

from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.models import Account, PortalEvent, RequestStatus, SetupRequest, Tenant
from app.processes import AlreadyRunning, ProcessVerbs
from app.services import audit, states, workers

WAITING = frozenset({RequestStatus.SUBMITTED, RequestStatus.REVIEWING})
LONGEST_REASON = 1000
PAGE = 50


class UnknownRequest(NotFound):
    """There is no such setup request."""


def waiting_count() -> int:
    """How many requests wait for an admin."""
    return int(SetupRequest.select().where(SetupRequest.status.in_(WAITING)).count())


def find_requests(statuses: Iterable[RequestStatus], page: int = 1) -> list[SetupRequest]:
    """One page of the requests in these states with tenant and account, those that wait longest first."""
    query = _joined().where(SetupRequest.status.in_(list(statuses)))
    return list(query.order_by(SetupRequest.updated_at, SetupRequest.id).paginate(page, PAGE))


def find_request(request_id: int) -> SetupRequest:
    """The request with tenant and account; raises UnknownRequest."""
    request: SetupRequest | None = _joined().where(SetupRequest.id == request_id).first()
    if request is None:
        raise UnknownRequest("There is no such setup request.")
    return request


def begin_review(request_id: int, *, by: str, now: datetime, address: str = "") -> SetupRequest:
    """Let everybody see that somebody looks at the request; raises UnknownRequest or Conflict."""
    return _move(request_id, "review_begun", by=by, now=now, address=address)


def approve(
    request_id: int, *, by: str, processes: ProcessVerbs, now: datetime, address: str = "",
) -> SetupRequest:
    """Approve the request and start the tenant's worker.

    Raises UnknownRequest or Conflict; StartFailed where the request is approved and its worker did not start.
    """
    request = _move(request_id, "approved", by=by, now=now, address=address)
    with contextlib.suppress(AlreadyRunning):
        workers.start_worker(request.tenant.slug, by=by, processes=processes, address=address)
    return request


def reject(request_id: int, reason: str, *, by: str, now: datetime, address: str = "") -> SetupRequest:
    """Reject the request for a reason that the tenant reads; raises UnknownRequest, Conflict or Invalid."""
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise Invalid("Write the reason: the business reads it and can mend what is wrong.")
    if len(reason) > LONGEST_REASON:
        raise Invalid("The reason has %(length)d characters; %(most)d is the most.", length=len(reason),
                      most=LONGEST_REASON)
    return _move(request_id, "rejected", by=by, now=now, address=address, reason=reason)


def _move(
    request_id: int, cause: str, *, by: str, now: datetime, address: str, reason: str = "",
) -> SetupRequest:
    with db.atomic():
        request = find_request(request_id)
        if not states.allows(states.REQUEST, request.status, cause):
            raise Conflict("This request is %(status)s already.", status=request.status.lower())
        request.status = states.after(states.REQUEST, request.status, cause)
        request.reason, request.updated_at = reason, now
        request.save(only=["status", "reason", "updated_at"])
        detail = {"request": request.id} | ({"reason": reason} if reason else {})
        PortalEvent.create(tenant=request.tenant, event_type=f"request.{cause}", payload=detail, created_at=now)
        audit.record(by=by, action=f"request.{cause}", slug=request.tenant.slug, detail=detail, address=address)
    return request


def _joined() -> "peewee.ModelSelect[SetupRequest]":
    query = SetupRequest.select(SetupRequest, Tenant, Account).join_from(SetupRequest, Tenant)
    return query.join_from(SetupRequest, Account, peewee.JOIN.LEFT_OUTER)
