import itertools
from dataclasses import replace

import pytest

from app.services import states
from app.web import details
from worker.whatsapp.events import Snapshot
from worker.whatsapp.states import LOGOUT_REASONS, is_connected, is_parked, logout_words, meaning

LINKED = Snapshot(injected=True, ready=True, authenticated=True, mode="MAIN", info="NORMAL", socket="CONNECTED",
                  me="255700000002@c.us")
CODE = Snapshot(injected=True, ready=True, mode="QR", info="PAIRING", socket="UNPAIRED")


@pytest.mark.parametrize(("snapshot", "cause"), [
    (LINKED, "proved"),
    (replace(LINKED, info="SYNCING", mode="SYNCING"), "syncing"),
    (replace(LINKED, me=""), "syncing"),
    (replace(LINKED, frames=False), "syncing"),
    (replace(LINKED, mode="OFFLINE", info="OFFLINE"), "connection_lost"),
    (replace(LINKED, mode="CONFLICT"), "taken_over"),
    (replace(LINKED, socket="CONFLICT"), "taken_over"),
    (replace(LINKED, mode="DEPRECATED_VERSION"), "person_needed"),
    (replace(LINKED, needs_update=True), "person_needed"),
    (replace(LINKED, mode="PROXYBLOCK"), "person_needed"),
    (replace(LINKED, socket="SMB_TOS_BLOCK"), "person_needed"),
    (replace(LINKED, ready=False), "page_opened"),
    (replace(LINKED, modal="What's new on WhatsApp Web\nContinue"), "proved"),
    (replace(LINKED, modal="Confirm it is you\nEnter your PIN"), "person_needed"),
])
def test_a_snapshot_has_one_meaning_that_the_session_table_knows(snapshot, cause):
    found = meaning(snapshot, was_connected=False)
    assert found is not None and found.cause == cause
    assert cause in states.SESSION
    assert cause == "proved" or found.detail


def test_the_code_screen_says_nothing_until_its_code_comes():
    assert meaning(CODE, was_connected=False) is None


def test_only_a_lost_connection_that_there_was_is_called_lost():
    opening = replace(LINKED, mode="SYNCING", info="OPENING")
    assert meaning(opening, was_connected=False).cause == "syncing"
    assert meaning(opening, was_connected=True).cause == "connection_lost"


def test_connected_takes_every_part_of_the_proof():
    assert is_connected(LINKED)
    for broken in ({"ready": False}, {"authenticated": False}, {"mode": "QR"}, {"info": "OPENING"}, {"me": ""},
                   {"wasm": False}, {"frames": False}):
        assert not is_connected(replace(LINKED, **broken))


def test_an_idle_code_screen_is_parked_and_a_fresh_one_is_not():
    assert is_parked(replace(CODE, socket="UNPAIRED_IDLE"))
    assert not is_parked(CODE)
    assert not is_parked(replace(LINKED, socket="UNPAIRED_IDLE"))


def test_what_a_person_must_answer_is_told_in_the_windows_own_words():
    found = meaning(replace(LINKED, modal="Confirm it is you\n\nEnter your PIN"), was_connected=True)
    assert "Confirm it is you Enter your PIN" in found.detail


# As wa-js lists them: enums StreamMode, StreamInfo and SOCKET_STATE.
MODES = ("QR", "MAIN", "SYNCING", "OFFLINE", "CONFLICT", "PROXYBLOCK", "TOS_BLOCK", "SMB_TOS_BLOCK",
         "DEPRECATED_VERSION")
INFOS = ("OFFLINE", "OPENING", "PAIRING", "SYNCING", "RESUMING", "CONNECTING", "NORMAL")
SOCKETS = ("OPENING", "PAIRING", "UNPAIRED", "UNPAIRED_IDLE", "CONNECTED", "TIMEOUT", "CONFLICT", "UNLAUNCHED",
           "PROXYBLOCK", "TOS_BLOCK", "SMB_TOS_BLOCK", "DEPRECATED_VERSION")


@pytest.mark.parametrize("was_connected", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_every_word_of_whatsapp_leads_to_a_state_and_to_a_sentence_in_both_languages(mode, was_connected):
    for info, socket in itertools.product(INFOS, SOCKETS):
        found = meaning(replace(LINKED, mode=mode, info=info, socket=socket), was_connected=was_connected)
        assert found.cause in states.SESSION
        assert found.cause == "proved" or details.is_known(found.detail), found
        assert (found.cause == "proved") == (mode == "MAIN" and info == "NORMAL" and socket not in {
            "TIMEOUT", "CONFLICT", "PROXYBLOCK", "TOS_BLOCK", "SMB_TOS_BLOCK", "DEPRECATED_VERSION"})


REASONS = (
    "user_initiated", "syncd_failure", "invalid_adv_status", "critical_sync_timeout", "syncd_timeout",
    "history_sync_timeout", "account_sync_timeout", "md_opt_out", "unknown_companion", "client_version_outdated",
    "syncd_error_during_bootstrap", "account_sync_error", "storage_quota_exceeded", "primary_identity_key_change",
    "missing_enc_salt", "missing_screen_lock_salt", "account_locked", "lid_migration_failed", "web_fail_storage",
    "cache_storage_open_failed", "a_reason_of_tomorrow")


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_a_logout_is_told_in_a_sentence_in_both_languages(reason):
    said = logout_words(reason)
    assert reason in said and details.is_known(said)
    assert any(details.is_known(words) and words in said for _, words in LOGOUT_REASONS)
