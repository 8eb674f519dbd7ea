"""The API's part on messages: writing them on a phone, reading what it shows, and its live stream."""
import asyncio
import re
import secrets
import time
from typing import Any

from aiohttp import web

from worker.sandbox.api_phones import PhonesApi
from worker.sandbox.exchange import LATE_DECRYPTION, Exchange
from worker.sandbox.fields import body_of, count_query, text_field
from worker.sandbox.media import extra_of
from worker.sandbox.messages import Copy, Draft
from worker.sandbox.phone_numbers import parse_number
from worker.sandbox.refusal import Refusal
from worker.sandbox.shown import shown_message
from worker.sandbox.streams import Listener, ack_event, message_event

MESSAGE_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
KEEP_ALIVE_S = 15.0


class MessagesApi:
    """Handlers under /api/phones/<number> that move messages."""

    def __init__(self, exchange: Exchange, phones: PhonesApi) -> None:
        self._exchange, self._phones = exchange, phones

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [
            web.post("/api/phones/{number}/messages", self.write), web.get("/api/phones/{number}/messages", self.read),
            web.post("/api/phones/{number}/read", self.mark_read),
            web.get("/api/phones/{number}/stream", self.stream), web.post("/api/phones/{number}/typing", self.typing)]

    async def write(self, request: web.Request) -> web.Response:
        """Write a message on the phone."""
        phone, body = self._phones.phone_of(request), await body_of(request)
        kind = text_field(body, "type", "chat", limit=40)
        extra = extra_of(kind, body)
        draft = Draft(
            id=_message_id(body), sender=phone.number,
            target=self._exchange.parties.target(phone.number, body.get("to")),
            type="chat" if kind == LATE_DECRYPTION else kind, extra=extra,
            text=text_field(body, "text", None if kind in ("chat", LATE_DECRYPTION) else ""))
        stored = self._exchange.store(draft, time.time())
        stored.deliver()
        return web.json_response({"id": draft.id, "wa_id": self._wa_id(stored.copy)}, status=201)

    async def read(self, request: web.Request) -> web.Response:
        """What the phone holds, oldest first; with `with` its owner is looking at that chat."""
        phone = self._phones.phone_of(request)
        chat = self._chat(phone.number, request.query["with"]) if "with" in request.query else None
        if chat is not None:
            self._exchange.mark_read(phone.number, chat)
        limit, after = count_query(request, "limit"), request.query.get("after")
        store = self._exchange.messages
        if not after:
            return web.json_response([shown_message(copy) for copy in store.newest(phone.number, chat, limit)])
        anchor = store.by_id(phone.number, after, chat)
        if anchor is None:
            raise Refusal(f"The phone has no message {after[:64]} there: leave `after` out to get all.", 404)
        found = store.after(phone.number, chat, anchor.seq, limit)
        return web.json_response([shown_message(copy) for copy in found])

    async def mark_read(self, request: web.Request) -> web.Response:
        """The phone's owner looks at a chat."""
        phone, body = self._phones.phone_of(request), await body_of(request)
        return web.json_response({"read": self._exchange.mark_read(
            phone.number, self._chat(phone.number, body.get("with")))})

    async def typing(self, request: web.Request) -> web.Response:
        """The phone's owner starts or stops to type."""
        phone, body = self._phones.phone_of(request), await body_of(request)
        state = text_field(body, "state", "composing")
        if state not in ("composing", "recording", "paused"):
            raise Refusal('The field "state" takes composing, recording or paused.')
        self._exchange.tell_typing(phone.number, self._chat(phone.number, body.get("to")), state)
        return web.json_response({"typing": state})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The phone's events, live; after a break from the last one that the listener had."""
        number = self._phones.phone_of(request).number
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self._exchange.streams.listening(number) as queue:
            missed = self._missed(number, request.headers.get("Last-Event-ID", ""))
            await response.prepare(request)
            await response.write(b"retry: 1000\n: here\n" + missed)
            while (text := await _next(queue)) is not None:
                await response.write(text)
        return response

    def _missed(self, number: str, last_event_id: str) -> bytes:
        if not last_event_id.isdecimal():
            # A place to go on from, for listeners that lose the connection before their first event.
            return f"id: {self._exchange.messages.version}\n\n".encode()
        last = int(last_event_id)
        return b"\n" + b"".join(
            message_event(copy) if copy.created > last else ack_event(copy)
            for copy in self._exchange.messages.changed_since(number, last))

    def _wa_id(self, sent: Copy) -> str:
        received = next((copy for number in self._exchange.parties.audience(sent.sender, sent.target)
                         if (copy := self._exchange.messages.by_seq(number, sent.seq))), sent)
        return self._exchange.wire.serialized_key(received)

    def _chat(self, number: str, who: object) -> str:
        if isinstance(who, str) and ("@" in who or who == "status"):
            return self._exchange.wire.chat_of("status@broadcast" if who == "status" else who)
        return parse_number(who)


async def _next(queue: Listener) -> bytes | None:
    try:
        return await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
    except TimeoutError:
        return b": here\n\n"


def _message_id(body: dict[str, Any]) -> str:
    given = body.get("id")
    if given is None:
        return "3EB0" + secrets.token_hex(9).upper()
    if not isinstance(given, str) or not MESSAGE_ID.fullmatch(given):
        raise Refusal('The field "id" takes 1 to 64 letters, digits, dots and dashes.')
    return given
