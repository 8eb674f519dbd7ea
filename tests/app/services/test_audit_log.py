from datetime import UTC, date, datetime

import pytest

from app.models import AuditEntry
from app.services.audit_log import PAGE, Wanted, actions, export, find_entries

pytestmark = pytest.mark.usefixtures("database")


def record(actor="ada@hq.example", action="tenant.create", slug="acme", at=None, **detail):
    return AuditEntry.create(actor=actor, action=action, tenant_slug=slug, detail=detail, address="192.0.2.1",
                             at=at or datetime.now(UTC))


def found(**wanted) -> list[int]:
    return [entry.id for entry in find_entries(Wanted(**wanted)).entries]


def test_entries_are_found_by_tenant_actor_action_day_and_any_word(database):
    first = record(at=datetime(2026, 3, 1, 23, 59, tzinfo=UTC), name="Salon ya Amina").id
    second = record("bob@acme.example", "worker.stop", "beta", datetime(2026, 3, 2, tzinfo=UTC)).id
    assert found() == [second, first]
    assert found(tenant="acme") == [first]
    assert found(actor="bob") == [second]
    assert found(action="worker.stop") == [second]
    assert found(day=date(2026, 3, 1)) == [first]
    assert found(text="amina") == [first]
    assert found(text="WORKER") == [second]
    assert found(text="%", tenant="acme\0") == []
    assert actions() == ["tenant.create", "worker.stop"]


def test_pages_follow_each_other_without_a_gap_while_new_entries_come(database):
    ids = [record().id for _ in range(PAGE + 5)]
    first = find_entries(Wanted())
    record()
    second = find_entries(Wanted(), first.older)
    assert [entry.id for entry in first.entries + second.entries] == ids[::-1]
    assert second.older is None


def test_an_export_has_every_entry_that_fits(database, monkeypatch):
    monkeypatch.setattr("app.services.audit_log.EXPORT_PAGE", 2)
    ids = [record().id for _ in range(5)]
    record(slug="beta")
    assert [row[0] for row in export(Wanted(tenant="acme"))] == ids[::-1]
