"""The sandbox's phones, over its HTTP API: make them, scan with them, write and read on them."""
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp

from app.errors import FlowError, Unreachable

# A page that is being loaded on a small machine keeps the sandbox busy for a while.
TIMEOUT_S = 30.0
RECONNECT_S = 0.5
LONGEST_EVENT = 2**20
# A page that suffers from one of these keeps its connection and can do nothing with it.
BANS = ("ban_for_a_while", "ban_for_good")


def message_id(key: str) -> str:
    """The message's own id in a WhatsApp key: the last part of true_255700000001@c.us_3EB0…"""
    return key.split("_")[2] if key.count("_") >= 2 else key


@dataclass(frozen=True)
class PhoneMessage:
    """A message as a phone shows it; numbers in E.164, the time in unix seconds."""

    id: str
    sender: str
    to: str
    text: str
    time: float

    @classmethod
    def read(cls, message: dict[str, Any]) -> "PhoneMessage":
        """The message from the API's words."""
        return cls(message["id"], message["from"], message["to"], message["text"], message["time"])


class Phones:
    """A connection to the sandbox at `url`; use it as `async with Phones(url) as phones`.

    Every call raises Unreachable where the sandbox does not answer and FlowError with its sentence where it refuses.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> "Phones":
        self._session = aiohttp.ClientSession(
            self._url, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), connector=aiohttp.TCPConnector(limit=0),
            read_bufsize=LONGEST_EVENT)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.close()

    async def numbers(self) -> set[str]:
        """The numbers of all phones."""
        return {phone["number"] for phone in await self._call("GET", "/api/phones")}

    async def create(self, number: str, name: str) -> None:
        """Make a phone, or rename the one that has the number."""
        await self._call("POST", "/api/phones", {"number": number, "name": name})

    async def delete(self, number: str) -> None:
        """Forget a phone with all it holds, which unlinks its devices."""
        await self._call("DELETE", f"/api/phones/{number}")

    async def devices(self, number: str) -> list[str]:
        """What is linked to the phone, by the names that the sandbox gives."""
        phone = await self._call("GET", f"/api/phones/{number}")
        return [str(device["id"]) for device in phone["devices"]]

    async def is_online(self, number: str) -> bool:
        """Whether a page that is linked to the phone has its connection, and nothing keeps it from its chats."""
        phone = await self._call("GET", f"/api/phones/{number}")
        faults = await self._call("GET", "/api/faults")
        banned = any(on["phone"] in (number, None)
                     for fault in faults if fault["name"] in BANS for on in fault["on"])
        return any(device["online"] for device in phone["devices"]) and not banned

    async def begin_fault(self, name: str, number: str, **options: Any) -> None:
        """Switch on a fault of the sandbox for the phone, or let it happen; `for_s` ends it by itself."""
        await self._call("POST", f"/api/faults/{name}", {"phone": number, **options})

    async def end_faults(self) -> None:
        """Switch off every fault that is on."""
        await self._call("DELETE", "/api/faults")

    async def codes(self) -> list[str]:
        """The codes that pages show now."""
        return [str(shown["qr"]) for shown in await self._call("GET", "/api/codes")]

    async def scan(self, number: str, code: str) -> None:
        """Scan a QR code with the phone."""
        await self._call("POST", f"/api/phones/{number}/scan", {"qr": code})

    async def write(self, number: str, to: str, text: str) -> str:
        """Write a message on the phone; returns its id."""
        answer = await self._call("POST", f"/api/phones/{number}/messages", {"to": to, "text": text})
        return str(answer["id"])

    async def messages(self, number: str) -> list[PhoneMessage]:
        """What the phone holds, oldest first; nobody looks at it, so nothing counts as read."""
        return [PhoneMessage.read(message) for message in await self._call("GET", f"/api/phones/{number}/messages")]

    async def stream(self, number: str, ready: asyncio.Event) -> AsyncIterator[PhoneMessage]:
        """The phone's messages from now on, sent and received; `ready` is set once none can be missed any more."""
        last = ""
        while True:
            try:
                async for event_id, name, data in self._events(number, last, ready):
                    last = event_id or last
                    if name == "message":
                        yield PhoneMessage.read(json.loads(data))
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(RECONNECT_S)

    async def _events(self, number: str, last: str, ready: asyncio.Event) -> AsyncIterator[tuple[str, str, str]]:
        headers = {"Last-Event-ID": last} if last else {}
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"/api/phones/{number}/stream", headers=headers, timeout=timeout) as response:
            response.raise_for_status()
            fields: dict[str, str] = {}
            async for raw in response.content:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(":")
                if line:
                    # A line without a name is the sandbox's greeting: from here on it listens.
                    ready.set()
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    yield fields.get("id", ""), fields.get("event", ""), fields["data"]
                    fields = {}

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            async with self._session.request(method, path, json=body) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise Unreachable(f"The sandbox at {self._url} does not answer: start it with `flowhq demo`, or with "
                              "`flowhq sandbox`, or set FLOWHQ_SANDBOX_PORT to where it is.") from None
        if response.status >= 400:
            raise FlowError(f"The sandbox refused: {answer.get('error', response.reason)}")
        return answer
