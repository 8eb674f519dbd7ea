"""A tenant with a worker's rows, and messages of customers as the page reports them."""
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from app.models import Tenant, TenantConfig, WhatsAppSession, WorkerProcess
from tests.worker.outgoing import DEADLINE_S, Phone
from worker.config import load_config
from worker.gate import Gate
from worker.inbox import Inbox
from worker.outbox import Outbox
from worker.whatsapp.events import MessageSeen

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def tenant(database) -> Tenant:
    made = Tenant.create(slug="acme", name="Acme Ltd", phone_number="+255700000002")
    TenantConfig.create(tenant=made, business_name="Acme", chat_limit=0, tenant_limit=0, typing_ms_per_char=0)
    WhatsAppSession.create(tenant=made)
    WorkerProcess.create(tenant=made)
    return made


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def seen() -> Callable[..., MessageSeen]:
    """Makes a message of the customer with this number; every one has an id and reply keys of its own."""
    numbers = count(1)

    def make(phone: str = "255711000001", text: str = "hello", **changes) -> MessageSeen:
        number = next(numbers)
        chat = changes.pop("chat", f"{phone}@c.us")
        values = {
            "id": f"false_{chat}_IN{number}", "chat": chat, "server": chat.split("@")[1], "kind": "chat", "text": text,
            "time": int(NOON.timestamp()), "phone": phone, "name": "Asha",
            "mark": f"{number:08X}", "keys": (f"true_{chat}_OUT{number}", f"true_{chat}_MORE{number}"),
        }
        return MessageSeen(**(values | changes))

    return make


@pytest.fixture
def phone():
    return Phone()


@pytest.fixture
def outbox(tenant, phone):
    return Outbox(tenant, phone, DEADLINE_S, Gate(tenant, warms_up=False))


@pytest.fixture
def reply(tenant, seen, now):
    """Commits a reply to a fresh message of a customer."""
    inbox = Inbox(tenant, load_config(tenant), lambda chat: "k", now)
    return lambda phone="255711000001": inbox.take(seen(phone=phone), now).replies[0]
