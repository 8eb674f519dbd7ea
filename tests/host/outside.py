"""What outlives every machine: a sandbox as WhatsApp, which machines reach at a port of their own."""
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.host.forward import pass_on
from tests.host.installed import SANDBOX_PORT
from tests.host.machine import Machine
from tests.host.network import in_network_of
from tests.patience import eventually
from tests.ports import PortLease
from tests.rig import Api


class Outside:
    """The phones of businesses and customers, whichever machine a business is on."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sandbox = Api(f"http://127.0.0.1:{port}")

    @contextmanager
    def seen_from(self, machine: Machine) -> Iterator[None]:
        """Let the machine reach the sandbox where it would reach one of its own, until the context ends."""
        address = ("127.0.0.1", SANDBOX_PORT)
        with in_network_of(machine.leader(), lambda: socket.create_server(address)) as listener:
            threading.Thread(target=pass_on, args=(listener, self._connect), daemon=True).start()
            yield
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port))


@contextmanager
def outside() -> Iterator[Outside]:
    """A sandbox out here; gone with the context, with all it knew."""
    with ExitStack() as stack:
        port = stack.enter_context(PortLease())
        place = Path(tempfile.mkdtemp(prefix="fhq-outside-"))
        stack.callback(shutil.rmtree, place)
        command = [sys.executable, "-m", "worker.sandbox", "--port", str(port), "--state-dir", str(place)]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        stack.callback(process.wait)
        stack.callback(process.kill)
        found = Outside(port)
        eventually(found.sandbox.is_up, "the sandbox answers")
        yield found
