from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict
from app.models import Chat, Message, Tenant, TenantConfig
from app.services.seeding import Seed, fill

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_tenants_have_chats_and_messages_of_their_own_over_the_period(database):
    Tenant.create(slug="acme", name="Acme")
    fill(Seed(tenants=7, chats_per_tenant=3, messages=210), now=NOW)
    assert Tenant.select().count() == 8 and TenantConfig.select().count() == 7 and Chat.select().count() == 21
    lines = list(Message.select(Message, Chat).join(Chat).order_by(Message.id))
    assert len(lines) == 210
    assert all(line.tenant_id == line.chat.tenant_id for line in lines)
    assert {line.direction for line in lines} == {"IN", "OUT"}
    assert NOW - timedelta(days=30) <= lines[0].created_at < lines[-1].created_at <= NOW


def test_a_second_filling_is_refused(database):
    fill(Seed(1, 1, 1), now=NOW)
    with pytest.raises(Conflict, match="already"):
        fill(Seed(1, 1, 1), now=NOW)
