"""The letters Flow HQ writes: each asks to open a link, in the language of who reads it."""
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.db import db
from app.logs import get_logger
from app.models import Account, LinkPurpose
from app.models.base import utc_now
from app.services import letters, mailed_links
from app.services.mailer import Letter

log = get_logger(__name__)


@dataclass(frozen=True)
class Wording:
    """What a letter says before its link and after it, and the page the link opens."""

    endpoint: str
    subject: LazyString
    before: LazyString
    after: LazyString


LETTERS = {
    LinkPurpose.VERIFY: Wording(
        "auth.verify", _l("Is this your address?"),
        _l("Somebody, hopefully you, gave this address to Flow HQ. Open this link to say that it is yours:"),
        _l("If it was not you, there is nothing to do.")),
    LinkPurpose.RESET: Wording(
        "auth.reset", _l("A new password"),
        _l("Somebody, hopefully you, asked for a new password for Flow HQ. Open this link within an hour to choose "
           "it:"),
        _l("If it was not you, there is nothing to do: the old password still counts.")),
    LinkPurpose.INVITE: Wording(
        "auth.accept_invitation", _l("You are invited to Flow HQ"),
        _l("You have been invited to answer a business's customers on Flow HQ. Open this link within seven days to "
           "choose a password:"),
        _l("If you do not know what this is about, there is nothing to do.")),
}


def send_link(account: Account, purpose: LinkPurpose, *, email: str = "") -> bool:
    """Put a letter with a link to the account (or a new address of its) on its way; False without a mail server.

    Then the link is in the log; and wherever no mail server takes it, it is on the admins' page of mailed links.
    Raises TooManyTries.
    """
    now, settings, wording = utc_now(), current_app.extensions["flowhq_settings"], LETTERS[purpose]
    mailed_links.allow(account.email, request.remote_addr or "", now=now)
    with db.atomic():
        link, token = mailed_links.make(account, purpose, email=email or account.email, now=now)
        url = settings.web_url + url_for(wording.endpoint, token=token)
        mailed_links.keep_for_admins(link, url)
        letter = _letter(wording, link.email, url, account.language.lower())
        is_posted = letters.post(letter, settings, now=now, lives=mailed_links.LIVES_FOR[purpose], link=link,
                                 tenant=account.tenant)
    if not is_posted:
        log.warning("mail_not_sent", purpose=purpose.value, account=account.id, url=url)
    return is_posted


def _letter(wording: Wording, to: str, url: str, language: str) -> Letter:
    with force_locale(language):
        text = "\n\n".join((str(wording.before), url, str(wording.after), "Flow HQ")) + "\n"
        return Letter(to, str(wording.subject), text)
