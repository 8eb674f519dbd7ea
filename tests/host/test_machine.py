"""The machines that the host tests boot: what they enforce, and that nothing of them is left behind."""
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from tests.host import image
from tests.host.machine import PROXY, CommandFailed, Machine, remove_orphans
from tests.patience import eventually
from tests.ports import PortLease
from tests.source_tree import ROOT

pytestmark = [pytest.mark.host, pytest.mark.slow, pytest.mark.timeout(1200)]
FOREVER = """
import sys, time
from tests.host.machine import Machine
Machine(sys.argv[1]).up()
print("up", flush=True)
time.sleep(3600)
"""


def transient(*properties):
    """The beginning of a command that runs as a service of its own with these properties."""
    return ["systemd-run", "--quiet", "--pipe", "--wait", *(f"--property={each}" for each in properties)]


def traces(name):
    """Whatever there is of a machine: cgroups, mounts and processes."""
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if name in line]
    processes = [found.cmdline() for found in psutil.process_iter() if any(name in word for word in command_of(found))]
    return [*Path("/sys/fs/cgroup").glob(f"*/flowhq-{name}"), *mounts, *processes]


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_everything_that_starts_at_boot_runs(machine):
    assert machine.run("systemctl", "is-system-running", check=False).stdout == "running\n"
    assert machine.run("systemctl", "is-active", "postgresql@15-main", "ssh").stdout == "active\nactive\n"


def test_a_command_runs_as_whom_one_says_and_reads_what_it_is_given(machine):
    done = machine.run("sh", "-c", "id -un; cat", user="postgres", input="as it is\n")

    assert done.stdout == "postgres\nas it is\n"


def test_a_command_that_fails_says_what_it_printed(machine):
    with pytest.raises(CommandFailed, match=r"exit status 3\n.*so it goes"):
        machine.run("sh", "-c", "echo so it goes >&2; exit 3")


def test_a_command_that_takes_too_long_is_ended_with_what_it_started(machine):
    with pytest.raises(CommandFailed, match=r"took over 0.5 s"):
        machine.run("sh", "-c", "sleep 4711; true", timeout=0.5)

    assert machine.run("pgrep", "-fx", "sleep 4711", check=False).stdout == ""


def test_files_are_written_and_copied(machine, tmp_path):
    (tmp_path / "some" / "folder").mkdir(parents=True)
    (tmp_path / "some" / "folder" / "text").write_text("copied")
    machine.put("/srv/put/here", "written", mode="0640", owner="postgres")
    machine.copy(tmp_path / "some", "/srv/copied")

    assert machine.run("stat", "-c", "%a %U", "/srv/put/here").stdout == "640 postgres\n"
    assert machine.run("cat", "/srv/put/here", "/srv/copied/folder/text").stdout == "writtencopied"


def test_a_limit_of_memory_is_real(machine):
    eats = [*transient("MemoryMax=30M", "DynamicUser=yes"), "sh", "-c", "head -c 200M /dev/zero | tail -c 190M | wc -c"]

    assert machine.run(*eats, check=False).stdout.strip() in {"", "0"}


def test_a_limit_of_tasks_is_real(machine):
    forks = [*transient("TasksMax=20"), "sh", "-c", "for i in $(seq 60); do sleep 5 & done"]

    assert "fork" in machine.run(*forks, check=False).stderr.lower()


def test_a_wall_around_addresses_is_real(machine):
    asks = ["curl", "-sS", "--max-time", "2", "telnet://127.0.0.1:22"]

    assert "SSH" in machine.run(*transient(), *asks, check=False).stdout
    assert machine.run(*transient("IPAddressDeny=any"), *asks, check=False).stdout == ""


def test_its_network_is_its_own(machine, free_port):
    addresses = machine.run("ip", "-brief", "address").stdout

    assert [line.split()[0] for line in addresses.splitlines()] == ["lo"]
    with machine.connect(22) as connection:
        assert connection.recv(4) == b"SSH-"


def test_what_was_written_is_there_after_a_boot(machine):
    machine.put("/srv/kept", "kept")
    started = machine.run("cat", "/proc/sys/kernel/random/boot_id").stdout, machine.leader()
    machine.reboot()

    assert machine.leader() != started[1]
    assert machine.run("cat", "/srv/kept").stdout == "kept"
    assert machine.run("systemctl", "is-system-running", check=False).stdout == "running\n"


def test_nothing_is_left_of_a_machine(can_boot):
    with Machine() as gone:
        assert traces(gone.name)
        directory = gone.directory

    assert traces(gone.name) == []
    assert not directory.exists()


def test_what_a_killed_program_leaves_is_removed_by_the_next(can_boot):
    lost = Machine()
    program = subprocess.Popen([sys.executable, "-c", FOREVER, lost.name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    assert program.stdout.readline() == "up\n"
    supervisor = int((lost.directory / "supervisor").read_text().split()[0])
    leader = lost.leader()
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()

    # The kernel ends every process and mount with the program; files and empty cgroups wait for the next.
    eventually(lambda: not psutil.pid_exists(supervisor) and not psutil.pid_exists(leader), "its processes end")
    remove_orphans()
    assert traces(lost.name) == []
    assert not lost.directory.exists()


def test_a_machine_whose_owner_lives_is_left_alone(machine):
    remove_orphans()

    assert machine.run("true").returncode == 0


def test_an_image_is_built_once_however_many_ask(monkeypatch, tmp_path):
    monkeypatch.setattr(image, "CACHE", tmp_path / "cache")
    built, both = [], threading.Barrier(2)

    def build(root):
        built.append(root)
        root.mkdir()
        (root / "file").touch()

    def ask(_):
        both.wait(60)
        return image.cached("test", "recipe", build)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(ask, range(2))

    assert first == second
    assert (first / "file").exists()
    assert len(built) == 1


def test_an_image_that_was_not_finished_is_built_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(image, "CACHE", tmp_path / "cache")

    def fail(root):
        root.mkdir()
        raise RuntimeError("no such mirror")

    with pytest.raises(RuntimeError, match="no such mirror"):
        image.cached("test", "recipe", fail)
    made = image.cached("test", "recipe", Path.mkdir)

    assert list(made.iterdir()) == []
    assert sorted(path.name for path in made.parent.iterdir()) == [made.name, f"{made.name}.lock"]


def test_what_nobody_has_asked_for_lately_is_forgotten(monkeypatch, tmp_path):
    monkeypatch.setattr(image, "CACHE", tmp_path / "cache")
    old, other = image.cached("test", "old", Path.mkdir), image.cached("other", "old", Path.mkdir)
    for path in (old, other):
        os.utime(path.with_suffix(".lock"), (0, 0))

    new = image.cached("test", "new", Path.mkdir)

    assert sorted(new.parent.iterdir()) == sorted([new, new.with_suffix(".lock"), other, other.with_suffix(".lock")])


def test_somebody_who_is_not_root_reads_what_is_needed(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert "run them as root" in image.what_is_missing()


def test_a_missing_program_is_named_by_its_package(monkeypatch):
    monkeypatch.setattr(image.shutil, "which", lambda program: None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert "apt-get install --no-install-recommends mmdebstrap systemd-container" in image.what_is_missing()


@pytest.fixture
def page():
    """The address of a page that is served out here."""
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802 - http.server's name
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from out here")

        def log_message(self, *parts):
            """Nothing."""

    with PortLease() as port, ThreadingHTTPServer(("127.0.0.1", port), Page) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield f"http://127.0.0.1:{port}/page"
        server.shutdown()
        serving.join()


def test_a_machine_with_a_way_out_reaches_servers_out_here_also_after_a_boot(can_boot, page):
    asks = ("curl", "-sS", "--proxy", PROXY, page)
    with Machine(has_way_out=True) as machine:
        eventually(lambda: machine.run(*asks, check=False).stdout == "from out here", "the page has come")
        machine.reboot()
        eventually(lambda: machine.run(*asks, check=False).stdout == "from out here", "it has come again")
