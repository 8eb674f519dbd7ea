"""Forget what is of no use any more."""
from datetime import datetime, timedelta

from app.models import MailedLink, SignIn
from app.services import alerts, letters, places, sign_ins, throttle, webhooks

LINKS_KEPT_FOR = timedelta(days=1)


def forget(*, now: datetime) -> int:
    """Delete letters, webhook calls, incidents, links, sign-ins and throttles that have had their time."""
    links = MailedLink.delete().where(MailedLink.expires_at < now - LINKS_KEPT_FOR).execute()
    ended = SignIn.delete().where(
        (SignIn.last_seen_at < now - sign_ins.IDLE_FOR) | (SignIn.created_at < now - sign_ins.LIVES_FOR)).execute()
    kept = letters.forget_old(now=now) + webhooks.forget_old(now=now) + alerts.forget_old(now=now)
    kept += places.forget_old(now=now)
    return int(links + ended) + kept + throttle.clear_old(now=now)
