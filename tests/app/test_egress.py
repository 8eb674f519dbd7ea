"""The proxy over a real socket, to a server of the test's own: what is on the list is reached, the rest is not."""
import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import pytest

from app import egress
from app.commands.egress import rules_of
from app.egress import FAILED, NOT_ALLOWED, NOT_SUPPORTED, SUCCEEDED, UNREACHABLE, Rules, serve
from app.settings import Settings

GREETING = b"\x05\x01\x00"


@pytest.mark.parametrize(("host", "port", "allowed"), [
    ("web.whatsapp.com", 443, True), ("WEB.whatsapp.com.", 443, True), ("mmg.whatsapp.net", 443, True),
    ("web.whatsapp.com", 5222, True), ("web.whatsapp.com", 22, False), ("whatsapp.com.evil.example", 443, False),
    ("evilwhatsapp.com", 443, False), ("127.0.0.1", 5432, False), ("localhost", 443, False), ("", 443, False),
    ("169.254.169.254", 80, False), ("::1", 443, False), ("web.whatsapp.com", 80, False),
])
def test_whatsapp_may_be_asked_for_and_nothing_else(host, port, allowed):
    assert rules_of(Settings(whatsapp_url="https://web.whatsapp.com/")).allow(host, port) == allowed


def test_the_page_that_is_opened_may_be_asked_for_wherever_it_is():
    rules = rules_of(Settings(whatsapp_url="http://127.0.0.1:8070/"))
    assert rules.allow("127.0.0.1", 8070)
    assert not rules.allow("127.0.0.1", 8071)


def by_name(host: str, port: int) -> bytes:
    return b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big")


def by_address(address: str, port: int) -> bytes:
    return b"\x05\x01\x00\x01" + socket.inet_aton(address) + port.to_bytes(2, "big")


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Any]


def through(tmp_path, talk: Talk, rules: Callable[[int], Rules], far: Any = echo) -> Any:
    """What `talk` brings back over a connection to the proxy; it gets the port of a server that says all again."""
    async def play() -> Any:
        server = await asyncio.start_server(far, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready = asyncio.Event()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(tmp_path / "egress"))
            listener.listen()
            serving = asyncio.create_task(serve(listener, rules(port), ready.set))
            await ready.wait()
            reader, writer = await asyncio.open_unix_connection(str(tmp_path / "egress"))
            try:
                return await asyncio.wait_for(talk(reader, writer, port), 60)
            finally:
                writer.close()
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
                server.close()
    return asyncio.run(play())


def named(port: int) -> Rules:
    return Rules((), frozenset(), frozenset({("127.0.0.1", port), ("localhost", port)}))


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(GREETING + request)
    assert await reader.readexactly(2) == b"\x05\x00"
    return (await reader.readexactly(10))[1]


@pytest.mark.parametrize("make", [lambda port: by_name("localhost", port), lambda port: by_address("127.0.0.1", port)])
def test_what_is_on_the_list_is_reached_and_carried_both_ways(tmp_path, make):
    async def talk(reader, writer, port):
        assert await ask(reader, writer, make(port)) == SUCCEEDED
        writer.write(b"x" * 500_000)
        writer.write_eof()
        return await reader.read(-1)

    assert through(tmp_path, talk, named) == b"x" * 500_000


@pytest.mark.parametrize(("make", "code"), [
    (lambda port: by_address("127.0.0.1", port + 1), NOT_ALLOWED),
    (lambda port: by_name("evil.example", port), NOT_ALLOWED),
    (lambda port: by_name("localhost", port).replace(b"\x05\x01", b"\x05\x02", 1), NOT_SUPPORTED),
    (lambda _: b"\x05\x01\x00\x09", NOT_SUPPORTED),
])
def test_what_is_not_on_the_list_is_refused(tmp_path, make, code):
    async def talk(reader, writer, port):
        return await ask(reader, writer, make(port)), await reader.read(-1)

    assert through(tmp_path, talk, named) == (code, b"")


def test_a_name_on_the_list_that_leads_to_this_machine_is_not_followed(tmp_path):
    async def talk(reader, writer, port):
        return await ask(reader, writer, by_name("localhost", port))

    assert through(tmp_path, talk, lambda port: Rules(("local*",), frozenset({port}))) == UNREACHABLE


def test_whoever_speaks_something_else_is_turned_away(tmp_path):
    async def talk(reader, writer, _):
        writer.write(b"\x04\x01" + b"x" * 300)
        return (await reader.read(-1))[1]

    assert through(tmp_path, talk, named) == FAILED


def test_a_far_end_that_does_not_notice_is_left_once_the_browser_has_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(egress, "HALF_CLOSED_S", 0.1)
    left = []

    async def heedless(reader, writer):
        await reader.read(-1)
        with contextlib.suppress(OSError):
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        left.append(True)

    async def talk(reader, writer, port):
        assert await ask(reader, writer, by_name("localhost", port)) == SUCCEEDED
        writer.close()
        while not left:
            await asyncio.sleep(0.01)
        return left

    assert through(tmp_path, talk, named, heedless) == [True]
