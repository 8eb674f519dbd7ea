"""What a worker that was taken over can do with its own rights to hurt the others: what one statement cannot show."""
from datetime import timedelta

import psycopg2
import pytest

from app.db import db
from app.models import SessionState, Tenant, WhatsAppSession, WorkerProcess, WorkerStatus
from app.models.base import utc_now
from app.services import roles, sessions, stale
from app.services.grants import PLATFORM
from tests.attacks_sql import INSERT, attempt
from tests.guarded import ATTACKER, VICTIM, fill
from tests.patience import eventually

pytestmark = pytest.mark.postgresql
ACME, BRAVO = f"fhq-{ATTACKER}", f"fhq-{VICTIM}"
UNKNOWN = 987654


@pytest.fixture
def victim(guarded):
    return fill(guarded)


def hold(session, statement):
    """Open a transaction that its role will never end by itself, and run a statement in it."""
    if session.autocommit:
        session.autocommit = False
    with session.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
        cursor.execute(statement)


def test_a_refusal_does_not_tell_whether_a_row_of_another_tenant_exists(guarded, victim):
    statements = [INSERT.format(tenant="tenant_id", chat=chat) for chat in (victim["CHAT"], UNKNOWN)]
    statements += [INSERT.format(tenant=tenant, chat="id") for tenant in (victim["TENANT"], UNKNOWN)]

    said = {attempt(guarded.url(ACME), statement)[1] for statement in statements}

    assert len(said) == 2
    assert {words.partition(" for table")[0] for words in said} == {
        'new row violates row-level security policy "own_chat"', "new row violates row-level security policy"}


def test_another_tenants_ids_of_messages_can_be_used_again(guarded, victim):
    """A claim of a message that another tenant has had is no conflict: it would tell who writes to whom."""
    text = guarded.ask("SELECT wa_message_id FROM message WHERE id = %s", victim["MESSAGE"])[0][0]
    statement = INSERT.format(tenant="tenant_id", chat="id").replace("'forged'", f"'{text}'")

    assert attempt(guarded.url(ACME), statement)[0] is None


def test_one_tenant_cannot_use_up_the_connections(guarded, victim):
    held = [psycopg2.connect(guarded.url(ACME)) for _ in range(2)]
    try:
        with pytest.raises(psycopg2.OperationalError, match="too many connections for role"):
            psycopg2.connect(guarded.url(ACME))
        assert guarded.ask("SELECT 1", role=BRAVO) == [(1,)]
    finally:
        for session in held:
            session.close()


def test_a_transaction_that_does_not_end_is_ended_and_no_other(guarded, victim):
    with guarded.connected(ACME) as attacker, guarded.connected(BRAVO) as other, guarded.bound(PLATFORM):
        hold(attacker, "SELECT id FROM worker_process FOR UPDATE")
        other.cursor().execute("SELECT 1")
        assert roles.end_long_transactions(db.obj, timedelta(minutes=1)) == 0
        assert roles.end_long_transactions(db.obj, timedelta(0)) == 1
        eventually(lambda: is_ended(attacker), "the session is ended")
        other.cursor().execute("SELECT 1")


def test_locks_on_its_own_rows_hold_up_nobody_else(guarded, victim):
    tenant_of = {}
    with guarded.bound(PLATFORM):
        old = utc_now() - timedelta(hours=1)
        WhatsAppSession.update(state=SessionState.CONNECTED).execute()
        WorkerProcess.update(status=WorkerStatus.RUNNING, last_seen_at=old).execute()
        tenant_of = {tenant.slug: tenant for tenant in Tenant.select()}
    with guarded.connected(ACME) as attacker:
        for table in ("tenant", "chat", "message", "whatsapp_session", "worker_process"):
            hold(attacker, f"SELECT id FROM {table} FOR UPDATE")
        with guarded.bound(BRAVO):
            assert sessions.take_over(tenant_of[VICTIM], pid=1, host="h", now=old) == 1
            sessions.report_session(tenant_of[VICTIM], "proved", now=utc_now())
        with guarded.bound(PLATFORM):
            WorkerProcess.update(status=WorkerStatus.RUNNING).where(WorkerProcess.tenant == tenant_of[VICTIM]).execute()
            assert stale.flag_silent(now=utc_now(), after_s=60) == [VICTIM]
            assert stale.choose_restarts(now=utc_now(), cap=3) == []


def test_the_platform_does_not_wait_for_ever_for_a_row_that_is_held(guarded, victim):
    with guarded.connected(ACME) as attacker, guarded.connected(PLATFORM) as platform:
        hold(attacker, "SELECT id FROM tenant FOR UPDATE")
        with platform.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("10s",)
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg2.OperationalError, match="lock timeout"):
                cursor.execute("UPDATE tenant SET updated_at = now()")


def test_a_tenant_that_is_removed_takes_its_role_its_notes_and_its_sessions_with_it(guarded, victim):
    with guarded.connected(ACME) as attacker:
        attacker.cursor().execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC")
        attacker.cursor().execute("SET temp_buffers = '1MB'")
        with guarded.bound(PLATFORM):
            Tenant.delete().where(Tenant.slug == ATTACKER).execute()
        eventually(lambda: is_ended(attacker), "the session is ended")
    assert guarded.ask("SELECT rolname FROM pg_roles WHERE rolname LIKE 'fhq-%'") == [(BRAVO,)]
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(guarded.url(ACME))


def is_ended(session):
    try:
        session.cursor().execute("SELECT 1")
    except psycopg2.Error:
        return True
    return False
