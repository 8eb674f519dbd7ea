"""When a tenant is in trouble, and when that is told."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Incident, SessionState, TenantStatus, Trouble, WorkerStatus
from app.services.troubles import CALM, PROOF_GOOD_FOR, Seen, Step, calm_after, next_step, trouble_of
from worker.whatsapp.events import Snapshot
from worker.whatsapp.states import logout_words, meaning

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WELL = Seen(wanted=True, status=TenantStatus.ACTIVE, worker=WorkerStatus.RUNNING, session=SessionState.CONNECTED,
            detail="", was_linked=True, proved_at=NOW)


@pytest.mark.parametrize(("changes", "trouble"), [
    ({}, None),
    ({"session": "DISCONNECTED"}, Trouble.DISCONNECTED),
    ({"session": "STARTING"}, Trouble.DISCONNECTED),
    # Said to be connected, and nobody has proved it lately.
    ({"proved_at": NOW - PROOF_GOOD_FOR - MINUTE}, Trouble.DISCONNECTED),
    ({"proved_at": NOW + PROOF_GOOD_FOR + MINUTE}, Trouble.DISCONNECTED),
    ({"session": "CONFLICT"}, Trouble.CONFLICT),
    ({"session": "LOGGED_OUT"}, Trouble.LOGGED_OUT),
    # Unlinked, and the page shows the next code already.
    ({"session": "QR_READY"}, Trouble.LOGGED_OUT),
    ({"session": "QR_READY", "was_linked": False}, None),
    ({"session": "DISCONNECTED", "was_linked": False}, None),
    ({"session": "ACTION_REQUIRED"}, Trouble.ACTION_REQUIRED),
    ({"session": "ACTION_REQUIRED", "was_linked": False}, Trouble.ACTION_REQUIRED),
    ({"session": "DISCONNECTED", "status": "ERROR", "worker": "ERROR"}, Trouble.STOPPED),
    # It crashed once and is started again.
    ({"session": "DISCONNECTED", "worker": "ERROR"}, Trouble.DISCONNECTED),
    ({"session": "LOGGED_OUT", "wanted": False}, None),
    ({"sending_paused": True}, Trouble.NOT_DELIVERED),
    ({"sending_paused": True, "session": "DISCONNECTED"}, Trouble.DISCONNECTED),
    # Unlinked for good.
    ({"session": "QR_READY", "detail": logout_words("account_locked")}, Trouble.BANNED),
    ({"session": "QR_READY", "detail": logout_words("user_initiated")}, Trouble.LOGGED_OUT),
    ({"session": "DISCONNECTED", "status": "ERROR", "worker": "ERROR", "wanted": False}, None),
])
def test_a_tenant_is_in_trouble_when_its_bot_should_answer_and_cannot(changes, trouble):
    assert trouble_of(replace(WELL, **changes), NOW) == trouble


@pytest.mark.parametrize("mode", ["TOS_BLOCK", "SMB_TOS_BLOCK"])
def test_a_ban_is_known_by_what_the_worker_says_of_it(mode):
    snapshot = Snapshot(**dict.fromkeys(Snapshot.__dataclass_fields__, False) | {"mode": mode, "socket": ""})
    detail = meaning(snapshot, was_connected=True).detail
    seen = replace(WELL, session=SessionState.ACTION_REQUIRED, detail=detail)
    assert trouble_of(seen, NOW) == Trouble.BANNED


def step(incident, trouble, *, minutes=0, wanted=True, calm=CALM):
    return next_step(incident, trouble, wanted=wanted, now=NOW + minutes * MINUTE, patience=10 * MINUTE, calm=calm)


def incident(trouble=Trouble.DISCONNECTED, **values):
    return Incident(trouble=trouble, since=NOW, **values)


def test_what_may_pass_is_told_after_a_while_and_what_waits_for_somebody_at_once():
    assert step(None, Trouble.DISCONNECTED) == Step.OPEN
    assert [step(incident(), Trouble.DISCONNECTED, minutes=each) for each in (9, 10)] == [Step.NOTHING, Step.TELL]
    assert step(incident(), Trouble.LOGGED_OUT, minutes=1) == Step.TELL
    assert step(incident(), Trouble.CONFLICT, minutes=1) == Step.CHANGE
    assert step(None, None) == Step.NOTHING


def test_an_incident_is_told_once_and_again_only_where_it_gets_worse():
    told = incident(told_at=NOW)
    assert step(told, Trouble.DISCONNECTED, minutes=600) == Step.NOTHING
    assert step(told, Trouble.LOGGED_OUT, minutes=11) == Step.TELL
    assert step(incident(Trouble.LOGGED_OUT, told_at=NOW), Trouble.DISCONNECTED, minutes=11) == Step.NOTHING


def test_a_blip_is_told_to_nobody():
    assert step(incident(), None, minutes=3) == Step.END


def test_the_end_is_told_once_all_was_well_for_a_while():
    assert step(incident(told_at=NOW), None, minutes=20) == Step.RECOVER
    well = incident(told_at=NOW, well_since=NOW + 20 * MINUTE)
    assert [step(well, None, minutes=each) for each in (24, 25)] == [Step.NOTHING, Step.END_AND_TELL]
    assert step(well, Trouble.DISCONNECTED, minutes=22) == Step.RELAPSE


def test_what_a_person_has_stopped_ends_without_a_word():
    assert step(incident(told_at=NOW), None, wanted=False) == Step.END


def test_the_more_troubles_in_a_day_the_longer_all_has_to_be_well():
    assert [calm_after(count) / CALM for count in (0, 1, 2, 3, 5, 50)] == [1, 1, 2, 4, 16, 16]
