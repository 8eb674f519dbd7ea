"""The WebSocket of one page: linking, frames out and acknowledged, and what the page asks."""
import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from worker.sandbox.codes import Candidate, CodeBoard
from worker.sandbox.devices import Device
from worker.sandbox.exchange import Attached, Exchange, logout
from worker.sandbox.fault_kinds import SENDS, Option
from worker.sandbox.messages import Draft
from worker.sandbox.parties import STATUS
from worker.sandbox.phone_numbers import parse_number
from worker.sandbox.refusal import Refusal

log = logging.getLogger("worker.sandbox.page")

MALFORMED = (ValueError, LookupError, TypeError, AttributeError)
Answer = dict[str, Any]
IDLE = {"k": "idle"}
TYPING_STATES = ("composing", "recording", "paused")


class HungUp(Exception):
    """There is no connection to be had."""


class PageSocket:
    """One connection of a page, linked or not."""

    def __init__(self, socket: web.WebSocketResponse, exchange: Exchange, board: CodeBoard, label: str) -> None:
        self._socket, self._exchange, self._board, self._label = socket, exchange, board, label
        self._outgoing: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._faults = exchange.faults
        self._loop = asyncio.get_running_loop()
        self._device: Device | None = None
        self._candidate: Candidate | None = None

    async def serve(self) -> None:
        """Talk with the page until its connection ends."""
        writer = self._loop.create_task(self._write())
        self._faults.pages.add(self)
        try:
            async for message in self._socket:
                if message.type == WSMsgType.TEXT and not self._understand(message.data):
                    break
        finally:
            self._faults.pages.discard(self)
            writer.cancel()
            self._leave()

    @property
    def number(self) -> str:
        """The phone that the page is linked to, or an empty text."""
        return self._device.phone if self._device else ""

    def tell_fault(self, name: str, options: Mapping[str, Option] | None) -> None:
        """A fault has begun, or ended; without a connection nothing can be told."""
        if name == "offline" and options is not None:
            self._loop.create_task(self._socket.close())
        else:
            self._send({"k": "fault", "name": name, "options": options})

    def _understand(self, text: str) -> bool:
        try:
            self._take(json.loads(text))
        except HungUp:
            return False
        except MALFORMED as error:
            log.warning("A page said what cannot be understood (%r): %.200s", error, text)
            return False
        except sqlite3.Error as error:
            # The page tries again on its next connection.
            log.error("The sandbox cannot store: %s", error)  # noqa: TRY400 - the traceback tells its user nothing
            return False
        return True

    async def _write(self) -> None:
        while True:
            due, text = await self._outgoing.get()
            await asyncio.sleep(due - self._loop.time())
            try:
                await self._socket.send_str(text)
            except ConnectionError:
                return

    def _send(self, body: dict[str, Any]) -> None:
        self._send_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")))

    def _send_text(self, text: str) -> None:
        self._outgoing.put_nowait((self._loop.time() + self._faults.delay("slow", self.number), text))

    def _leave(self) -> None:
        if self._candidate:
            self._board.give_up(self._candidate)
        if self._device:
            self._exchange.detach(self._device, self._send_text)

    def _take(self, said: dict[str, Any]) -> None:
        verb = self._verbs().get(said.get("op", ""), _refuse)
        try:
            answer = verb(said)
        except Refusal as refusal:
            answer = {"error": refusal.sentence}
        if "r" in said and answer is not None:
            self._send({"r": said["r"], **answer})

    def _verbs(self) -> dict[str, Callable[[dict[str, Any]], Answer | None]]:
        if self._device is None:
            return {"hello": self._hello, "refresh": self._refresh, "pair": self._pair}
        return {"ack": self._ack, "send": self._send_message, "history": self._history, "lookup": self._lookup,
                "resolve": self._resolve, "seen": self._seen, "typing": self._typing, "logout": self._logout,
                "modal_closed": self._modal_closed}

    def _hello(self, said: dict[str, Any]) -> None:
        known = self._exchange.devices.find(str(said.get("device")))
        if self._faults.of("offline", known.phone if known else ""):
            raise HungUp
        if not said.get("device"):
            keys = said["keys"]
            self._candidate = Candidate((keys[0], keys[1], keys[2], keys[3]), self._label, self._send)
            return self._send(IDLE) if said.get("idle") else self._board.show(self._candidate)
        device = self._exchange.devices.authenticate(said["device"], said["secret"])
        if device is None:
            return self._send_text(logout())
        self._device, self._candidate = device, None
        # Whoever comes has taken over from whoever had.
        self._end_fault("taken_over")
        self._exchange.devices.acknowledge(device, int(said.get("last", 0)))
        self._send(self._welcome(device, bool(said.get("resume"))))
        return self._exchange.attach(device, Attached(str(said.get("page")), self._send_text))

    def _pair(self, said: dict[str, Any]) -> Answer | None:
        if self._faults.of("pairing_refused", parse_number(said["number"])):
            raise Refusal("rate-overlimit", 429)
        return {"code": self._board.pairing_code(self._candidate, parse_number(said["number"]), time.time())
                } if self._candidate else None

    def _refresh(self, said: dict[str, Any]) -> None:
        if self._candidate:
            self._board.show(self._candidate)

    def _welcome(self, device: Device, is_back: bool) -> dict[str, Any]:
        phone = self._exchange.phones.require(device.phone)
        chats = [] if is_back else self._chats(device)
        return {"k": "welcome", "me": phone.number_wid, "lid": phone.lid_wid, "pushname": phone.name, "chats": chats,
                "faults": self._faults.told(device.phone)}

    def _chats(self, device: Device) -> list[dict[str, Any]]:
        store, wire = self._exchange.messages, self._exchange.wire
        parties = [party.id for party in self._exchange.parties.of(device.phone)]
        chats = []
        for chat in dict.fromkeys([*store.chats(device.phone), *parties]):
            last = store.taken(device.phone, chat, device.id, anchor=None, backwards=True, limit=1)
            unread = store.unread(device.phone, chat, None, device.id)
            chats.append(wire.chat(chat, last[0] if last else None, len(unread)))
        return chats

    def _ack(self, said: dict[str, Any]) -> None:
        self._exchange.devices.acknowledge(self._linked(), int(said["n"]))

    def _send_message(self, said: dict[str, Any]) -> None:
        device = self._linked()
        fault = next((name for name in SENDS if self._faults.take(name, device.phone)), "")
        if fault == "send_refused":
            return self._send({"r": said["r"], "error": "The message was refused."})
        if fault == "send_lost":
            return self._send({"r": said["r"], "t": self._faults.clock(device.phone, time.time()), "ack": 1})
        draft = Draft(
            id=str(said["id"]), sender=device.phone, target=self._exchange.parties.target(device.phone, said["to"]),
            type=str(said["type"]), text=str(said.get("body") or ""), extra=said.get("extra") or {},
            stanza=f"{device.id}:{said['stanza']}")
        stored = self._exchange.store(draft, time.time(), origin=device)
        answer = {"error": "The connection broke."} if fault else {"t": self._exchange.wire.time(stored.copy), "ack": 1}
        # The page learns that the server has the message before it learns that it was delivered.
        if not self._faults.of("acks_missing", device.phone):
            self._answer_late({"r": said["r"], **answer}, self._faults.delay("acks_late", device.phone))
        return stored.deliver()

    def _answer_late(self, answer: Answer, delay_s: float) -> None:
        if delay_s:
            self._loop.call_later(delay_s, self._send, answer)
        else:
            self._send(answer)

    def _history(self, said: dict[str, Any]) -> Answer:
        device, store = self._linked(), self._exchange.messages
        chat = self._exchange.wire.chat_of(said["chat"])
        anchor = store.by_id(device.phone, said["anchor"], chat) if said.get("anchor") else None
        backwards = said.get("direction") != "after"
        # A message that the page has and the server not yet is newer than all others.
        if said.get("anchor") and anchor is None and not backwards:
            return {"messages": []}
        found = store.taken(device.phone, chat, device.id, anchor=anchor.seq if anchor else None,
                            backwards=backwards, limit=said.get("count"))
        return {"messages": [self._exchange.wire.message(copy) for copy in found]}

    def _lookup(self, said: dict[str, Any]) -> Answer:
        chat = self._exchange.wire.chat_of(said["chat"])
        copy = self._exchange.messages.by_id(self._linked().phone, said["id"], chat)
        return {"messages": [self._exchange.wire.message(copy)] if copy else []}

    def _resolve(self, said: dict[str, Any]) -> Answer:
        wid = said["wid"]
        party = self._exchange.parties.find(wid)
        phone = self._exchange.phones.by_wid(wid)
        if wid.startswith(STATUS) or (party and self._linked().phone in party.members):
            return {"chat": self._exchange.wire.chat(self._exchange.wire.chat_of(wid), None, 0)}
        return {"chat": self._exchange.wire.chat(phone.number, None, 0) if phone else None}

    def _seen(self, said: dict[str, Any]) -> Answer:
        device, chat = self._linked(), self._exchange.wire.chat_of(said["chat"])
        return {"read": self._exchange.mark_read(device.phone, chat, said.get("upto"), device)}

    def _typing(self, said: dict[str, Any]) -> None:
        device, chat = self._linked(), self._exchange.wire.chat_of(said["chat"])
        if said.get("state") in TYPING_STATES:
            self._exchange.tell_typing(device.phone, chat, said["state"])

    def _modal_closed(self, said: dict[str, Any]) -> None:
        self._end_fault("modal")

    def _end_fault(self, name: str) -> None:
        fault = self._faults.of(name, self.number)
        if fault:
            self._faults.end(fault.name, fault.number)

    def _logout(self, said: dict[str, Any]) -> None:
        self._exchange.unlink(self._linked())

    def _linked(self) -> Device:
        if self._device is None:
            raise Refusal("The page is not linked.", 403)
        return self._device


def _refuse(said: dict[str, Any]) -> Answer:
    raise Refusal("The page is not linked.", 403)
