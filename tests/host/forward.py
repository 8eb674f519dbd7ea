"""A port of 127.0.0.1 out here that leads to a port or a socket of a machine, for browsers and other clients."""
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.ports import PortLease

CHUNK = 65536


@contextmanager
def forwarded(connect: Callable[[], socket.socket]) -> Iterator[int]:
    """The port; whoever connects to it talks to what `connect` gives for him, for as long as the context lasts."""
    with PortLease() as port, socket.create_server(("127.0.0.1", port)) as listener:
        accepting = threading.Thread(target=pass_on, args=(listener, connect), daemon=True)
        accepting.start()
        yield port
        # close() alone does not wake a thread that waits in accept().
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def pass_on(listener: socket.socket, connect: Callable[[], socket.socket]) -> None:
    """Let whoever connects to the listener talk to what `connect` gives for him, until the listener is shut down."""
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, connect), daemon=True).start()


def _serve(client: socket.socket, connect: Callable[[], socket.socket]) -> None:
    with client:
        try:
            server = connect()
        except (OSError, RuntimeError):
            return  # a machine that boots: the client sees a connection that ends
        with server:
            server.settimeout(None)
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
