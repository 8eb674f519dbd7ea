"""The command lines of Flow HQ's own programs, each started as a process."""
import sys

from app.settings import Settings

WEB_THREADS = 8
# {slug} stands for the tenant.
WORKER = (sys.executable, "-m", "worker", "--tenant", "{slug}")
SETTLE = (sys.executable, "-m", "app.cli", "worker", "settle")
SUPERVISOR = (sys.executable, "-m", "app.cli", "supervisor")
JOBS = (sys.executable, "-m", "app.cli", "jobs", "run")


def sandbox(settings: Settings) -> list[str]:
    """The WhatsApp sandbox."""
    return [sys.executable, "-m", "worker.sandbox", "--port", str(settings.sandbox_port),
            "--state-dir", str(settings.state_dir.absolute() / "sandbox")]


def web(settings: Settings, host: str = "127.0.0.1") -> list[str]:
    """The web server, on an address of its own."""
    return [*_gunicorn(), "--bind", f"{host}:{settings.web_port}"]


def web_from_systemd(settings: Settings) -> list[str]:
    """The web server on the socket that systemd hands over, which gunicorn finds by itself."""
    return [*_gunicorn(), "--workers", str(settings.web_processes)]


def _gunicorn() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "app.web:served()", "--worker-class", "gthread",
            "--threads", str(WEB_THREADS), "--no-control-socket", "--log-level", "warning",
            # In memory: on a slow disk gunicorn's own heartbeat would make it end a healthy worker.
            "--worker-tmp-dir", "/dev/shm"]  # noqa: S108 - gunicorn makes its file there safely
