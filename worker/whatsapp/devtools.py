"""Our own DevTools socket to the browser's page: events in order and at once, calls with deadlines.

Selenium serves one command at a time and hangs with a hung page; this socket does neither. It is opened to the address
that Selenium's capabilities name and carries one page (`target`).
"""
import json
import select
from collections import deque
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.request import urlopen

import websocket

CONNECT_TIMEOUT_S = 10.0


class BrowserGone(Exception):
    """The browser, its renderer or the socket to it ended; only a new browser helps."""


class PageSilent(Exception):
    """The page did not answer a call within its deadline."""


class PageError(Exception):
    """The page answered a call with an exception; the message is the page's own."""


class DevTools:
    """One WebSocket to one page. Not thread-safe: the worker's one thread owns it."""

    def __init__(self, address: str) -> None:
        """Connect to the first page of the browser at `address` (host:port). Raises BrowserGone."""
        try:
            url = _page_socket(address)
            self._socket = websocket.create_connection(
                url, timeout=CONNECT_TIMEOUT_S, suppress_origin=True, skip_utf8_validation=True,
                enable_multithread=False)
        except (OSError, HTTPException, websocket.WebSocketException, StopIteration, ValueError) as error:
            raise BrowserGone(f"no page at {address}: {error}") from error
        self._last_id = 0
        self._events: deque[dict[str, Any]] = deque()

    def fileno(self) -> int:
        """For select()."""
        return int(self._socket.fileno())

    def post(self, method: str, **params: Any) -> int:
        """Send a command and return its id without waiting; its answer is dropped. Raises BrowserGone."""
        self._last_id += 1
        try:
            self._socket.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        except (OSError, websocket.WebSocketException) as error:
            raise BrowserGone(str(error)) from error
        return self._last_id

    def call(self, method: str, *, deadline_s: float = 10.0, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; events that come meanwhile are kept for `events`.

        Raises BrowserGone, PageSilent after `deadline_s` seconds, PageError where the browser refuses.
        """
        wanted, until = self.post(method, **params), monotonic() + deadline_s
        while (left := until - monotonic()) > 0:
            if self._readable(left) and (message := self._receive()) is not None:
                if message.get("id") == wanted:
                    return _result(message)
                self._keep(message)
        raise PageSilent(f"{method} was not answered within {deadline_s:g} s")

    def evaluate(self, expression: str, *, deadline_s: float = 10.0) -> Any:
        """The JSON value of a JavaScript expression, promises awaited. Raises what `call` raises."""
        answer = self.call("Runtime.evaluate", deadline_s=deadline_s, expression=expression, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details.get("text", "unknown error"))
        return answer.get("result", {}).get("value")

    def run(self, expression: str) -> None:
        """Start a JavaScript expression without waiting for anything. Raises BrowserGone."""
        self.post("Runtime.evaluate", expression=expression)

    def events(self) -> list[dict[str, Any]]:
        """Everything the browser has said since the last call, in its order, without waiting. Raises BrowserGone."""
        while self._readable(0):
            message = self._receive()
            if message is not None:
                self._keep(message)
        taken = list(self._events)
        self._events.clear()
        return taken

    def _readable(self, timeout_s: float) -> bool:
        try:
            return bool(select.select([self], [], [], timeout_s)[0])
        except (OSError, ValueError) as error:
            raise BrowserGone(str(error)) from error

    def _receive(self) -> dict[str, Any] | None:
        try:
            text = self._socket.recv()
        except (OSError, websocket.WebSocketException) as error:
            raise BrowserGone(str(error)) from error
        if not text:
            raise BrowserGone("the browser closed its socket")
        message: dict[str, Any] = json.loads(text)
        if message.get("method") in ("Inspector.targetCrashed", "Inspector.detached"):
            raise BrowserGone(message["method"])
        return message

    def _keep(self, message: dict[str, Any]) -> None:
        if "method" in message:
            self._events.append(message)


def _page_socket(address: str) -> str:
    with urlopen(f"http://{address}/json/list", timeout=CONNECT_TIMEOUT_S) as answer:  # noqa: S310  our own browser
        targets = json.load(answer)
    return str(next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"))


def _result(message: dict[str, Any]) -> dict[str, Any]:
    if "error" in message:
        raise PageError(message["error"].get("message", "refused"))
    result: dict[str, Any] = message.get("result", {})
    return result
