"""What the tests of the outbox play: the page that it asks, and what that answers."""
from collections import deque

from app.models import Message
from worker.whatsapp.events import LookedUp, Sent

DEADLINE_S = 25.0


class Phone:
    """A page that notes what it is asked, and a WhatsApp that has what was sent until told to lose it."""

    def __init__(self):
        self.asked = deque()
        self.op = 0

    def send(self, chat, key, text):
        return self._note("send", chat, key)

    def look_up(self, chat, key):
        return self._note("look_up", chat, key)

    def composing(self, chat):
        self.asked.append(("composing", 0, chat, ""))

    def _note(self, verb, chat, key):
        self.op += 1
        self.asked.append((verb, self.op, chat, key))
        return self.op

    def verbs(self):
        return [verb for verb, *_ in self.asked]

    def next(self, verb):
        asked = self.asked.popleft()
        assert asked[0] == verb
        return asked


def delivery(reply):
    return Message.get_by_id(reply.message_id).delivery


def ok(asked, ack=1):
    return Sent(op=asked[1], key=asked[3], result="OK", ack=ack)


def found(asked, ack):
    return LookedUp(op=asked[1], key=asked[3], found=True, ack=ack)


def missing(asked):
    return LookedUp(op=asked[1], key=asked[3], found=False)
