"""The page as the worker uses it: inject wa-js and our script, take events in order, start sends, ask how it is."""
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.whatsapp import events
from worker.whatsapp.devtools import DevTools
from worker.whatsapp.events import Box, Event, Snapshot

if TYPE_CHECKING:
    from worker.browser import Browser

PAGE_SCRIPT = Path(__file__).with_name("page.js")
BINDING = "flowhqPush"
# Analytics and the link-preview servers of third parties are off; an empty list replaces wa-js's defaults.
WPP_CONFIG = {"disableGoogleAnalytics": True, "linkPreviewApiServers": [], "deviceName": False, "poweredBy": "-",
              "syncAllStatus": False}
PROBE_DEADLINE_S = 8.0


class Page:
    """WhatsApp Web in one browser. Raises BrowserGone, PageSilent and PageError as worker.whatsapp.devtools says."""

    def __init__(self, browser: "Browser", wa_js: str) -> None:
        """Prepare the page: nothing is loaded before `open`."""
        self._browser = browser
        self._box = Box()
        self._last_op = 0
        self._said: tuple[str, int] | None = None
        browser.inject(f"window.WPPConfig = {json.dumps(WPP_CONFIG)};")
        browser.inject(wa_js)
        browser.inject(PAGE_SCRIPT.read_text())
        self._connect()

    def open(self, url: str) -> None:
        """Start loading WhatsApp Web; its events tell how it goes."""
        self._browser.go(url)

    def fileno(self) -> int:
        """For select(): readable when the page has said something."""
        return self._devtools.fileno()

    def events(self) -> list[tuple[int, Event]]:
        """What has happened since the last call, in order, each with its number for `acknowledge`."""
        taken = []
        for item in map(_payload, self._devtools.events()):
            if item is None:
                continue
            gaps = self._box.gaps
            if self._box.accept(item):
                taken.append((item["seq"], events.read(item)))
            elif self._box.gaps > gaps:
                self._run("replay")
        self._ask_for_missing()
        return taken

    def _ask_for_missing(self) -> None:
        # Nothing comes after the last event that would show its absence.
        said, self._said = self._said, None
        if said and self._box.misses(*said):
            self._run("replay")

    def acknowledge(self, seq: int) -> None:
        """Let the page drop its events up to `seq`: they are safely in the database, or of no account."""
        # What came of a page that was replaced is not this one's to drop.
        if self._box.acknowledged < seq <= self._box.last:
            self._box.acknowledged = seq
            self._run("ack", seq)

    def send(self, chat: str, key: str, text: str) -> int:
        """Start sending `text` under the WhatsApp id `key`; a Sent event with the returned number reports back."""
        return self._operation("send", chat, key, text)

    def look_up(self, chat: str, key: str) -> int:
        """Ask whether the chat holds the message `key`; a LookedUp event reports back."""
        return self._operation("lookUp", chat, key)

    def catch_up(self, since: int, per_chat: int) -> int:
        """Have all messages of customers from `since` (unix seconds) pushed; a CaughtUp event comes behind them."""
        return self._operation("catchUp", since, per_chat)

    def composing(self, chat: str) -> None:
        """Show "typing…" to the customer."""
        self._run("composing", chat)

    def dismiss(self, buttons: Iterable[str]) -> None:
        """Press the button of the window that lies over the page, where it has one of these texts."""
        self._run("dismiss", list(buttons))

    def refresh_code(self) -> None:
        """Ask for new QR codes after the page has stopped showing any."""
        self._run("refreshCode")

    def pair(self, phone: str) -> None:
        """Ask for a code that links `phone` (digits) without a scan; a PairingCode event brings it."""
        self._run("pair", phone)

    def new_key(self, chat: str) -> str:
        """A fresh WhatsApp id for a message to `chat`."""
        return str(self._devtools.evaluate(f"__flowhq.newKey({json.dumps(chat)})"))

    def probe(self) -> Snapshot:
        """How the page is, by a round trip through its scripts and one animation frame."""
        item = self._devtools.evaluate("__flowhq.probe()", deadline_s=PROBE_DEADLINE_S)
        self._said = item["epoch"], item["seq"]
        return events.snapshot(item)

    def picture(self) -> bytes | None:
        """What the page looks like, as a JPEG; None where it cannot be had."""
        return self._browser.picture()

    def _connect(self) -> None:
        self._devtools = DevTools(self._browser.devtools_address)
        self._devtools.call("Runtime.enable")
        self._devtools.call("Inspector.enable")
        self._devtools.call("Runtime.addBinding", name=BINDING)

    def _operation(self, name: str, *args: Any) -> int:
        self._last_op += 1
        self._run(name, self._last_op, *args)
        return self._last_op

    def _run(self, name: str, *args: Any) -> None:
        self._devtools.run(f"__flowhq.{name}({','.join(map(json.dumps, args))})")


def _payload(message: dict[str, Any]) -> dict[str, Any] | None:
    params = message.get("params", {})
    if message["method"] != "Runtime.bindingCalled" or params.get("name") != BINDING:
        return None
    item: dict[str, Any] = json.loads(params["payload"])
    return item
