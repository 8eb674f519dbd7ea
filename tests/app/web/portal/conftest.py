"""A business with a chat, and what people of it do on its pages."""
from datetime import timedelta
from itertools import count

import pytest

from app.models import Account, Chat, Delivery, Direction, Message, Outcome, Tenant
from app.models.base import utc_now

_numbers = count()


@pytest.fixture
def acme(cast: dict[str, Account]) -> Tenant:
    tenant = cast["alice"].tenant
    assert tenant
    return tenant


@pytest.fixture
def chat(acme: Tenant) -> Chat:
    return Chat.create(tenant=acme, wa_chat_id="255711000001@c.us", phone="+255711000001", name="Asha",
                       last_message_at=utc_now())


def hear(chat: Chat, text: str, outcome: Outcome = Outcome.ANSWERED, **values: object) -> Message:
    """The customer says this."""
    return _line(chat, text, direction=Direction.IN, outcome=outcome, **values)


def answer(chat: Chat, text: str, because: str = "", **values: object) -> Message:
    """The business says this."""
    return _line(chat, text, direction=Direction.OUT, because=because, delivery=Delivery.READ, **values)


def _line(chat: Chat, text: str, **values: object) -> Message:
    number = next(_numbers)
    at = utc_now() - timedelta(hours=1) + timedelta(seconds=number % 3000)
    return Message.create(**{"tenant": chat.tenant, "chat": chat, "wa_message_id": f"t{number}", "text": text,
                             "sent_at": at, "created_at": at, **values})
