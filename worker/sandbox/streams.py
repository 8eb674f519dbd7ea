"""What happens on a phone, as server-sent events: to whoever listens now, and again to whoever comes back."""
import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from worker.sandbox.messages import Copy
from worker.sandbox.shown import shown_ack, shown_message

# None ends the stream.
Listener = asyncio.Queue[bytes | None]


class Streams:
    """The listeners of each phone. An event's id is the number of the change it reports."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}

    @contextmanager
    def listening(self, number: str) -> Iterator[Listener]:
        """A queue of this phone's events, from now until the block ends."""
        queue: Listener = asyncio.Queue()
        self._listeners.setdefault(number, set()).add(queue)
        try:
            yield queue
        finally:
            self._listeners[number].discard(queue)

    def end(self) -> None:
        """End every listener's stream, so that the server can end."""
        for queues in self._listeners.values():
            for queue in queues:
                queue.put_nowait(None)

    def message(self, copy: Copy) -> None:
        """A message came to the phone or left it."""
        self._publish(copy.phone, lambda: message_event(copy))

    def ack(self, copy: Copy) -> None:
        """A message of the phone was delivered or read."""
        self._publish(copy.phone, lambda: ack_event(copy))

    def typing(self, number: str, peer: str, state: str) -> None:
        """Someone types to the phone; never repeated to a late listener."""
        self._publish(number, lambda: event("typing", {"from": peer, "state": state}))

    def _publish(self, number: str, make: Callable[[], bytes]) -> None:
        listeners = self._listeners.get(number)
        if not listeners:
            return
        text = make()
        for queue in listeners:
            queue.put_nowait(text)


def message_event(copy: Copy) -> bytes:
    """The text of a message's event."""
    return event("message", shown_message(copy), copy.changed)


def ack_event(copy: Copy) -> bytes:
    """The text of an acknowledgement's event."""
    return event("ack", shown_ack(copy), copy.changed)


def event(name: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    """One server-sent event; without an id it does not move the listener's place."""
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
