"""The API's part on phones: making them, linking and unlinking them, and the groups they are in."""
import time
from typing import Any

from aiohttp import web

from worker.sandbox.codes import Candidate, CodeBoard
from worker.sandbox.exchange import Exchange
from worker.sandbox.fields import body_of, flag_field, text_field
from worker.sandbox.parties import SERVERS, Party
from worker.sandbox.phone_numbers import parse_number, shown_number
from worker.sandbox.phonebook import Phone
from worker.sandbox.refusal import Refusal


class PhonesApi:
    """Handlers under /api/phones, /api/codes and /api/groups."""

    def __init__(self, exchange: Exchange, board: CodeBoard) -> None:
        self._exchange, self._board = exchange, board

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [
            web.get("/api/phones", self.list_phones), web.post("/api/phones", self.save_phone),
            web.get("/api/phones/{number}", self.show_phone), web.delete("/api/phones/{number}", self.delete_phone),
            web.post("/api/phones/{number}/scan", self.scan), web.post("/api/phones/{number}/unlink", self.unlink),
            web.post("/api/phones/{number}/pair", self.pair), web.get("/api/codes", self.list_codes),
            web.get("/api/groups", self.list_groups), web.post("/api/groups", self.create_group)]

    async def list_phones(self, request: web.Request) -> web.Response:
        """Every phone, oldest first."""
        return web.json_response([self._shown(phone) for phone in self._exchange.phones])

    async def save_phone(self, request: web.Request) -> web.Response:
        """Make a phone, or rename the one that has the number."""
        body = await body_of(request)
        number = parse_number(body.get("number"))
        old = self._exchange.phones.find(number)
        name = text_field(body, "name", old.name if old else shown_number(number), limit=100).strip()
        phone, is_new = self._exchange.phones.save(
            number, name or shown_number(number), time.time(), flag_field(body, "lid"),
            flag_field(body, "share_number"))
        return web.json_response(self._shown(phone), status=201 if is_new else 200)

    async def show_phone(self, request: web.Request) -> web.Response:
        """One phone."""
        return web.json_response(self._shown(self.phone_of(request)))

    async def delete_phone(self, request: web.Request) -> web.Response:
        """Unlink the phone's devices and forget it."""
        self._exchange.delete_phone(self.phone_of(request).number)
        return web.json_response({"deleted": True})

    async def scan(self, request: web.Request) -> web.Response:
        """Link the page that shows a code to the phone."""
        phone = self.phone_of(request)
        return self._link(phone, self._board.find(text_field(await body_of(request), "qr")))

    async def pair(self, request: web.Request) -> web.Response:
        """Link the page that shows a pairing code for this phone's number."""
        phone = self.phone_of(request)
        code = text_field(await body_of(request), "code", limit=20)
        return self._link(phone, self._board.find_pairing(code, phone.number, time.time()))

    def _link(self, phone: Phone, candidate: Candidate) -> web.Response:
        device = self._exchange.link(phone.number, time.time())
        self._board.take(candidate)
        candidate.send({"k": "linked", "device": device.id, "secret": device.secret})
        return web.json_response({"linked": True, "device": device.id})

    async def unlink(self, request: web.Request) -> web.Response:
        """End all links of the phone: their pages log out."""
        devices = self._exchange.devices.of(self.phone_of(request).number)
        for device in devices:
            self._exchange.unlink(device)
        return web.json_response({"unlinked": len(devices)})

    async def list_codes(self, request: web.Request) -> web.Response:
        """The codes that pages show now."""
        return web.json_response([_shown_code(candidate) for candidate in self._board.shown()])

    async def list_groups(self, request: web.Request) -> web.Response:
        """Every group and newsletter."""
        parties = {party.id: party for phone in self._exchange.phones
                   for party in self._exchange.parties.of(phone.number)}
        return web.json_response([_shown_party(party) for party in parties.values()])

    async def create_group(self, request: web.Request) -> web.Response:
        """Make a group or a newsletter."""
        body = await body_of(request)
        members, kind = body.get("members", []), body.get("kind", "group")
        if not isinstance(members, list) or kind not in SERVERS:
            raise Refusal('A group takes "members", a list of numbers, and "kind", either group or newsletter.')
        party = self._exchange.parties.create(
            text_field(body, "name", limit=100), parse_number(body.get("owner")),
            [parse_number(member) for member in members], kind, time.time())
        return web.json_response(_shown_party(party), status=201)

    def phone_of(self, request: web.Request) -> Phone:
        """The phone that the path names; raises a Refusal (400 or 404)."""
        return self._exchange.phones.require(parse_number(request.match_info["number"]))

    def _shown(self, phone: Phone) -> dict[str, Any]:
        devices = self._exchange.devices.of(phone.number)
        return {
            "number": shown_number(phone.number), "name": phone.name, "lid": phone.lid_wid if phone.uses_lid else None,
            "share_number": phone.share_number, "wa_id": phone.wid, "linked": bool(devices),
            "unread": self._exchange.messages.unread_count(phone.number),
            "devices": [{"id": device.id, "linked": device.linked,
                         "online": self._exchange.is_online(device),
                         "waiting": device.last - device.acked} for device in devices]}


def _shown_code(candidate: Candidate) -> dict[str, Any]:
    left = max(0.0, candidate.expires - time.time())
    return {"qr": candidate.code, "expires_in": round(left, 1), "label": candidate.label}


def _shown_party(party: Party) -> dict[str, Any]:
    return {"id": party.id, "name": party.name, "owner": shown_number(party.owner),
            "members": [shown_number(number) for number in party.members]}
