"""What people write in the portal: each line waits in the log under a draft's id until it has one of WhatsApp's."""
from collections.abc import Iterator
from typing import Protocol

from app.models import DRAFT_ID, Message, Tenant
from worker.outbox import Outgoing


class KeyMaker(Protocol):
    """What this needs of the page."""

    def new_key(self, chat: str) -> str:
        """A fresh WhatsApp id for a message to `chat`."""


def assign_keys(tenant: Tenant, page: KeyMaker) -> Iterator[Outgoing]:
    """Give every waiting draft its WhatsApp id, oldest first, and hand it on to be sent."""
    drafts = [row for row in Message.unsettled_of(tenant) if row.wa_message_id.startswith(DRAFT_ID)]
    for row in drafts:
        key = page.new_key(row.chat.wa_chat_id)
        Message.update(wa_message_id=key).where(Message.id == row.id).execute()
        yield Outgoing(row.id, row.chat.id, row.chat.wa_chat_id, key, row.text)
