"""Flow HQ on a booted machine, as an operator would have it: wheel, units, PostgreSQL; with a sandbox as WhatsApp.

By hand, as root, from the top of the tree:

    python -m tests.host.installed NAME     boot a machine of this name with Flow HQ; `tests.host.machine` does the rest
"""
import hashlib
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.host.forward import forwarded
from tests.host.image import cached, python_layers, what_is_missing
from tests.host.machine import Machine
from tests.source_tree import ROOT

ADMIN, PASSWORD = "admin@example.com", "a pass phrase of the host test"
SANDBOX_PORT = 8070
WEB_SOCKET = "/run/flowhq/web.sock"
PLACE = "/srv/install"
INSTALL_S = 300.0
ENV = f"""\
FLOWHQ_PRODUCTION=yes
DATABASE_URL=postgresql:///flowhq?host=/run/postgresql
FLOWHQ_BASE_URL=https://flowhq.test
FLOWHQ_STATE_DIR=/var/lib/flowhq-platform
FLOWHQ_WHATSAPP_URL=http://127.0.0.1:{SANDBOX_PORT}/
FLOWHQ_SANDBOX_PORT={SANDBOX_PORT}
FLOWHQ_HEARTBEAT_S=5
FLOWHQ_QUIET_S=0
"""
FILES = {
    "flowhq.env": ENV,
    "pg_hba.conf": "local all postgres peer\nlocal flowhq all peer map=flowhq\n",
    "pg_ident.conf": "flowhq root flowhq_owner\nflowhq flowhq flowhq\nflowhq /^fdb-([a-z0-9-]+)$ fhq-\\1\n",
    "flowhq": """\
#!/bin/sh
set -a
. /etc/flowhq/flowhq.env
[ -r /etc/flowhq/secrets.env ] && . /etc/flowhq/secrets.env
exec /opt/flowhq/bin/flowhq "$@"
""",
    # Its name does not begin with flowhq-: what those units have in common is not for the world outside.
    "sandbox.service": f"""\
[Unit]
Description=A stand-in for WhatsApp, for tests alone

[Service]
Environment=FLOWHQ_SANDBOX_PORT={SANDBOX_PORT} FLOWHQ_STATE_DIR=/var/lib/sandbox
StateDirectory=sandbox
ExecStart=/opt/flowhq/bin/flowhq sandbox

[Install]
WantedBy=multi-user.target
""",
}


@contextmanager
def installed(name: str = "") -> Iterator[Machine]:
    """A booted machine that runs Flow HQ, with an admin's account; gone with the context."""
    with Machine(name, layers=python_layers()) as machine:
        install(machine)
        yield machine


def install(machine: Machine) -> None:
    """Put this tree's Flow HQ on a machine that booted on `python_layers()`, and start it."""
    with tempfile.TemporaryDirectory(prefix="fhq-install-") as directory:
        place = Path(directory)
        shutil.copy(wheel(), place)
        shutil.copy(Path(__file__).with_name("install.sh"), place)
        shutil.copytree(ROOT / "systemd", place / "systemd")
        for file, content in {**FILES, "secrets.env": f"FLOWHQ_SECRET_KEY={secrets.token_hex(32)}\n"}.items():
            (place / file).write_text(content)
        machine.copy(place, PLACE)
    machine.run("sh", f"{PLACE}/install.sh", PLACE, timeout=INSTALL_S)
    machine.run("flowhq", "admin", "create", ADMIN, "--password-stdin", user="flowhq", input=PASSWORD + "\n")


def wheel() -> Path:
    """This tree's wheel, built where these very files were not built before."""
    def build(directory: Path) -> None:
        subprocess.run([ROOT / "build-aux" / "wheel", "--unchecked", directory], check=True, capture_output=True)

    return next(cached("wheel", _content(), build).glob("*.whl"))


def connect_to_web(machine: Machine) -> socket.socket:
    """A connection to the web service's socket, as a web server in front has it."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"/proc/{machine.leader()}/root{WEB_SOCKET}")
    return connection


@contextmanager
def addresses(machine: Machine) -> Iterator[tuple[str, str]]:
    """Where the web pages and the sandbox of a machine are to be reached from out here."""
    with (forwarded(lambda: connect_to_web(machine)) as web,
          forwarded(lambda: machine.connect(SANDBOX_PORT)) as sandbox):
        yield f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}"


def _content() -> str:
    """A hash of everything that goes into the wheel."""
    files = [ROOT / name for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md")]
    files += sorted(path for package in ("app", "worker") for path in (ROOT / package).rglob("*")
                    if path.is_file() and "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_mode} ".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main(name: str) -> None:
    """The command line: see the top of this file."""
    machine = Machine(name, layers=python_layers())
    machine.up(outlives_us=True)
    install(machine)


if __name__ == "__main__":
    if missing := what_is_missing():
        sys.exit(missing)
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
