"""Lets a signal end the loop's waiting at once."""
import select
import socket


class Bell:
    """Wait for files to become readable, until it rings or time is up."""

    def __init__(self) -> None:
        """It has not been rung."""
        self._heard, self._rung = socket.socketpair()

    def ring(self) -> None:
        """End the waiting; may be called in a signal's handler."""
        self._rung.send(b"x")

    def wait(self, seconds: float, *files: int) -> None:
        """Wait for so long, or until one of the files can be read or it rings."""
        ready, _, _ = select.select([*files, self._heard.fileno()], [], [], seconds)
        if self._heard.fileno() in ready:
            self._heard.recv(64)
