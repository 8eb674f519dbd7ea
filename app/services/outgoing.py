"""All that goes out, for the people who run the platform: what waits, what was given up, and trying it once more."""
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app.models import Dispatch, Outbox, OutgoingMail, WebhookDelivery
from app.services import letters, outbox, webhooks

SHOWN = 200
KINDS: dict[str, type[Outbox]] = {letters.MAIL: OutgoingMail, webhooks.CALL: WebhookDelivery}


@dataclass(frozen=True)
class Unfinished:
    """One thing that waits or has failed; `name` is its job and number, such as mail:12."""

    name: str
    state: str
    to: str
    created_at: datetime
    due_at: datetime
    attempts: int
    last_error: str


def unfinished() -> list[Unfinished]:
    """What waits or has failed, the newest first, at most SHOWN of each kind."""
    return [each for job in KINDS for each in _unfinished(job)]


def retry(name: str, *, now: datetime) -> bool:
    """Try once more what was given up; False where nothing of this name was."""
    job, _, number = name.partition(":")
    is_known = job in KINDS and number.isdecimal()
    return is_known and outbox.try_again(KINDS[job], job, int(number), now=now, lives=letters.USEFUL_FOR)


def _unfinished(job: str) -> list[Unfinished]:
    kind = KINDS[job]
    rows = kind.select().where(kind.state != Dispatch.SENT).order_by(kind.id.desc()).limit(SHOWN)
    return [Unfinished(f"{job}:{row.id}", row.state, _receiver(row), row.created_at, row.due_at, row.attempts,
                       row.last_error) for row in rows]


def _receiver(row: Outbox) -> str:
    """The address, of a webhook the host alone: what follows may be a secret between its owner and the receiver."""
    if isinstance(row, WebhookDelivery):
        return urlsplit(row.webhook.url).netloc
    return str(row.recipient) if isinstance(row, OutgoingMail) else ""
