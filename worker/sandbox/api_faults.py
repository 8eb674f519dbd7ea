"""The API's part on faults: what there is, what is on, switching on and off."""
import asyncio
import time
from typing import Any

from aiohttp import web

from worker.sandbox.codes import CodeBoard
from worker.sandbox.exchange import Exchange
from worker.sandbox.fault_kinds import KINDS, Option
from worker.sandbox.faults import EVERYBODY, Fault
from worker.sandbox.fields import body_of
from worker.sandbox.phone_numbers import parse_number, shown_number
from worker.sandbox.refusal import Refusal

LONGEST_S = 7 * 86400
# WhatsApp's own word.
BANNED = "account_locked"


class FaultsApi:
    """Handlers under /api/faults."""

    def __init__(self, exchange: Exchange, board: CodeBoard) -> None:
        self._exchange, self._board, self._faults = exchange, board, exchange.faults

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.get("/api/faults", self.list_faults), web.delete("/api/faults", self.end_all),
                web.post("/api/faults/{name}", self.begin), web.delete("/api/faults/{name}", self.end),
                web.get("/page/faults", self.of_page)]

    async def list_faults(self, request: web.Request) -> web.Response:
        """Every fault there is, with where it is on."""
        on = self._faults.all()
        return web.json_response([
            {"name": name, "title": kind.title, "shows": kind.shows, "options": dict(kind.options),
             "lasts": kind.lasts, "on": [_shown(fault) for fault in on if fault.name == name]}
            for name, kind in KINDS.items()])

    async def begin(self, request: web.Request) -> web.Response:
        """Switch a fault on, or let it happen."""
        body = await body_of(request)
        fault = self._read(_name(request), body)
        self._faults.begin(fault)
        self._act(fault)
        return web.json_response(_shown(fault), status=201)

    async def end(self, request: web.Request) -> web.Response:
        """Switch a fault off."""
        return web.json_response({"ended": self._faults.end(_name(request), self._number(request.query.get("phone")))})

    async def end_all(self, request: web.Request) -> web.Response:
        """Switch off all faults of a phone, or all there are."""
        number = self._number(request.query.get("phone"))
        ended = [self._faults.end(fault.name, fault.number) for fault in self._faults.all()
                 if number in (fault.number, EVERYBODY)]
        return web.json_response({"ended": len(ended)})

    async def of_page(self, request: web.Request) -> web.Response:
        """What a page has to know before it starts."""
        device = self._exchange.devices.find(request.query.get("device", ""))
        return web.json_response(self._faults.told(device.phone if device else EVERYBODY))

    def _read(self, name: str, body: dict[str, Any]) -> Fault:
        kind, now = KINDS[name], time.time()
        known = {"phone", "for_s", "times", *kind.options}
        if unknown := sorted(set(body) - known):
            raise Refusal(f'The fault {name} has no field "{unknown[0]}": it takes {", ".join(sorted(known))}.')
        options = {option: _option(option, body.get(option, usual), usual) for option, usual in kind.options.items()}
        lasts_s, times = body.get("for_s"), body.get("times")
        return Fault(name, self._number(body.get("phone")), options, now,
                     until=None if lasts_s is None else now + _number_of("for_s", lasts_s),
                     times=None if times is None else max(1, int(_number_of("times", times))))

    def _number(self, given: object) -> str:
        return self._exchange.phones.require(parse_number(given)).number if given else EVERYBODY

    def _act(self, fault: Fault) -> None:
        """Do what happens on the server and not on the page."""
        if fault.name == "codes_end":
            self._board.end_all()
        if fault.name == "logout":
            self._unlink(fault, str(fault.options["reason"]))
        if fault.name == "ban_for_good":
            self._unlink(fault, BANNED)
        if fault.name == "modal":
            loop = asyncio.get_running_loop()
            loop.call_later(float(fault.options["unlink_after_s"]), self._unlink_if_left, fault)

    def _unlink_if_left(self, fault: Fault) -> None:
        if fault in self._faults.all():
            self._faults.end(fault.name, fault.number)
            self._unlink(fault, "user_initiated")

    def _unlink(self, fault: Fault, reason: str) -> None:
        numbers = [fault.number] if fault.number else [phone.number for phone in self._exchange.phones]
        for number in numbers:
            for device in self._exchange.devices.of(number):
                self._exchange.unlink(device, reason)


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if name not in KINDS:
        raise Refusal(f"There is no fault {name[:40]}: see GET /api/faults for what there is.", 404)
    return name


def _option(name: str, value: object, usual: Option) -> Option:
    if isinstance(usual, str):
        if not isinstance(value, str):
            raise Refusal(f'The field "{name}" takes a text.')
        return value
    return _number_of(name, value)


def _number_of(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        raise Refusal(f'The field "{name}" takes a number from 0 to {LONGEST_S}.')
    return float(value)


def _shown(fault: Fault) -> dict[str, Any]:
    left = None if fault.until is None else round(max(0.0, fault.until - time.time()), 1)
    return {"name": fault.name, "phone": shown_number(fault.number) if fault.number else None,
            "options": fault.options, "since": fault.since, "left_s": left, "times": fault.times}
