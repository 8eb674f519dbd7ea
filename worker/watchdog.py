"""READY, WATCHDOG and STATUS to systemd, by its datagram protocol (sd_notify(3)); silent where there is no systemd."""
import contextlib
import os
import socket


class Watchdog:
    """The service manager's ear, at the address systemd put into NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        """An empty address means nobody listens."""
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """The worker is up."""
        self._tell(f"READY=1\nMAINPID={os.getpid()}\nSTATUS={status}")

    def alive(self, status: str) -> None:
        """The loop still turns."""
        self._tell(f"WATCHDOG=1\nSTATUS={status}")

    def stopping(self) -> None:
        """The worker ends on request."""
        self._tell("STOPPING=1\nSTATUS=stopping")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.sendto(message.replace("\r", " ").encode(), self._address)
