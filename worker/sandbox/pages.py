"""What browsers get: WhatsApp Web's page and its socket, the phones, the API's description."""
import re
import time
from pathlib import Path

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler

from worker.sandbox.codes import CodeBoard
from worker.sandbox.exchange import Exchange
from worker.sandbox.page_socket import PageSocket

STATIC = Path(__file__).with_name("static")
BROWSER = re.compile(r"(?:Headless)?(Chrome|Firefox|Safari|Edg)/([0-9]+)")


class Pages:
    """Handlers that serve files, and the pages' sockets, which end with the server."""

    def __init__(self, exchange: Exchange, board: CodeBoard) -> None:
        self._exchange, self._board = exchange, board
        self._sockets: set[web.WebSocketResponse] = set()
        self._opened = 0

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        return [web.get("/", _file("page/index.html")), web.get("/phones", _file("phones/index.html")),
                web.get("/api", _file("api.html")), web.get("/healthz", _healthz), web.get("/socket", self.socket)]

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """The WebSocket of a WhatsApp Web page."""
        socket = web.WebSocketResponse(heartbeat=20.0, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await PageSocket(socket, self._exchange, self._board, self._label(request)).serve()
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self, app: web.Application) -> None:
        """End every socket and stream, so that the server can end."""
        self._exchange.streams.end()
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _label(self, request: web.Request) -> str:
        self._opened += 1
        found = BROWSER.search(request.headers.get("User-Agent", ""))
        browser = f"{found[1]} {found[2]}" if found else "unknown browser"
        return f"Page {self._opened}, {browser}, opened {time.strftime('%H:%M:%S')}"


def _file(name: str) -> Handler:
    async def serve(request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / name)
    return serve


async def _healthz(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})
