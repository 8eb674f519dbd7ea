"""Signed-in browsers."""
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Account, SignIn
from app.services import sign_ins

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def ada(database: object) -> Account:
    return Account.create(email="ada@example.com", name="Ada")


def test_a_token_is_found_while_it_is_used_and_not_stored(ada: Account):
    token = sign_ins.begin(ada, now=NOW, address="203.0.113.1", agent="x" * 300)
    assert token not in str(list(SignIn.select().dicts()))
    for day in range(1, 80, 13):
        assert sign_ins.find(token, now=NOW + timedelta(days=day))
    assert sign_ins.find(token + "x", now=NOW) is None


def test_it_ends_when_it_is_not_used_and_after_so_many_days(ada: Account):
    token = sign_ins.begin(ada, now=NOW)
    assert sign_ins.find(token, now=NOW + sign_ins.IDLE_FOR) is None
    SignIn.update(last_seen_at=NOW + sign_ins.LIVES_FOR).execute()
    assert sign_ins.find(token, now=NOW + sign_ins.LIVES_FOR) is None


def test_looking_at_pages_writes_once_a_minute(ada: Account):
    token = sign_ins.begin(ada, now=NOW)
    sign_ins.find(token, now=NOW + timedelta(seconds=50))
    assert SignIn.get().last_seen_at == NOW
    sign_ins.find(token, now=NOW + timedelta(seconds=70))
    assert SignIn.get().last_seen_at == NOW + timedelta(seconds=70)


def test_signing_in_forgets_the_browsers_that_have_ended(ada: Account):
    sign_ins.begin(ada, now=NOW)
    sign_ins.begin(ada, now=NOW + timedelta(days=30))
    assert SignIn.select().count() == 1
