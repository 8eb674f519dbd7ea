"""Signed-in browsers: begin, find, list and end. A browser holds a token, the database its hash."""
import hashlib
import secrets
from datetime import datetime, timedelta

from peewee import JOIN

from app.db import db
from app.errors import NotFound
from app.models import Account, SignIn, Tenant
from app.services import audit, throttle

IDLE_FOR = timedelta(days=14)
LIVES_FOR = timedelta(days=90)
# Written down no oftener than this, so that looking at pages writes next to nothing.
SEEN_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32


def token_hash(token: str) -> str:
    """What is stored of a token; a long random one needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(account: Account, *, now: datetime, address: str = "", agent: str = "") -> str:
    """Sign a browser in and return its token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with db.atomic():
        throttle.clear_old(now=now)
        SignIn.delete().where(SignIn.account == account, SignIn.last_seen_at < now - IDLE_FOR).execute()
        SignIn.create(account=account, token_hash=token_hash(token), created_at=now, last_seen_at=now,
                      address=address[:64], agent=agent[:200])
        audit.record(by=account.email, action="account.sign_in", slug=_slug(account), address=address)
    return token


def find(token: str, *, now: datetime) -> SignIn | None:
    """The sign-in of a token with its account and tenant, or None where it has ended."""
    query = SignIn.select(SignIn, Account, Tenant).join(Account).join(Tenant, JOIN.LEFT_OUTER)
    found: SignIn | None = query.where(SignIn.token_hash == token_hash(token)).first()
    if found is None or found.account.disabled or not is_alive(found, now):
        return None
    if now - found.last_seen_at > SEEN_EVERY:
        SignIn.update(last_seen_at=now).where(SignIn.id == found.id).execute()
    return found


def is_alive(sign_in: SignIn, now: datetime) -> bool:
    """Whether it was used lately and did not begin too long ago."""
    return now - sign_in.last_seen_at < IDLE_FOR and now - sign_in.created_at < LIVES_FOR


def list_of(account: Account, *, now: datetime) -> list[SignIn]:
    """The account's browsers, the one used last first."""
    rows = SignIn.select().where(SignIn.account == account).order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    return [row for row in rows if is_alive(row, now)]


def end(account: Account, sign_in_id: int, *, address: str = "") -> None:
    """Sign one of the account's browsers out; raises NotFound where it is none of them."""
    with db.atomic():
        if not SignIn.delete().where(SignIn.account == account, SignIn.id == sign_in_id).execute():
            raise NotFound("That browser is signed out already.")
        audit.record(by=account.email, action="account.sign_out", slug=_slug(account), address=address)


def end_all(account: Account, *, but: int | None = None, address: str = "") -> int:
    """Sign all of the account's browsers out, except one; returns how many there were."""
    with db.atomic():
        ended: int = SignIn.delete().where(SignIn.account == account, SignIn.id != (but or 0)).execute()
        if ended:
            audit.record(by=account.email, action="account.sign_out", slug=_slug(account), address=address,
                         detail={"browsers": ended})
    return ended


def _slug(account: Account) -> str:
    return account.tenant.slug if account.tenant else ""
