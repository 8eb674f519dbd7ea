"""TCP ports of this machine: refuse a taken one before a program fails on it in its own words."""
import socket

from app.errors import Conflict


def require_free(port: int, what: str, variable: str) -> None:
    """Raise Conflict where something already listens on the port that `what` is to use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Conflict(f"Port {port}, which {what} needs, cannot be had ({error.strerror}): "
                           f"stop what uses it, or set {variable} to another port.") from None
