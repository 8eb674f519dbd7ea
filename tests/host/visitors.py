"""People at the web pages of a machine who go on opening them, whatever is done to it; what fails is written down."""
import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.host.machine import Machine

PAUSE_S, PATIENCE_S = 0.2, 30.0


@dataclass
class Visitors:
    """So many who open a page, each again and again."""

    machine: Machine
    name: str
    count: int = 3
    path: str = "/sign-in"
    served: int = 0
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def visiting(self) -> Iterator[None]:
        """They visit meanwhile."""
        enough = threading.Event()
        threads = [threading.Thread(target=self._visit, args=(enough,)) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            enough.set()
            for thread in threads:
                thread.join()

    def _visit(self, enough: threading.Event) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        while not enough.wait(PAUSE_S):
            try:
                status = self._open(context)
            except (OSError, http.client.HTTPException) as error:
                status = repr(error)
            if status == "200":
                self.served += 1
            else:
                self.failures.append(status)

    def _open(self, context: ssl.SSLContext) -> str:
        with (self.machine.connect(443, PATIENCE_S) as plain,
              context.wrap_socket(plain, server_hostname=self.name) as channel):
            connection = http.client.HTTPSConnection(self.name, context=context)
            connection.sock = channel
            connection.request("GET", self.path)
            answer = connection.getresponse()
            answer.read()
            return str(answer.status)
