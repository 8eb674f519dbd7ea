"""`python -m worker.sandbox`: serve the sandbox until a signal ends it."""
import argparse
import asyncio
import fcntl
import logging
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from aiohttp import web

from worker.sandbox.codes import Rotation
from worker.sandbox.schema import open_store
from worker.sandbox.server import create_app


class CannotStart(Exception):
    """The sandbox cannot start; the message says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; returns the exit code, 2 where it cannot start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        with _held(options.state_dir), closing(open_store(options.state_dir / "sandbox.db")) as db:
            asyncio.run(_serve(options, db))
    except CannotStart as error:
        return _say(str(error))
    except (OSError, sqlite3.Error) as error:
        return _say(f"The state directory {options.state_dir} cannot be used: {error}.")
    return 0


@contextmanager
def _held(state_dir: Path) -> Iterator[None]:
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Another sandbox runs on the state directory {state_dir}: end it, or choose another "
                              "directory with --state-dir.") from None
        yield


def _say(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


async def _serve(options: argparse.Namespace, db: sqlite3.Connection) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    app = create_app(db, Rotation(options.qr_seconds, options.qr_codes), options.host)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        await _listen(runner, options.host, options.port)
        port = runner.addresses[0][1]
        sys.stdout.write(f"The sandbox listens on http://{options.host}:{port}/ (phones: /phones, API: /api)\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        with suppress(TimeoutError):
            await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotStart(f"Cannot listen on {host}:{port} ({error.strerror}): is another sandbox running? Choose a "
                          "port with --port.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker.sandbox", description=__doc__)
    parser.add_argument("--port", type=_port, default=8070, help="8070 unless given; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state-dir", type=Path, default=Path("var/sandbox"))
    parser.add_argument("--qr-seconds", type=_seconds, default=Rotation().seconds, metavar="60,20",
                        help="the life of the first QR code and of each further one")
    parser.add_argument("--qr-codes", type=_positive, default=Rotation().codes, metavar="6",
                        help="how many codes a page shows before it goes idle")
    return parser


def _seconds(text: str) -> tuple[float, ...]:
    seconds = tuple(float(part) for part in text.split(","))
    if min(seconds) <= 0:
        raise ValueError(text)
    return seconds


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _port(text: str) -> int:
    if not 0 <= int(text) < 65536:
        raise ValueError(text)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
