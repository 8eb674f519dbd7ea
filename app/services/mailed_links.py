"""Links that are mailed: made, looked up, used once."""
import secrets
from datetime import datetime, timedelta

from app.db import db
from app.errors import Conflict
from app.models import Account, Dispatch, LinkPurpose, MailedLink, OutgoingMail
from app.services import throttle
from app.services.sign_ins import token_hash

LIVES_FOR = {LinkPurpose.VERIFY: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=1),
             LinkPurpose.INVITE: timedelta(days=7)}
TOKEN_BYTES = 32


class LinkSpent(Conflict):
    """The link was used, has expired, or never was."""


def allow(account_email: str, address: str, *, now: datetime) -> None:
    """Raise TooManyTries where so much has been mailed that it would be a nuisance."""
    throttle.take({throttle.key_of("mail-to", account_email): throttle.MAIL_TO_ACCOUNT,
                   throttle.key_of("mail-from", address): throttle.MAIL_FROM_ADDRESS}, now=now)


def make(account: Account, purpose: LinkPurpose, *, email: str, now: datetime) -> tuple[MailedLink, str]:
    """Make a link to be mailed to `email` in place of earlier ones for this purpose; returns it and its token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with db.atomic():
        MailedLink.delete().where(MailedLink.account == account, MailedLink.purpose == purpose).execute()
        MailedLink.delete().where(MailedLink.expires_at < now - timedelta(days=1)).execute()
        link = MailedLink.create(account=account, purpose=purpose, email=email, token_hash=token_hash(token),
                                 created_at=now, expires_at=now + LIVES_FOR[purpose])
    return link, token


def keep_for_admins(link: MailedLink, url: str) -> None:
    """Let admins pass on the link for as long as no mail server has taken it."""
    MailedLink.update(unsent_url=url).where(MailedLink.id == link.id).execute()


def mailed(link: MailedLink) -> None:
    """Forget the link itself, now that a mail server has taken it."""
    MailedLink.update(unsent_url="").where(MailedLink.id == link.id).execute()


def look_up(token: str, purpose: LinkPurpose, *, now: datetime) -> MailedLink:
    """The link of a token, with its account; raises LinkSpent."""
    query = MailedLink.select(MailedLink, Account).join(Account).where(
        MailedLink.token_hash == token_hash(token), MailedLink.purpose == purpose, MailedLink.used_at.is_null(),
        MailedLink.expires_at > now, ~Account.disabled)
    link: MailedLink | None = query.first()
    if link is None:
        raise LinkSpent("This link has been used or has expired: ask for a new one.")
    return link


def use(link: MailedLink, *, now: datetime) -> None:
    """Spend the link; call it in the transaction of what the link is for. Raises LinkSpent where another was first."""
    spent = MailedLink.update(used_at=now, unsent_url="").where(
        MailedLink.id == link.id, MailedLink.used_at.is_null()).execute()
    if not spent:
        raise LinkSpent("This link has been used or has expired: ask for a new one.")


def unsent(*, now: datetime) -> list[MailedLink]:
    """The links that no mail server took, for an admin to pass on: the newest first, each with its account."""
    on_its_way = OutgoingMail.select(OutgoingMail.link).where(
        OutgoingMail.link.is_null(False), OutgoingMail.state == Dispatch.WAITING, OutgoingMail.last_error == "")
    query = MailedLink.select(MailedLink, Account).join(Account).where(
        MailedLink.unsent_url != "", MailedLink.used_at.is_null(), MailedLink.expires_at > now,
        MailedLink.id.not_in(on_its_way))
    return list(query.order_by(MailedLink.id.desc()))
