"""Become the given command, tied to the life of the parent: python -S lifeline.py PARENT_PID MARK COMMAND…

When the parent dies, by kill -9 too, the kernel sends SIGTERM to the command, which then ends itself and its browser.
MARK stands in the environment of the command and of everything it starts, so that what is left of it can be found.
A script of its own, since code between fork and exec in a process with threads may hang.
"""
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
MARK_VARIABLE = "FLOWHQ_SUPERVISED"


def main(arguments: list[str]) -> None:
    """Ask for the signal, make sure that the parent did not die before, and run the command in place of ourselves."""
    parent, mark, *command = arguments
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != int(parent):
        sys.exit("The parent process is gone.")
    os.putenv(MARK_VARIABLE, mark)
    os.execvp(command[0], command)  # noqa: S606 - the list comes from our own supervisor, no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
