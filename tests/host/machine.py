"""Disposable booted Debian 12 machines: real systemd, real limits, a network of their own.

    with Machine() as machine:
        machine.run("systemctl", "is-system-running")

By hand, as root, from the top of the tree:

    python -m tests.host.machine up NAME            boot one (the first time builds the image: some minutes); with
                                                    --way-out after it, apt and pip reach their servers from there
    python -m tests.host.machine exec NAME CMD...   run a command in it, as root
    python -m tests.host.machine reboot NAME        shut it down and boot it again
    python -m tests.host.machine log NAME           print what it said on its console
    python -m tests.host.machine down NAME          end it, and remove everything of it

A machine is a directory, and processes in namespaces of their own. One that a program booted ends when that program
does, whatever ends it; its directory is then removed by the next who boots one.
"""
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from tests.host.gate import PORT as GATE_PORT
from tests.host.image import base_image, cache, locked, what_is_missing
from tests.host.network import in_network_of, is_process_1
from tests.source_tree import ROOT

BOOT_S, HALT_S, COMMAND_S = 120.0, 60.0, 120.0
BOOT = Path(__file__).with_name("boot.sh")
ENVIRONMENT = ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "TERM=dumb")
PROXY = f"http://127.0.0.1:{GATE_PORT}"
GATE_FILES = {
    "etc/apt/apt.conf.d/90way-out": f'Acquire::http::Proxy "{PROXY}";\nAcquire::http::Pipeline-Depth "0";\n',
    # What PAM gives to whoever comes by ssh or sudo.
    "etc/environment": "".join(f"{name}={PROXY}\n" for name in ("http_proxy", "https_proxy")) + "no_proxy=127.0.0.1\n",
}
# What timeout(1) says when it had to end a command.
TIMED_OUT = 124


class CommandFailed(Exception):
    """A command in a machine failed; the message has what it printed."""


class Machine:
    """One machine, from an image's directories to nothing.

    `layers` are the directories it boots on, the topmost first (default: the Debian image); `binds` are directories out
    here that it sees, read-only, at a path in there. It has a loopback of its own and no other network; with
    `has_way_out` apt, pip, curl and whatever else heeds a proxy reach the Internet.
    """

    def __init__(self, name: str = "", *, layers: Sequence[Path] = (), binds: Mapping[Path, str] | None = None,
                 has_way_out: bool = False) -> None:
        self.name = name or f"fhq-{secrets.token_hex(4)}"
        self.directory = _machines() / self.name
        self._layers = layers
        self._binds = binds or {}
        self._has_way_out = has_way_out

    def __enter__(self) -> "Machine":
        self.up()
        return self

    def __exit__(self, *error: object) -> None:
        self.down()

    def up(self, *, outlives_us: bool = False) -> None:
        """Boot it and wait until it runs; raises RuntimeError with its log where it does not.

        It ends with the thread that called this, unless `outlives_us`.
        """
        remove_orphans()
        layers = self._layers or [base_image()]
        self._make_directory("" if outlives_us else _identity(os.getpid()))
        try:
            self._start(":".join(map(str, layers)), outlives_us)
            self.wait_until_it_runs()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """End it at once and remove all there is of it; nothing happens where there is no such machine."""
        if supervisor := self._supervisor():
            supervisor.kill()
        _wait_until(lambda: not self._has_processes(), HALT_S, f"{self.name}: its processes do not end")
        for cgroup in self._cgroups():
            for directory in sorted((path for path in cgroup.rglob("*") if path.is_dir()), reverse=True):
                directory.rmdir()
            cgroup.rmdir()
        shutil.rmtree(self.directory, ignore_errors=True)

    def reboot(self) -> None:
        """Shut it down in good order and boot it again; returns when it runs."""
        before = self.leader()
        self.run("systemctl", "reboot", check=False)
        _wait_until(lambda: not psutil.pid_exists(before), HALT_S, f"{self.name} does not shut down")
        self.wait_until_it_runs()

    def wait_until_it_runs(self) -> None:
        """Wait until all that starts at boot has started; raises RuntimeError with its log where it ends instead."""
        _wait_until(self._is_up, BOOT_S, f"{self.name} does not get up", self.log)

    def run(self, *command: str, check: bool = True, input: str | None = None, user: str = "",
            timeout: float = COMMAND_S) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as root or as `user`; raises CommandFailed, also after `timeout` seconds."""
        inside = ["timeout", "--kill-after=5", str(timeout), *command]
        if user:
            inside = ["runuser", "-u", user, "--", *inside]
        done = subprocess.run(self.command(*inside), input=input or "", capture_output=True, text=True, check=False)
        if check and done.returncode:
            why = f"took over {timeout:g} s" if done.returncode == TIMED_OUT else f"exit status {done.returncode}"
            raise CommandFailed(f"{' '.join(command)}: {why}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done

    def command(self, *command: str) -> list[str]:
        """What to run out here so that the command runs in there, as root."""
        return ["nsenter", f"--target={self.leader()}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                "--root", "--wd", "--", "/usr/bin/env", "-i", *ENVIRONMENT, "HOME=/root", *command]

    def put(self, path: str, content: str, *, mode: str = "0644", owner: str = "root") -> None:
        """Write a file, and the directories above it."""
        self.run("install", "-D", "-m", mode, "-o", owner, "/dev/stdin", path, input=content)

    def copy(self, source: Path, destination: str) -> None:
        """Copy a file, or what is in a directory, from out here into the directory `destination`, as root's own."""
        where, what = (source, ".") if source.is_dir() else (source.parent, source.name)
        packed = subprocess.run(["tar", "-C", where, "--owner=0", "--group=0", "-cf", "-", what],
                                capture_output=True, check=True)
        self.run("mkdir", "-p", destination)
        subprocess.run(self.command("tar", "-C", destination, "-xf", "-"), input=packed.stdout, check=True)

    def connect(self, port: int, timeout: float = 30.0) -> socket.socket:
        """A TCP connection from out here to a port of 127.0.0.1 in there."""
        return in_network_of(self.leader(), lambda: socket.create_connection(("127.0.0.1", port), timeout))

    def leader(self) -> int:
        """The process id, out here, of its process 1; raises RuntimeError where it is not running."""
        if supervisor := self._supervisor():
            for process in supervisor.children(recursive=True):
                if is_process_1(process.pid, 2):  # boot.sh has a namespace of its own, and the machine one in there
                    return process.pid
        raise RuntimeError(f"{self.name} is not running\n{self.log()[-3000:]}")

    def log(self) -> str:
        """What it said on its console."""
        console = self.directory / "console.log"
        return console.read_text(errors="replace") if console.exists() else ""

    def _make_directory(self, owner: str) -> None:
        with locked(_machines() / ".lock"):
            try:
                self.directory.mkdir(mode=0o700)
            except FileExistsError:
                raise RuntimeError(f"there is a machine {self.name} already") from None
            (self.directory / "owner").write_text(owner)
        for part in ("upper", "work", "root", "cgroup"):
            (self.directory / part).mkdir(mode=0o755)
        if self._has_way_out:
            for path, content in GATE_FILES.items():
                (self.directory / "upper" / path).parent.mkdir(parents=True, exist_ok=True)
                (self.directory / "upper" / path).write_text(content)

    def _start(self, lower: str, outlives_us: bool) -> None:
        # When this program dies the supervisor does, then its process 1, then the kernel ends all the rest.
        leash = [] if outlives_us else ["setpriv", "--pdeathsig", "KILL"]
        command = [*leash, "unshare", "--mount", "--propagation=private", "--pid", "--kill-child", "--mount-proc",
                   str(BOOT), self.name, str(self.directory), lower, sys.executable if self._has_way_out else "",
                   "--private-network",
                   *(f"--bind-ro={outside}:{inside}" for outside, inside in self._binds.items())]
        with (self.directory / "console.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                                       start_new_session=True)
        (self.directory / "supervisor").write_text(_identity(process.pid))

    def _is_up(self) -> bool:
        if not self._supervisor():
            raise RuntimeError(f"{self.name} ended while it booted:\n{self.log()[-3000:]}")
        try:
            state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        except RuntimeError:
            return False
        return state in {"running", "degraded"}

    def _supervisor(self) -> psutil.Process | None:
        file = self.directory / "supervisor"
        return _identified(file.read_text()) if file.exists() else None

    def _cgroups(self) -> list[Path]:
        places = Path("/sys/fs/cgroup")
        return [*places.glob(f"flowhq-{self.name}"), *places.glob(f"*/flowhq-{self.name}")]

    def _has_processes(self) -> bool:
        return any(procs.read_text() for cgroup in self._cgroups() for procs in cgroup.rglob("cgroup.procs"))


def remove_orphans() -> None:
    """Remove what is left of machines whose owner did not live to do it."""
    for directory in _machines().iterdir():
        with locked(_machines() / ".lock"):
            owner = directory / "owner"
            orphaned = owner.exists() and owner.read_text() and not _identified(owner.read_text())
        if orphaned:
            Machine(directory.name).down()


def _machines() -> Path:
    directory = cache() / "machines"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def _identity(pid: int) -> str:
    """A process by its number and its start: numbers come again."""
    return f"{pid} {psutil.Process(pid).create_time()}"


def _identified(identity: str) -> psutil.Process | None:
    try:
        process = psutil.Process(int(identity.split(maxsplit=1)[0]))
        alive = _identity(process.pid) == identity and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if alive else None


def _wait_until(question: Callable[[], bool], deadline_s: float, otherwise: str, log: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + deadline_s
    while not question():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{otherwise}\n{log()[-3000:]}")
        time.sleep(0.1)


def main(arguments: Sequence[str]) -> None:
    """The command line: see the top of this file."""
    match arguments:
        case ["up", name, *options] if options in ([], ["--way-out"]):
            Machine(name, has_way_out=bool(options)).up(outlives_us=True)
        case ["down", name]:
            Machine(name).down()
        case ["reboot", name]:
            Machine(name).reboot()
        case ["log", name]:
            print(Machine(name).log())
        case ["exec", name, *command] if command:
            os.execvp("nsenter", Machine(name).command(*command))  # noqa: S607 - the PATH's
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    if missing := what_is_missing():
        sys.exit(missing)
    try:
        main(sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))
