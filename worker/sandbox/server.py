"""The sandbox's web server: every route in one place."""
import sqlite3
from pathlib import Path

from aiohttp import web

from worker.sandbox.api_faults import FaultsApi
from worker.sandbox.api_messages import MessagesApi
from worker.sandbox.api_phones import PhonesApi
from worker.sandbox.codes import CodeBoard, Rotation
from worker.sandbox.exchange import Exchange
from worker.sandbox.faults import FaultBoard
from worker.sandbox.guard import guard
from worker.sandbox.pages import Pages
from worker.sandbox.streams import Streams


def create_app(db: sqlite3.Connection, rotation: Rotation, host: str = "127.0.0.1") -> web.Application:
    """The application on an open store; it must be run in one event loop, which is what keeps the order."""
    exchange, board = Exchange(db, Streams(), FaultBoard()), CodeBoard(rotation)
    phones = PhonesApi(exchange, board)
    pages = Pages(exchange, board)
    app = web.Application(middlewares=guard(host), client_max_size=1024 * 1024)
    app.add_routes(phones.routes())
    app.add_routes(MessagesApi(exchange, phones).routes())
    app.add_routes(FaultsApi(exchange, board).routes())
    app.add_routes(pages.routes())
    app.router.add_static("/static/", Path(__file__).with_name("static"))
    app.on_shutdown.append(pages.close)
    return app
