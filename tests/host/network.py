"""Entering the network of a machine."""
import ctypes
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
T = TypeVar("T")


def in_network_of(pid: int, act: Callable[[], T]) -> T:
    """What `act` answers when it runs in the network of another process; a socket made there stays there.

    Raises OSError where that process has no network of its own: a machine gets one a moment after its process 1.
    """
    if Path(f"/proc/{pid}/ns/net").stat().st_ino == Path("/proc/self/ns/net").stat().st_ino:
        raise OSError(errno.ENETDOWN, "the machine has no network of its own yet")
    with ThreadPoolExecutor(max_workers=1) as thread, Path(f"/proc/{pid}/ns/net").open() as namespace:
        thread.submit(_enter_network, namespace.fileno()).result()
        return thread.submit(act).result()


def is_process_1(pid: int, depth: int) -> bool:
    """Whether the process is the first of a process namespace so many below that of /proc; a browser has such too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
    return len(numbers) == depth + 1 and numbers[-1] == "1"


def _enter_network(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "the machine's network cannot be entered")
