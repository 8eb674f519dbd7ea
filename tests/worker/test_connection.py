from datetime import timedelta

import pytest
from peewee import OperationalError

from app.models import WhatsAppSession
from worker.away import Away, AwayRules
from worker.catchup import CatchUp, NewLink, Phase
from worker.connection import Connection


class Link:
    connected = False
    new = None


class Page:
    def __init__(self):
        self.caught_up = 0

    def catch_up(self, since, per_chat):
        self.caught_up += 1
        return self.caught_up


class Noted:
    """Outbox and upkeep: how often they heard that the link has come."""

    def __init__(self):
        self.doubted = self.linked = 0

    def doubt_all(self):
        self.doubted += 1

    def connected(self, clock):
        self.linked += 1


@pytest.fixture
def connection(tenant, now):
    WhatsAppSession.update(watermark=now - timedelta(hours=5)).execute()
    noted = Noted()
    return Connection(Link(), CatchUp(tenant, Page()), noted, Away(tenant, AwayRules()), noted)


def test_a_link_that_comes_is_acted_upon_once_and_again_after_it_has_gone(connection, now):
    assert not connection.follow(now, 0)
    connection.link.connected = True
    assert connection.follow(now, 1)
    assert connection.away.since == now - timedelta(hours=5)
    assert not connection.follow(now, 2)
    assert (connection.outbox.doubted, connection.catch_up.page.caught_up) == (1, 1)
    connection.link.connected = False
    connection.follow(now, 3)
    assert connection.catch_up.phase is Phase.WAITING
    connection.link.connected = True
    assert connection.follow(now, 4) and connection.outbox.doubted == 2


def test_a_database_that_is_lost_while_the_link_comes_costs_nothing_of_it(connection, now, monkeypatch):
    def lost(*_):
        raise OperationalError("gone")

    connection.link.connected, connection.link.new = True, NewLink.SAME_NUMBER
    with monkeypatch.context() as patch:
        patch.setattr(CatchUp, "_watermark", lost)
        with pytest.raises(OperationalError):
            connection.follow(now, 1)
    assert connection.follow(now, 2)
    assert (connection.away.since, connection.away.back_at) == (now - timedelta(hours=5), now)
    connection.catch_up.finish()
    connection.catch_up.tick(now, 1000)
    assert connection.catch_up.is_reading, "the history of a number that was linked again comes bit by bit"
