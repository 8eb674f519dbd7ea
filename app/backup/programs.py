"""The programs that do the heavy work: pg_dump, tar, zstd, age. Each failure is one sentence."""
import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app.errors import FlowError, Invalid

# Where the package has another name than the program.
PACKAGES = {"pg_dump": "postgresql-client", "pg_restore": "postgresql-client"}
SUPERUSER = "postgres"


def pack(place: Path, target: Path, recipients: Path) -> None:
    """Put the directory into one file that only the holders of the recipients' keys can read; whole or not at all.

    Raises FlowError.
    """
    if not recipients.is_file() or not recipients.read_text().strip():
        raise Invalid("There is nobody to encrypt the backup for: `age-keygen` makes a key, and what begins with age1 "
                      "belongs into %(path)s. Keep the key itself off this machine.", path=recipients)
    beside = target.with_suffix(".part")
    try:
        _pipe(["tar", "--create", "--directory", str(place), "."], ["zstd", "--quiet", "-3", "--stdout"],
              ["age", "--encrypt", "--recipients-file", str(recipients), "--output", str(beside)])
        _keep(beside)
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)


def unpack(source: Path, identity: Path, place: Path) -> None:
    """Open a backup with the operator's key into the directory `place`; raises FlowError."""
    for path in (source, identity):
        if not path.is_file():
            raise Invalid("There is no file %(path)s.", path=path)
    _pipe(["age", "--decrypt", "--identity", str(identity), str(source)],
          ["zstd", "--quiet", "--decompress", "--stdout"],
          ["tar", "--extract", "--directory", str(place)])


def dump(database: str, target: Path) -> None:
    """Write the whole database into a file; raises FlowError."""
    # As the superuser: row-level security would hide the tenants' rows from everybody else.
    with target.open("wb") as file:
        _finish(_start(["pg_dump", "--format=custom", f"--dbname={database}"], stdout=file, user=SUPERUSER))


def load(database: str, source: Path) -> None:
    """Put a dump into an empty database; raises FlowError."""
    # Rights are given anew by `flowhq db upgrade`: the tenants' roles are not there yet.
    with source.open("rb") as file:
        _finish(_start(["pg_restore", "--exit-on-error", "--no-privileges", f"--dbname={database}"], stdin=file,
                       user=SUPERUSER))


def run(command: Sequence[str], user: str | None = None) -> None:
    """Run one of our own or PostgreSQL's commands, as `user` where named; raises FlowError with its last words."""
    _finish(_start(command, user=user))


def _pipe(*commands: Sequence[str]) -> None:
    with ExitStack() as stack:
        stream, running = None, []
        for command in commands:
            process = _start(command, stdin=stream, stdout=None if command is commands[-1] else subprocess.PIPE)
            stack.callback(process.kill)
            running.append(process)
            if stream:
                stream.close()
            stream = process.stdout
        said = {process: _last_words(process) for process in reversed(running)}
        for process in running:
            # Whoever stands before the one that failed is ended by the closed pipe, and has nothing to say.
            if process.returncode not in (0, -signal.SIGPIPE):
                raise _failure(process, said[process])


def _start(
    command: Sequence[str], stdin: object = None, stdout: object = None, user: str | None = None,
) -> subprocess.Popen[bytes]:
    whose = _of(user) if user else {}
    try:
        return subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL,  # type: ignore[call-overload]  # noqa: S603 - no shell
                                stdout=stdout or subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", **whose)
    except FileNotFoundError:
        raise FlowError("%(program)s is missing: apt-get install %(package)s", program=command[0],
                        package=PACKAGES.get(command[0], command[0])) from None


def _of(user: str) -> dict[str, Any]:
    """What lets a process be another user's; runuser and setpriv want more rights than a service of ours has."""
    try:
        group = pwd.getpwnam(user).pw_gid
    except KeyError:
        raise FlowError("There is no user %(user)s here: apt-get install postgresql", user=user) from None
    return {"user": user, "group": group, "extra_groups": os.getgrouplist(user, group)}


def _finish(process: subprocess.Popen[bytes]) -> None:
    said = _last_words(process)
    if process.returncode:
        raise _failure(process, said)


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """Wait until the program has ended, and return the last line of its complaints."""
    lines = process.stderr.read().decode(errors="replace").strip().splitlines() if process.stderr else []
    process.wait()
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")


def _failure(process: subprocess.Popen[bytes], said: str) -> FlowError:
    program = str(process.args[0] if isinstance(process.args, list) else process.args)
    return FlowError("%(program)s failed: %(reason)s", program=Path(program).name,
                     reason=said.removeprefix(f"{program}: ") or f"exit status {process.returncode}")


def _keep(path: Path) -> None:
    """A backup that a power cut takes back is none."""
    path.chmod(0o600)
    for what in (path, path.parent):
        descriptor = os.open(what, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
