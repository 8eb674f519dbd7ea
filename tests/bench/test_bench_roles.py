"""What the walls between tenants cost on the way of a message: the same claims without roles and as a worker's role."""
import statistics
import time
from datetime import UTC, datetime

import pytest

from app.models import Tenant
from app.services.grants import PLATFORM
from tests.rig import SLUG, make_tenant
from worker.config import load_config
from worker.inbox import Inbox
from worker.whatsapp.events import MessageSeen

pytestmark = [pytest.mark.bench, pytest.mark.postgresql]
ROUNDS, CLAIMS = 4, 300


def test_bench_claims_with_and_without_roles(guarded, capfd):
    with guarded.bound(PLATFORM):
        make_tenant()
    taken: dict[str, list[float]] = {"postgres": [], f"fhq-{SLUG}": []}
    for number in range(ROUNDS):
        for role, milliseconds in taken.items():
            with guarded.bound(role):
                # The first ones meet cold caches.
                milliseconds += list(claims(f"{role}{number}"))[20:]
    with capfd.disabled():
        for role, milliseconds in taken.items():
            quantiles = statistics.quantiles(milliseconds, n=100)
            print(f"\n{role:10} claim in ms: median {quantiles[49]:.2f}, p95 {quantiles[94]:.2f}")


def claims(prefix):
    tenant = Tenant.get(Tenant.slug == SLUG)
    inbox = Inbox(tenant, load_config(tenant), lambda chat: "", datetime.now(UTC))
    for number in range(CLAIMS):
        phone = f"25571{number % 20:07}"
        chat = f"{phone}@c.us"
        message = MessageSeen(id=f"false_{chat}_{prefix}{number}", chat=chat, server="c.us", kind="chat", text="hello",
                              time=int(time.time()), phone=phone, keys=(f"true_{chat}_{prefix}{number}",))
        begun = time.perf_counter()
        inbox.take(message, datetime.now(UTC))
        yield (time.perf_counter() - begun) * 1000
