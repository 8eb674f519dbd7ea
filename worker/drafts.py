"""What people write in the portal: each line waits in the log under a draft's id until it has one of WhatsApp's."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.logs import get_logger
from app.models import Delivery, Message, Tenant
from worker.outbox import GIVE_UP_AFTER, Outgoing
from worker.whatsapp.devtools import PageError
from worker.whatsapp.events import chat_of

TRIES = 5
AGAIN_S = 30.0

log = get_logger(__name__)


class KeyMaker(Protocol):
    """What this needs of the page."""

    def new_key(self, chat: str) -> str:
        """A fresh WhatsApp id for a message to `chat`."""


@dataclass
class Drafts:
    """The drafts of one tenant. `clock` is monotonic seconds, `now` the time of day."""

    tenant: Tenant
    page: KeyMaker
    _refused: dict[int, tuple[int, float]] = field(default_factory=dict)

    def assign_keys(self, now: datetime, clock: float) -> Iterator[Outgoing]:
        """Give every waiting draft its WhatsApp id, oldest first, and hand it on to be sent.

        One that the page refuses an id waits, holds up no other, and has failed after some tries; so has one that
        waited for the link for so long that its reader would not understand it any more.
        """
        for row in Message.drafts_of(self.tenant):
            _, due = self._refused.get(row.id, (0, clock))
            if row.created_at < now - GIVE_UP_AFTER:
                self._give_up(row)
            elif due <= clock and (key := self._key_for(row, clock)):
                Message.update(wa_message_id=key).where(Message.id == row.id).execute()
                # WhatsApp may know the chat by another id than the one we have seen.
                yield Outgoing(row.id, row.chat.id, chat_of(key), key, row.text)

    def _key_for(self, row: Message, clock: float) -> str:
        try:
            return self.page.new_key(row.chat.wa_chat_id)
        except PageError as error:
            tries = self._refused.get(row.id, (0, clock))[0] + 1
            log.warning("draft_refused", row=row.id, chat=row.chat.id, tries=tries, error=str(error).split("\n")[0])
        self._refused[row.id] = tries, clock + AGAIN_S
        if tries >= TRIES:
            self._give_up(row)
        return ""

    def _give_up(self, row: Message) -> None:
        log.warning("draft_given_up", row=row.id, chat=row.chat.id)
        Message.update(delivery=Delivery.FAILED).where(Message.id == row.id).execute()
        self._refused.pop(row.id, None)
