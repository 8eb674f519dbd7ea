"""READY, WATCHDOG and STATUS to systemd, by its datagram protocol (sd_notify(3)); silent where there is no systemd."""
import contextlib
import os
import socket


class Notifier:
    """The service manager's ear, at the address systemd put into NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        """An empty address means nobody listens."""
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """The service is up."""
        self.tell(f"READY=1\nMAINPID={os.getpid()}\nSTATUS={status}")

    def status(self, status: str) -> None:
        """What it does now; after its end, why it ended."""
        self.tell(f"STATUS={status}")

    def stopping(self) -> None:
        """The service ends on request."""
        self.tell("STOPPING=1\nSTATUS=stopping")

    def tell(self, message: str) -> None:
        """Send lines as sd_notify(3) knows them."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.sendto(message.replace("\r", " ").encode(), self._address)
