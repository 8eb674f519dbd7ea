from datetime import UTC, datetime, timedelta

import pytest

from app.models import Chat
from app.services.tenants import create_tenant
from worker.status import Traffic, in_words, traffic_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("chats", "ago", "says"), [
    (0, None, "qr ready"),
    (1, None, "qr ready, 1 chat"),
    (3, timedelta(seconds=59), "qr ready, 3 chats, last message just now"),
    (3, timedelta(seconds=150), "qr ready, 3 chats, last message 2 min ago"),
    (3, timedelta(hours=5, minutes=59), "qr ready, 3 chats, last message 5h ago"),
    (3, timedelta(days=2), "qr ready, 3 chats, last message 2d ago"),
])
def test_the_line_says_what_the_worker_does(chats, ago, says):
    assert in_words("qr ready", Traffic(chats, NOW - ago if ago else None), NOW) == says


def test_the_traffic_is_the_tenant_s_own(database):
    acme, beta = (create_tenant(slug=slug, name=slug, template="BOOKING", by="ada") for slug in ("acme", "beta"))
    assert traffic_of(acme) == Traffic(0, None)
    for number, tenant in enumerate((acme, acme, beta)):
        Chat.create(tenant=tenant, wa_chat_id=f"{number}@c.us", phone=f"+25570000000{number}",
                    last_message_at=NOW + timedelta(minutes=number))
    assert traffic_of(acme) == Traffic(2, NOW + timedelta(minutes=1))
