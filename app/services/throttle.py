"""Token buckets: how many tries of a kind there may be, by a key. PURE is `refilled`; `take` keeps the buckets.

Who tries to sign in takes a token of several buckets at once (SIGN_IN), and is refused where one of them is empty:

- one of the account *and* the address together. Somebody who guesses from one place soon waits, and nobody else does.
- one of the address, since it may try many accounts.
- a large, slow one of the account, against guesses from thousands of addresses.

The last is the only one that strangers can empty for somebody. So it does not count for a browser in which the
account has been signed in before (it holds a signed cookie, and a bucket of its own), and whoever is in a new browser
while strangers guess asks for a reset link by mail, which throttles nobody's sign-in and signs in when it is used.
Nothing is ever locked: every bucket refills.
"""
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db import db
from app.errors import FlowError
from app.models import Bucket

# A bucket that was not used for so long is full again, whichever it is.
FULL_AGAIN = timedelta(days=2)


class TooManyTries(FlowError):
    """The bucket is empty; the message says how long to wait."""


@dataclass(frozen=True)
class Rate:
    """At most `capacity` tries at once, and another one each `refill_s` seconds."""

    capacity: int
    refill_s: float


PAIR = Rate(8, 30.0)
ADDRESS = Rate(60, 10.0)
ACCOUNT = Rate(100, 60.0)
DEVICE = Rate(10, 30.0)
SECOND_FACTOR = Rate(10, 120.0)
SIGN_UP = Rate(10, 600.0)
MAIL_TO_ACCOUNT = Rate(5, 600.0)
MAIL_FROM_ADDRESS = Rate(20, 120.0)


def refilled(tokens: float, idle: timedelta, rate: Rate) -> float:
    """What a bucket holds after it was left alone for a while."""
    return min(float(rate.capacity), tokens + max(0.0, idle.total_seconds()) / rate.refill_s)


def key_of(kind: str, *parts: object) -> str:
    """A bucket's key; what it is made of may be long and is nobody's to read."""
    return f"{kind}:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def take(buckets: dict[str, Rate], *, now: datetime) -> None:
    """Take a token from each bucket; raises TooManyTries, and takes none, where one of them is empty."""
    with db.atomic():
        held = {bucket.key: bucket for bucket in Bucket.select().where(Bucket.key.in_(sorted(buckets)))}
        left = {key: _left(held.get(key), rate, now) for key, rate in buckets.items()}
        waits = [(1.0 - left[key]) * rate.refill_s for key, rate in buckets.items() if left[key] < 1.0]
        if waits:
            raise TooManyTries("Too many tries. Please wait %(seconds)s seconds and try again.",
                               seconds=int(max(waits)) + 1)
        for key, tokens in sorted(left.items()):
            Bucket.insert(key=key, tokens=tokens - 1.0, updated_at=now).on_conflict(
                conflict_target=[Bucket.key], preserve=[Bucket.tokens, Bucket.updated_at]).execute()


def fill(key: str) -> None:
    """Make a bucket full again."""
    Bucket.delete().where(Bucket.key == key).execute()


def clear_old(*, now: datetime) -> int:
    """Forget the buckets that are full again; returns how many there were."""
    return int(Bucket.delete().where(Bucket.updated_at < now - FULL_AGAIN).execute())


def _left(bucket: Bucket | None, rate: Rate, now: datetime) -> float:
    return refilled(bucket.tokens, now - bucket.updated_at, rate) if bucket else float(rate.capacity)
