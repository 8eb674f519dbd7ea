"""The way out of a machine that has no network: an HTTP proxy out here whose port is in there.

Runs beside the machine's process 1, in the process namespace of its supervisor, and therefore ends with it.
"""
import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.host.network import in_network_of, is_process_1

PORT = 3128
HEAD_BYTES, CHUNK = 65536, 65536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def serve_boot_after_boot() -> None:
    """Serve the machine's process 1, and the next one after a boot."""
    while True:
        processes = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
        for leader in filter(lambda pid: is_process_1(pid, 1), processes):
            await _serve(leader)
        await asyncio.sleep(0.05)


async def _serve(leader: int) -> None:
    try:
        listener = in_network_of(leader, lambda: socket.create_server(("127.0.0.1", PORT)))
    except OSError:
        return  # its network is not up yet, or it has just ended
    async with await asyncio.start_server(_pass_on, sock=listener, limit=HEAD_BYTES):
        while Path(f"/proc/{leader}").exists():
            await asyncio.sleep(0.2)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ValueError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
        if method == "CONNECT":
            there = await asyncio.open_connection(*target.rsplit(":", 1))
            writer.write(b"HTTP/1.1 200 Go on\r\n\r\n")
        else:
            address = urlsplit(target)
            there = await asyncio.open_connection(address.hostname, address.port or 80)
            path = address._replace(scheme="", netloc="").geturl() or "/"
            kept = [line for line in lines if not line.lower().startswith(("connection:", "proxy-"))]
            there[1].write("\r\n".join([f"{method} {path} {version}", "Connection: close", *kept]).encode("latin-1"))
        await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
    writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
    with suppress(OSError):
        sink.write_eof()


if __name__ == "__main__":
    os.chdir("/")
    asyncio.run(serve_boot_after_boot())
