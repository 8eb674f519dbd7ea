"""The preview answers as the worker does, whatever was said before."""
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import db
from app.models import Tenant, TenantConfig
from app.replies.examples import example_content
from app.services import content
from app.services.preview import LONGEST_LINE, PICTURE, Customer, clean_line
from worker.config import load_config
from worker.inbox import Inbox
from worker.whatsapp.events import MessageSeen

NOON = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
CHAT = "255711000001@c.us"
usual = st.sampled_from([
    "hello", "habari", "menu", "1", "2", "3", "7", "yes", "ndiyo", "no", "cancel", "book a facial tomorrow at 3pm",
    "nataka masaji ya mgongo kesho saa nne", "Asha Juma", "saturday", "10:00", "when is my booking?",
    "move my booking to Saturday", "cancel my booking", "I want 2 mosquito nets", "nataka sukari mbili", "Sinza",
    "collect", "where is my order", "cancel my order", "my wifi is slow", "still not working", "ticket",
    "I have a problem", "it drops every evening since Monday in the whole house and the lamp is red", "person", "stop",
    "start", "prices", "asante", "qwrtz zxcvb", PICTURE,
])
said = st.lists(st.tuples(usual | st.text(min_size=1, max_size=40).map(clean_line).filter(bool),
                          st.sampled_from([1, 1, 1, 180, 60 * 14])), min_size=1, max_size=12)


@pytest.fixture(params=["BOOKING", "ECOMMERCE", "SUPPORT"])
def example(request, tenant) -> Tenant:
    """acme as the example of each template, without limits on its replies."""
    stored = example_content(request.param)
    stored.pop("business_name")
    TenantConfig.update(**stored, business_name="Acme", handover_hours=2).where(TenantConfig.tenant == tenant).execute()
    return tenant


def by_worker(tenant, talk):
    """What the worker answers to these lines, each so many minutes after the last."""
    config, now = load_config(tenant), NOON
    inbox = Inbox(tenant, config, lambda chat: f"true_{chat}_OUT{now.timestamp()}", now)
    for number, (text, minutes) in enumerate(talk):
        now += timedelta(minutes=minutes)
        kind, text = ("image", "") if text == PICTURE else ("chat", text)
        taken = inbox.take(MessageSeen(
            id=f"false_{CHAT}_IN{number}", chat=CHAT, server="c.us", kind=kind, text=text, time=int(now.timestamp()),
            phone="255711000001", name="", keys=(f"true_{CHAT}_A{number}", f"true_{CHAT}_B{number}")), now)
        yield [reply.text for reply in taken.replies]


def by_preview(tenant, talk):
    """What the preview answers to them."""
    shop = content.workshop(tenant)
    customer = Customer(content.read_values(shop.template, shop.values), now=NOON,
                        handover=content.handover_of(shop.values))
    for text, minutes in talk:
        yield [line.text for line in customer.says(text, timedelta(minutes=minutes))]


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talk=said)
def test_the_preview_answers_as_the_worker_does(example, talk):
    assert all(len(text) <= LONGEST_LINE for text, _ in talk)
    with db.atomic() as transaction:
        answered = list(by_worker(example, talk))
        transaction.rollback()

    for line, worker, preview in zip(talk, answered, by_preview(example, talk), strict=True):
        assert worker == preview, line


@pytest.mark.parametrize("lines", [
    ("hi", "I want to book a facial", "for 2 tomorrow at 3pm"), ("habari", "nataka masaji ya mgongo", "kesho saa nne"),
    ("facial", "saturday", "10:00", "my name is Asha"),
])
def test_lines_that_are_read_together_are_answered_as_the_preview_answers_the_whole(example, lines):
    inbox = Inbox(example, load_config(example), lambda chat: f"true_{chat}_3EB0000000000000000", NOON)
    seen = [MessageSeen(id=f"false_{CHAT}_{place}", chat=CHAT, server="c.us", kind="chat", text=text,
                        phone="255711000001", time=int(NOON.timestamp())) for place, text in enumerate(lines)]
    now = NOON + timedelta(minutes=1)
    if load_config(example).bot.template == "BOOKING":
        assert inbox.count_together(seen, now) == len(lines)
    taken = inbox.take(seen[-1], now, before=tuple(seen[:-1]))
    assert [[reply.text for reply in taken.replies]] == list(by_preview(example, [(", ".join(lines), 1)]))
