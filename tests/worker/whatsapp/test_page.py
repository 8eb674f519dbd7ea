"""The worker's end of the page, on a socket that a test plays."""
import json
from collections import deque

import pytest

from worker.whatsapp import page as page_module
from worker.whatsapp.page import BINDING, Page


class Socket:
    """A DevTools socket: what the page has said, and what it was asked to run."""

    def __init__(self, address):
        self.said, self.asked, self.answer = deque(), [], {}

    def call(self, method, **params):
        return {}

    def run(self, expression):
        self.asked.append(expression)

    def evaluate(self, expression, *, deadline_s):
        return self.answer

    def events(self):
        said, self.said = list(self.said), deque()
        return said

    def says(self, *items):
        self.said.extend({"method": "Runtime.bindingCalled", "params": {"name": BINDING, "payload": json.dumps(item)}}
                         for item in items)


class Browser:
    """A browser of which nothing is wanted."""

    devtools_address = "nowhere"

    def inject(self, source):
        """Nothing runs."""


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(page_module, "DevTools", Socket)
    return Page(Browser(), "")


def opened(seq, epoch="a"):
    return {"type": "page", "epoch": epoch, "seq": seq}


def test_what_the_page_has_said_last_and_did_not_arrive_is_asked_for_once_a_heartbeat_shows_it(page):
    socket = page._devtools
    socket.says(opened(1), opened(2))
    socket.answer = {"epoch": "a", "seq": 3}
    page.probe()
    assert [seq for seq, _ in page.events()] == [1, 2]
    assert socket.asked == ["__flowhq.replay()"]
    socket.says(opened(1), opened(2), opened(3))
    assert [seq for seq, _ in page.events()] == [3]
    page.probe()
    assert page.events() == []
    assert socket.asked == ["__flowhq.replay()"]


def test_a_page_of_which_nothing_arrived_is_asked_for_all_it_has_said(page):
    socket = page._devtools
    socket.says(opened(1), opened(2))
    page.events()
    socket.answer = {"epoch": "b", "seq": 1}
    page.probe()
    page.events()
    assert socket.asked == ["__flowhq.replay()"]


def test_a_page_does_not_drop_what_it_never_delivered_for_events_of_the_one_before(page):
    socket = page._devtools
    socket.says(opened(1), opened(2), opened(3), opened(1, "b"))
    assert [seq for seq, _ in page.events()] == [1, 2, 3, 1]
    page.acknowledge(3)
    assert socket.asked == []
    page.acknowledge(1)
    assert socket.asked == ["__flowhq.ack(1)"]
