"""A PostgreSQL server of the tests' own: started when first wanted, on a Unix socket only, gone with the session."""
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

INSTALL = "The tests need a PostgreSQL server: apt-get install postgresql (no service has to run)."
DEADLINE_S = 60
# A test's data need not survive a power cut. For a benchmark they do: PostgresServer(durable=True).
HURRIED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
# The zone is not UTC so that a time which was stored or read as local shows.
SETTINGS = ("listen_addresses=", "shared_buffers=64MB", "max_wal_size=256MB", "TimeZone=Africa/Nairobi")

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - a directory of its own is made in it


class PostgresServer:
    """A private cluster in a temporary directory, run as an ordinary user, which dies with this process."""

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = _find_programs()
        self._user = _server_user()
        self._directory = Path(tempfile.mkdtemp(prefix="fhq-pg-", dir=None if durable else _memory()))
        if self._user:
            shutil.chown(self._directory, self._user)
        try:
            self._initialise()
            self._process = self._start(durable)
        except BaseException:
            shutil.rmtree(self._directory, ignore_errors=True)
            raise

    def url(self, database: str) -> str:
        """The URL of one database, as DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self._directory}"

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser, outside a transaction."""
        connection = psycopg2.connect(host=str(self._directory), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def halt(self) -> None:
        """End the server, whoever is still connected, and leave its files for `resume`."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(DEADLINE_S)

    def resume(self) -> None:
        """Start the server that was halted."""
        self._process = self._start(durable=False)

    def stop(self) -> None:
        """End the server, whoever is still connected, and remove its files."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(DEADLINE_S)
        shutil.rmtree(self._directory)

    def _initialise(self) -> None:
        command = self._command("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                "--no-sync", "--no-instructions")
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _start(self, durable: bool) -> subprocess.Popen[bytes]:
        settings = [*SETTINGS, *(() if durable else HURRIED), f"unix_socket_directories={self._directory}"]
        command = self._command("postgres", *(part for setting in settings for part in ("-c", setting)))
        with (self._directory / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait_until_it_answers(process)
        return process

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg2.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    log = (self._directory / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from error
                time.sleep(0.02)

    def _command(self, program: str, *arguments: str) -> list[str]:
        # SIGQUIT when the test process dies without a word: the server ends at once, with all its sessions.
        return ["setpriv", "--pdeathsig", "QUIT", *self._identity(), str(self._programs / program),
                "-D", str(self._directory / "data"), *arguments]

    def _identity(self) -> list[str]:
        if not self._user:
            return []
        return ["--reuid", self._user, "--regid", str(pwd.getpwnam(self._user).pw_gid), "--clear-groups"]


def _memory() -> Path | None:
    """Where files are kept in memory: a copy of the database for each test takes a tenth there; None without room."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else None


def _find_programs() -> Path:
    # Debian keeps initdb and postgres out of the PATH, by version.
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb") or (debian and debian[-1])
    if not found:
        raise RuntimeError(INSTALL)
    return Path(found).resolve().parent


def _server_user() -> str:
    """PostgreSQL refuses to run as root; everybody else runs it as himself."""
    if os.geteuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
