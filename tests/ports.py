"""Ports that no other test takes, not even one of another run on the same machine."""
import random
import socket
from itertools import chain

# Below the range from which the kernel takes ports for outgoing connections.
FIRST, LAST = 20000, 32000


class PortLease:
    """A TCP port of 127.0.0.1 that is this test's until the lease is closed.

    An abstract Unix socket named after the port is the claim: the kernel lets one process hold it, and drops it with
    the process, so that nothing is left behind.
    """

    def __init__(self) -> None:
        self.port, self._claim = _claim_port()

    def __enter__(self) -> int:
        return self.port

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others have the port."""
        self._claim.close()


def _claim_port() -> tuple[int, socket.socket]:
    begin = random.randrange(FIRST, LAST)
    for port in chain(range(begin, LAST), range(FIRST, begin)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0flowhq-test-port-{port}")
        except OSError:
            claim.close()
            continue
        if _is_free(port):
            return port, claim
        claim.close()
    raise RuntimeError(f"no free port between {FIRST} and {LAST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
