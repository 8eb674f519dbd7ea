"""What somebody tries who has taken over a tenant's worker. Runs in that worker's unit, in place of the worker.

    intruder.py FACTS RESULTS

FACTS says where the victim is; RESULTS gets one line of JSON for each try. Needs Python, psycopg2 and attacks_sql.py
in tests/ beside it, and knows nothing of Flow HQ.
"""
import ctypes
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import psycopg2

from tests import attacks_sql

LIMIT_S = 20.0
DATABASE = "postgresql:///{}?host=/run/postgresql{}"
Try = tuple[str, str, Callable[[], Any]]
libc = ctypes.CDLL(None, use_errno=True)


class Nothing(Exception):
    """It was not refused, and there was nothing."""


def files(facts: dict[str, Any]) -> Iterator[Try]:
    """Other people's files and the system's, by reading, writing and running them."""
    victim, pid = facts["victim"], facts["victim_pid"]
    for path in (
        f"/var/lib/flowhq/{victim}", f"/var/lib/private/flowhq/{victim}/profile",
        f"/run/flowhq-worker/{victim}", "/var/lib/flowhq-platform", "/var/lib/postgresql/15/main", "/etc/flowhq",
        "/etc/flowhq/secrets.env", "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key",
        "/etc/postgresql/15/main/pg_hba.conf", "/root", "/run/credentials", "/dev/kmsg", "/dev/mem", "/proc/kcore",
        "/sys/kernel/debug", "/boot",
    ):
        yield "files", f"read {path}", partial(read, path)
    yield "files", "list other tenants' directories", other_directories
    yield "journald", "read the journal's files", read_journals
    for place in ("environ", "cmdline", "status", "maps", "root", "cwd", "fd", "mem"):
        yield "processes", f"read the victim's /proc/…/{place}", partial(read, f"/proc/{pid}/{place}")
    yield "processes", "read /proc/1/environ", lambda: read("/proc/1/environ")
    yield "processes", "see anybody else's process", other_processes
    for path in ("/usr/x", "/etc/x", "/opt/flowhq/x", "/var/lib/x", "/var/lib/flowhq/x", "/run/x", "/dev/shm/x",
                 "/srv/x", "/home/x", "/boot/x", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
                 "/proc/sys/vm/drop_caches"):
        yield "files", f"write {path}", partial(write, path)
    yield "powers", "be the last whom the kernel kills", lambda: Path("/proc/self/oom_score_adj").write_text("-1000")
    yield "files", "lift its own limits in /sys/fs/cgroup", write_cgroups
    yield "files", "run a program it wrote", run_own_program
    yield "files", "make a device", lambda: os.mknod("sda", 0o60666, os.makedev(8, 0))
    yield "files", "give a program of its own to root's id", own_as_root


def commands(facts: dict[str, Any]) -> Iterator[Try]:
    """The machine's own programs."""
    unit, pid = f"flowhq-worker@{facts['victim']}.service", facts["victim_pid"]
    for topic, line in (
        ("systemctl", f"systemctl stop {unit}"), ("systemctl", f"systemctl kill {unit}"),
        ("systemctl", f"systemctl restart {unit}"), ("systemctl", f"systemctl status {unit}"),
        ("systemctl", f"systemctl show {unit}"), ("systemctl", "systemctl list-units"),
        ("systemctl", f"systemctl set-property {unit} MemoryMax=1M"), ("systemctl", "systemctl daemon-reload"),
        ("systemctl", "systemd-run --wait id"), ("systemctl", "systemctl reboot"), ("systemctl", "reboot -f"),
        ("D-Bus", "busctl list"), ("D-Bus", "busctl tree org.freedesktop.systemd1"),
        ("D-Bus", "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "
                  f"StopUnit ss {unit} replace"),
        ("D-Bus", "hostnamectl set-hostname mine"), ("D-Bus", "timedatectl set-time 2000-01-01"),
        ("D-Bus", "loginctl list-sessions"),
        ("journald", f"journalctl --quiet -u {unit} -n 5"), ("journald", "journalctl --quiet -n 5"),
        ("journald", "journalctl --vacuum-time=1s"), ("journald", "dmesg"),
        ("powers", "sudo -n id"), ("powers", "su -c id"), ("powers", "pkexec id"), ("powers", "mount -t tmpfs x /mnt"),
        ("powers", "umount /proc"), ("powers", "chroot / id"), ("powers", "runuser -u postgres id"),
        ("namespaces", f"nsenter -t {pid} -n id"), ("namespaces", f"nsenter -t {pid} -m id"),
        ("namespaces", f"nsenter -t {pid} -U id"), ("namespaces", "unshare --mount id"),
        ("namespaces", "unshare --user --map-root-user --mount id"), ("namespaces", "unshare --uts id"),
        ("namespaces", "unshare --user --map-root-user --cgroup id"),
        ("network", "ip link add x type dummy"), ("network", "ip addr add 10.9.9.9/8 dev lo"),
        ("network", "nft list ruleset"), ("processes", f"kill -9 {pid}"), ("processes", f"kill -STOP {pid}"),
        ("processes", f"renice 19 -p {pid}"), ("processes", f"taskset -p 1 {pid}"),
        ("processes", f"ionice -c3 -p {pid}"),
        ("processes", f"prlimit --pid {pid} --nofile=1"),
    ):
        if shutil.which(line.split()[0]):
            yield topic, line.replace(str(pid), "PID"), partial(run, line)


def calls(facts: dict[str, Any]) -> Iterator[Try]:
    """System calls that the kernel would answer."""
    pid, uid = facts["victim_pid"], facts["victim_uid"]
    for goal, number, arguments in (
        ("ptrace the victim", 101, (16, pid, 0, 0)),
        ("compare itself with the victim", 312, (os.getpid(), pid, 0, 0, 0)), ("move the victim's pages", 279,
                                                                              (pid, 0, 0, 0, 0, 0)),
        ("be root", 105, (0,)), ("be the victim", 105, (uid,)), ("be in root's group", 106, (0,)),
        ("load a kernel module", 175, (0, 0, 0)), ("load another kernel", 246, (0, 0, 0, 0)),
        ("load a BPF program", 321, (5, 0, 0)), ("watch the kernel's counters", 298, (0, 0, -1, -1, 0)),
        ("open a file by its handle", 304, (-100, 0, 0)), ("use io_uring", 425, (1, 0)),
        ("handle faults of memory", 323, (0,)), ("watch all file systems", 300, (0, 0)), ("set the clock", 164, (0, 0)),
        ("set the host's name", 170, (b"mine", 4)), ("switch swap on", 167, (b"/x", 0)),
        ("write accounts of processes", 163, (b"/x",)), ("use quotas", 179, (0, 0, 0, 0)),
        ("use the keyring", 250, (0, -3, 1)), ("use ports of the processor", 172, (3,)), ("reboot", 169, (0, 0, 0, 0)),
        ("join another's namespace", 308, (0, 0)), ("be scheduled before all others", 144, (0, 1, 0)),
    ):
        yield "system calls", goal, partial(call, number, *arguments)
    yield "system calls", "read the victim's memory", lambda: read_memory(pid)
    for goal, family in (("packets", 17), ("the kernel's cryptography", 38), ("Bluetooth", 31), ("other machines", 40)):
        yield "sockets", f"open a socket for {goal}", partial(socket.socket, family, socket.SOCK_RAW)
    yield "sockets", "open a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)


def connections(facts: dict[str, Any]) -> Iterator[Try]:
    """Everything that listens on the machine, directly and through the one way out."""
    for path in ("/run/dbus/system_bus_socket", "/run/systemd/private", "/run/flowhq/web.sock", "/run/udev/control",
                 "/run/systemd/journal/io.systemd.journal", "/run/systemd/io.system.ManagedOOM", "/run/user/0/bus"):
        yield "sockets", f"connect to {path}", partial(connect_unix, path)
    for what, port in facts["ports"].items():
        yield "network", f"connect to {what}", partial(socket.create_connection, ("127.0.0.1", port), 3)
        for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "2130706433", "127.1"):  # noqa: S104
            yield "network", f"reach {what} through the egress as {host}", partial(reach, host, port)
    for host, port in (("169.254.169.254", 80), ("10.0.0.1", 80), ("192.168.0.1", 443), ("1.1.1.1", 443),
                       ("example.com", 443), ("web.whatsapp.com", 22), ("web.whatsapp.com.example.com", 443)):
        yield "network", f"reach {host}:{port} through the egress", partial(reach, host, port)
    yield "network", "reach the internet directly", lambda: socket.create_connection(("1.1.1.1", 443), 3)
    for role in (f"fhq-{facts['victim']}", "flowhq", "flowhq_owner", "postgres", "flowhq_workers"):
        yield "SQL", f"sign in as {role}", partial(psycopg2.connect, DATABASE.format("flowhq", f"&user={role}"))
    for name in ("postgres", "template1"):
        yield "SQL", f"sign in to the database {name}", partial(psycopg2.connect, DATABASE.format(name, ""))
    yield "credentials", "find a secret in its environment", secrets_here


def read(path: str) -> Any:
    place = Path(path)
    if place.is_dir():
        return [str(one) for one in place.iterdir()] or nothing("it is empty")
    with place.open("rb") as file:
        return file.read(40) or nothing("it is empty")


def read_journals() -> Any:
    files = [path for top in ("/var/log/journal", "/run/log/journal") for path in Path(top).rglob("*.journal")]
    return [read(str(path)) for path in files] or nothing("none is to be seen")


def other_directories() -> list[str]:
    places = (Path("/var/lib/private/flowhq"), Path("/run/private/flowhq-worker"))
    seen = [path for place in places if place.is_dir() for path in place.iterdir()]
    return [str(path) for path in seen if path.name != Path.cwd().name] or nothing("only its own is to be seen")


def write(path: str) -> Any:
    return os.write(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), b"0")


def other_processes() -> list[str]:
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    others = [str(path) for path in processes if path.stat().st_uid != os.getuid()]
    return others or nothing("only its own are to be seen")


def write_cgroups() -> Any:
    limits = [path for name in ("memory.max", "memory.limit_in_bytes", "pids.max", "cgroup.procs")
              for path in Path("/sys/fs/cgroup").rglob(name)]
    for path in limits:
        if os.access(path, os.W_OK):
            return path
    raise PermissionError(f"{len(limits)} files, none of which it may write")


def run_own_program() -> Any:
    shutil.copy("/bin/true", "mine")
    Path("mine").chmod(0o700)
    return run("./mine")


def own_as_root() -> Any:
    Path("own").touch()
    Path("own").chmod(0o4755)
    return "done"


def run(line: str) -> Any:
    done = subprocess.run(line.split(), capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                          check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise PermissionError(said[-1])
    return done.stdout.strip() or (nothing("no output") if line.startswith(("journalctl", "busctl")) else "done")


def call(number: int, *arguments: Any) -> Any:
    given = [ctypes.c_long(one) if isinstance(one, int) else ctypes.c_char_p(one) for one in arguments]
    if libc.syscall(ctypes.c_long(number), *given) == -1:
        code = ctypes.get_errno()
        if code in (errno.EFAULT, errno.EINVAL, errno.EBADF):
            return f"the kernel looked at what was asked: {os.strerror(code)}"
        raise OSError(code, os.strerror(code))
    return "done"


def read_memory(pid: int) -> Any:
    buffer = ctypes.create_string_buffer(8)
    vectors = (ctypes.c_void_p * 4)(ctypes.addressof(buffer), 8, 0x400000, 8)
    return call(310, pid, ctypes.addressof(vectors), 1, ctypes.addressof(vectors) + 16, 1, 0)


def connect_unix(path: str) -> Any:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
    return "connected"


def reach(host: str, port: int) -> Any:
    with socket.create_connection(("127.0.0.1", 1080), 10) as connection:
        connection.sendall(b"\x05\x01\x00")
        connection.recv(2)
        connection.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
        answer = connection.recv(10)
    if answer[1:2] != b"\x00":
        raise PermissionError({2: "not allowed", 4: "unreachable"}.get(answer[1] if answer else 0, "refused"))
    return "connected"


def secrets_here() -> Any:
    found = [name for name in os.environ if any(word in name for word in ("SECRET", "PASSWORD", "TOKEN", "SMTP"))]
    return found or nothing("there is none")


def nothing(why: str) -> Any:
    raise Nothing(why)


def forge(facts: dict[str, Any]) -> None:
    """Speak to systemd and the journal as if it were the victim; whether they believe it shows outside."""
    unit = f"flowhq-worker@{facts['victim']}.service"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        if address := os.environ.get("NOTIFY_SOCKET"):
            speaker.sendto(f"STATUS=forged\nMAINPID={facts['victim_pid']}".encode(), address)
        speaker.sendto(f"MESSAGE=forged line\nTENANT={facts['victim']}\n_SYSTEMD_UNIT={unit}\nUNIT={unit}\n"
                       f"OBJECT_SYSTEMD_UNIT={unit}\nOBJECT_PID={facts['victim_pid']}\n".encode(),
                       "/run/systemd/journal/socket")
    Path("/tmp/trace").write_text("forged")  # noqa: S108
    Path("/var/tmp/trace").write_text("forged")  # noqa: S108


def settle(attempt: Callable[[], Any], pipe: Any) -> None:
    """Make one try, in a process of its own: some of them end the process."""
    try:
        pipe.send(("got", repr(attempt())[:300]))
    except Nothing as nothing:
        pipe.send(("empty", str(nothing)))
    except BaseException as error:  # noqa: BLE001  whatever it is, it was no success
        pipe.send(("refused", f"{type(error).__name__}: {error}"[:300]))


def outcome(attempt: Callable[[], Any]) -> tuple[str, str]:
    here, there = (context := get_context("fork")).Pipe(duplex=False)
    child = context.Process(target=settle, args=(attempt, there))
    child.start()
    there.close()
    try:
        verdict, said = here.recv() if here.poll(LIMIT_S) else ("refused", f"no answer within {LIMIT_S:g} s")
    except EOFError:
        child.join()
        verdict, said = "refused", f"ended by {signal.Signals(-(child.exitcode or 0)).name}"
    child.kill()
    child.join()
    return verdict, said


def statements(facts: dict[str, Any]) -> Iterator[dict[str, str]]:
    url = DATABASE.format("flowhq", "")
    for attack in attacks_sql.ATTACKS:
        seen, said = attacks_sql.attempt(url, attacks_sql.aimed(attack, facts["rows"]))
        yield {"topic": "SQL", "goal": attack.goal, "verdict": str(seen or "got"), "said": said}


def main(facts_file: str, results_file: str) -> None:
    facts = json.loads(Path(facts_file).read_text())
    with Path(results_file).open("w") as results:
        for kind in (files, commands, calls, connections):
            for topic, goal, attempt in kind(facts):
                verdict, said = outcome(attempt)
                print(json.dumps({"topic": topic, "goal": goal, "verdict": verdict, "said": said}), file=results)
        for line in statements(facts):
            print(json.dumps(line), file=results)
        forge(facts)
        print(json.dumps({"topic": "end", "goal": "", "verdict": "", "said": ""}), file=results)
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
