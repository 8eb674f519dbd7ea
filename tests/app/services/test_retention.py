from datetime import timedelta

from app.models import Account, Bucket, LinkPurpose, MailedLink, SignIn
from app.models.base import utc_now
from app.services import mailed_links, retention, sign_ins, throttle


def test_what_is_of_no_use_goes_and_the_rest_stays(database):
    now = utc_now()
    account = Account.create(email="a@example.com")
    mailed_links.make(account, LinkPurpose.RESET, email="a@example.com", now=now)
    sign_ins.begin(account, now=now)
    throttle.take({"key": throttle.PAIR}, now=now)
    assert retention.forget(now=now + timedelta(hours=20)) == 0
    assert retention.forget(now=now + timedelta(days=3)) == 2
    assert (MailedLink.select().count(), Bucket.select().count(), SignIn.select().count()) == (0, 0, 1)
    assert retention.forget(now=now + sign_ins.IDLE_FOR + timedelta(days=1)) == 1
    assert SignIn.select().count() == 0
