"""An HTTP server of the tests' own that keeps what is posted to it."""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Keeps path, body and headers of each POST; /redirect sends elsewhere, /silent says nothing until it ends."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes, Any]] = []
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"

    def end(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, body, self.headers))
        if self.path == "/silent":
            self.server.released.wait(60)
        self.send_response(307 if self.path == "/redirect" else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
