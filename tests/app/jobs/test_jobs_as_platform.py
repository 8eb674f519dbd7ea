"""The jobs as the platform's own role, which can neither make tables nor read what is not its own."""
from dataclasses import replace
from datetime import timedelta

import psycopg2
import pytest

from app.models import Account, Desired, Incident, Job, JobLater, OutgoingMail, Role, Tenant, WhatsAppSession
from app.models.base import utc_now
from app.queueing import perform, performs, queue, waiting
from app.services import alerts, digests, letters, retention, webhooks
from app.services.grants import PLATFORM
from app.services.mailer import Letter
from app.services.tenants import create_tenant
from tests.guarded import GuardedDatabase


@pytest.mark.postgresql
def test_the_platforms_role_can_do_every_job(guarded: GuardedDatabase, settings):
    mailing, now = replace(settings, smtp_url="smtp://127.0.0.1:1"), utc_now()
    done: list[int] = []
    with guarded.bound(PLATFORM):
        acme = create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")
        Account.create(email="alice@example.com", tenant=acme, role=Role.OWNER, email_verified=True)
        webhooks.save(acme, "https://example.com/", production=True, by="test", address="", now=now)
        Tenant.update(desired=Desired.RUNNING).execute()
        WhatsAppSession.update(state="LOGGED_OUT", phone="+255700000001").execute()
        assert alerts.check(mailing, now=now) == 1
        assert sorted(name for name, _, _ in waiting()) == ["mail", "webhook"]
        # The queue itself, as a consumer works it off: one job that asks for another time, and one that is done.
        performs("mail", lambda row_id: 3600.0)
        performs("webhook", done.append)
        while task := queue.dequeue():
            queue.execute(task)
        assert (len(done), Job.select().count(), JobLater.select().count()) == (1, 0, 1)
        queue.storage.put_data("key", b"1")
        assert queue.storage.pop_data("key") == b"1"
        assert queue.read_schedule(utc_now().replace(tzinfo=None) + timedelta(hours=2))[0].args == ["mail", 1]
        digests.send_due(mailing, now=now)
        letters.post(Letter("a@example.com", "a", "b"), mailing, now=now)
        assert letters.sweep(now=now + timedelta(hours=1)) >= 1
        OutgoingMail.update(state="SENT", done_at=now).execute()
        Incident.update(ended_at=now).execute()
        assert retention.forget(now=now + timedelta(days=100)) >= 3
        assert perform.task_class.__module__ == "app.queueing"


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["job", "outgoing_mail", "webhook", "webhook_delivery", "incident"])
def test_a_tenants_worker_sees_nothing_of_it(guarded: GuardedDatabase, table):
    with guarded.bound(PLATFORM):
        create_tenant(slug="acme", name="Acme", template="BOOKING", by="test")
    with guarded.connected("fhq-acme") as connection, connection.cursor() as cursor, \
            pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(f"SELECT * FROM {table}")
