"""The workers' only way to the world: a SOCKS 5 proxy that reaches WhatsApp, and nothing else.

A worker's browser is the one part of the platform that runs what strangers wrote. It has no network of its own; it asks
here, by name, and what is not on the list, or leads to a private address, is refused.
"""
import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from app.logs import get_logger

VERSION, CONNECT, BY_IPV4, BY_NAME, BY_IPV6 = 5, 1, 1, 3, 4
NO_AUTHENTICATION = b"\x05\x00"
SUCCEEDED, FAILED, NOT_ALLOWED, UNREACHABLE, NOT_SUPPORTED = 0, 1, 2, 4, 7
GREETING_S, CONNECT_S, HALF_CLOSED_S = 10.0, 15.0, 5.0
CHUNK = 65536

log = get_logger(__name__)
Address = tuple[str, int]


class Refused(Exception):
    """A request that is not carried out; `code` is SOCKS's word for why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """What may be reached: patterns of names with their ports, and places that are named outright."""

    names: Sequence[str]
    ports: frozenset[int]
    places: frozenset[Address] = frozenset()

    def allow(self, host: str, port: int) -> bool:
        """Whether a worker may ask for this host and port."""
        name = host.lower().rstrip(".")
        return (name, port) in self.places or (
            port in self.ports and any(fnmatchcase(name, pattern) for pattern in self.names))

    def is_named(self, host: str, port: int) -> bool:
        """Whether the place is named outright, and may therefore be private."""
        return (host.lower().rstrip("."), port) in self.places


async def serve(listener: socket.socket, rules: Rules, on_ready: Callable[[], None]) -> None:
    """Serve the listening socket until cancelled."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            await _carry(reader, writer, rules)
        writer.close()

    server = await asyncio.start_unix_server(carry, sock=listener)
    on_ready()
    async with server:
        await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rules: Rules) -> None:
    host, port = "", 0
    try:
        host, port = await asyncio.wait_for(_greet(reader, writer), GREETING_S)
        far_reader, far_writer = await _connect(host, port, rules)
    except Refused as refusal:
        log.warning("egress_refused", host=host, port=port, why=str(refusal))
        writer.write(_answer(refusal.code))
        return
    writer.write(_answer(SUCCEEDED))
    try:
        await _exchange(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        far_writer.close()


async def _exchange(*pumps: Coroutine[Any, Any, None]) -> None:
    """Run both ways; once one has ended the other gets a while, for the far end may not notice that nobody listens."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(tasks, timeout=HALF_CLOSED_S)
    finally:
        for task in tasks:
            task.cancel()


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Address:
    """Read the greeting and the request; returns where it wants to go."""
    version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    if version != VERSION:
        raise Refused(FAILED, "not SOCKS 5")
    writer.write(NO_AUTHENTICATION)
    _, command, _, kind = await reader.readexactly(4)
    host = await _read_host(reader, kind)
    port = int.from_bytes(await reader.readexactly(2), "big")
    if command != CONNECT:
        raise Refused(NOT_SUPPORTED, "only CONNECT is served")
    return host, port


async def _read_host(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == BY_NAME:
        length = (await reader.readexactly(1))[0]
        return (await reader.readexactly(length)).decode("ascii", errors="replace")
    if kind in (BY_IPV4, BY_IPV6):
        return str(ipaddress.ip_address(await reader.readexactly(4 if kind == BY_IPV4 else 16)))
    raise Refused(NOT_SUPPORTED, "an unknown kind of address")


async def _connect(host: str, port: int, rules: Rules) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if not rules.allow(host, port):
        raise Refused(NOT_ALLOWED, "not on the list")
    addresses = await _resolve(host, port)
    if not rules.is_named(host, port):
        addresses = [address for address in addresses if ipaddress.ip_address(address).is_global]
    for address in addresses:
        with contextlib.suppress(OSError, TimeoutError):
            return await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_S)
    raise Refused(UNREACHABLE, "no public address of it answers")


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(address[4][0]) for address in found]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what one side says until it has said all, or the other has gone."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()


def _answer(code: int) -> bytes:
    return bytes((VERSION, code, 0, BY_IPV4, 0, 0, 0, 0, 0, 0))
