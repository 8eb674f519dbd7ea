"""A host as the playbook makes it, with those who reach it through its web server in front."""
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.host.control import NAME, Control, Play, control_of
from tests.host.image import base_image
from tests.host.installed import ADMIN, FILES, PASSWORD
from tests.host.machine import Machine

TLS_PORT = 443
# No limit on requests holds for it.
ASSET = "/static/icon.svg"
# Who has the key to this one is not known: these tests open no backup.
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@dataclass
class Site:
    """A machine, the operator who runs playbooks against it, and how long what he did took."""

    machine: Machine
    control: Control
    took: dict[str, float] = field(default_factory=dict)

    def play(self, what: str, *options: str, **variables: object) -> Play:
        """Run site.yml, and note how long that took and which roles it spent it in."""
        began = time.monotonic()
        play = self.control.play("site.yml", *options, **variables)
        roles = ", ".join(f"{role} {seconds:.0f}" for role, seconds in play.took.items())
        self.took[f"{what} ({roles})"] = time.monotonic() - began
        return play

    def tls(self, path: str) -> "tuple[int, bytes]":
        """Ask nginx for a path over a connection of its own; returns the status and the certificate that it showed."""
        with self.secure_connection() as secure:
            secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: secure.recv(65536), b""))
            return int(answer.split(maxsplit=2)[1]), secure.getpeercert(binary_form=True) or b""

    def secure_connection(self) -> ssl.SSLSocket:
        """A TLS connection to nginx, whatever certificate it shows: which one it is is what tests look at."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(self.machine.connect(TLS_PORT), server_hostname=NAME)

    def curl(self, *arguments: str) -> str:
        """What curl says on the machine, which believes its certificate."""
        return self.machine.run("curl", "--silent", "--show-error", "--cacert", "/etc/flowhq/tls/cert.pem",
                                *arguments).stdout

    def runs_a_sandbox(self) -> None:
        """Let a sandbox stand in for WhatsApp, make an admin, and let the name lead to the machine."""
        self.machine.put("/etc/systemd/system/sandbox.service", FILES["sandbox.service"])
        self.machine.run("systemctl", "enable", "--now", "sandbox.service")
        self.machine.run("sh", "-c", f"echo 127.0.0.1 {NAME} >>/etc/hosts")
        self.machine.run("flowhq", "admin", "create", ADMIN, "--password-stdin", input=PASSWORD + "\n")


@dataclass
class Visits:
    """What visitors who came all the time saw: certificates by their bytes, and everything that was not a page."""

    certificates: set[bytes] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    count: int = 0


@contextmanager
def visited(site: Site, visitors: int = 3) -> Iterator[Visits]:
    """Let visitors come one after another, each over a new connection, for as long as the context lasts."""
    seen, over = Visits(), threading.Event()
    threads = [threading.Thread(target=_visit, args=(site, seen, over)) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    yield seen
    over.set()
    for thread in threads:
        thread.join()


def _visit(site: Site, seen: Visits, over: threading.Event) -> None:
    while not over.is_set():
        try:
            status, certificate = site.tls(ASSET)
        except OSError as error:
            seen.failures.append(repr(error))
            continue
        seen.count += 1
        seen.certificates.add(certificate)
        if status != 200:
            seen.failures.append(f"status {status}")


def certificate(directory: Path) -> None:
    """Another certificate of the site's name, in the files that certbot leaves in a lineage."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "90", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                    "-keyout", directory / "privkey.pem", "-out", directory / "fullchain.pem"],
                   check=True, capture_output=True)


@contextmanager
def site_on(layers: Sequence[Path] = ()) -> Iterator[Site]:
    """A booted Debian that has not seen the playbook yet, and its operator."""
    with (Machine(layers=layers or [base_image()], has_way_out=True) as machine,
          control_of(machine, backup_recipient=RECIPIENT) as control):
        site = Site(machine, control)
        yield site
        print("", *(f"{what}: {seconds:.1f} s" for what, seconds in site.took.items()), sep="\n")
