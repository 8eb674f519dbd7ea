"""What opening a socket to a browser comes to that ends meanwhile."""
import socketserver
import threading

import pytest

from worker.whatsapp.devtools import BrowserGone, DevTools

EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
BROKEN_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n["


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", BROKEN_OFF, EMPTY_LIST])
def test_a_browser_that_ends_while_it_answers_is_gone(answer):
    class Browser(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65536)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Browser) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            with pytest.raises(BrowserGone):
                DevTools(f"127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            serving.join()
