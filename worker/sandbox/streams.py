"""What happens on a phone, as server-sent events: to whoever listens now, and again to whoever comes back."""
import asyncio
import json
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from worker.sandbox.messages import Copy

Shape = Callable[[Copy], dict[str, Any]]
Listener = asyncio.Queue[bytes]


class Streams:
    """The listeners of each phone. An event's id is the number of the change it reports."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self.shape: Shape = lambda copy: {"id": copy.id}

    @contextmanager
    def listening(self, number: str):  # type: ignore[no-untyped-def]
        """A queue of this phone's events, from now until the block ends."""
        queue: Listener = asyncio.Queue()
        self._listeners.setdefault(number, set()).add(queue)
        try:
            yield queue
        finally:
            self._listeners[number].discard(queue)

    def message(self, copy: Copy) -> None:
        """A message came to the phone or left it."""
        self._publish(copy.phone, self.message_event(copy))

    def ack(self, copy: Copy) -> None:
        """A message of the phone was delivered or read."""
        self._publish(copy.phone, self.ack_event(copy))

    def typing(self, number: str, peer: str, state: str) -> None:
        """Someone types to the phone; never repeated to a late listener."""
        self._publish(number, event("typing", {"from": peer, "state": state}))

    def message_event(self, copy: Copy) -> bytes:
        """The text of a message's event."""
        return event("message", self.shape(copy), copy.changed)

    def ack_event(self, copy: Copy) -> bytes:
        """The text of an acknowledgement's event."""
        return event("ack", {key: self.shape(copy)[key] for key in ("id", "with", "ack")}, copy.changed)

    def _publish(self, number: str, text: bytes) -> None:
        for queue in self._listeners.get(number, ()):
            queue.put_nowait(text)


def event(name: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    """One server-sent event; without an id it does not move the listener's place."""
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
