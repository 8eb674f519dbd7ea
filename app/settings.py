"""Every setting Flow HQ has, read from the environment once, here and nowhere else.

With nothing set this is the embedded mode: SQLite under ./var, workers as child processes, the sandbox in place of
WhatsApp. With DATABASE_URL and FLOWHQ_PRODUCTION it is a real host.
"""
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
WA_JS_SHA256 = "5bfb88027f14a4d8c9e319374e8bb4083201906881cf8c74f75789b32e4106bd"


class Count(int):
    """A whole number from 0."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and says what it takes."""


@dataclass(frozen=True)
class Settings:
    """One frozen value that every composition root builds and passes on."""

    state_dir: Path = Path("var")
    database_url: str = ""
    production: bool = False
    web_port: int = 8000
    base_url: str = ""
    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    sandbox_port: int = 8070
    whatsapp_url: str = ""
    wa_js: Path = PACKAGE_ROOT / "worker/whatsapp/wa_js/wppconnect-wa.js"
    wa_js_sha256: str = WA_JS_SHA256
    browser: Path = Path("/usr/bin/chromium-headless-shell")
    chromedriver: Path = Path("/usr/bin/chromedriver")
    browser_sandbox: bool = True
    user_agent: str = ""
    tenant_dir_override: Path | None = None
    heartbeat_s: float = 30.0
    ready_timeout_s: float = 90.0
    send_timeout_s: float = 25.0
    receipt_timeout_s: float = 120.0
    quiet_s: float = 2.5
    restart_delay_s: float = 2.0
    stale_after_s: float = 120.0
    stale_restarts: Count = Count(3)
    session_limit_mib: Count = Count(2048)
    browser_mib: Count = Count(1000)
    browser_age_s: float = 86400.0
    snapshot_after_s: float = 600.0
    backup_dir: Path = Path("/var/backups/flowhq")
    backup_recipients: Path = Path("/etc/flowhq/backup_recipients")
    backup_days: Count = Count(7)
    backup_weeks: Count = Count(5)
    keep_messages_days: Count = Count(0)
    keep_history_days: Count = Count(365)
    keep_orders_days: Count = Count(0)
    log_level: str = "INFO"
    notify_socket: str = ""
    journal_stream: str = ""
    runtime_dir: Path | None = None
    egress: str = ""
    egress_hosts: str = "*.whatsapp.com *.whatsapp.net *.fbcdn.net"
    web_processes: Count = Count(2)
    admin_email: str = ""
    admin_password: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from the environment; raises SettingsError with the variable's name on a bad value."""
        environ = os.environ if environ is None else environ
        return cls(**{name: _convert(name, variable, environ[variable]) for name, variable in VARIABLES.items()
                      if environ.get(variable)})

    def as_environ(self) -> dict[str, str]:
        """The variables from which `from_env` makes these settings."""
        return {VARIABLES[field.name]: _written(getattr(self, field.name)) for field in fields(self)
                if getattr(self, field.name) != field.default}

    def child_environ(self) -> dict[str, str]:
        """The environment for a child process that is to have these settings: ours, with their variables set."""
        return self.foreign_environ() | self.as_environ()

    @staticmethod
    def foreign_environ() -> dict[str, str]:
        """The environment for a program that is none of ours: without our settings, and above all our secrets."""
        return {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}

    @property
    def database(self) -> str:
        """The database URL: DATABASE_URL, or the SQLite file of the embedded mode."""
        return self.database_url or f"sqlite:///{self.state_dir.absolute() / 'flowhq.db'}"

    @property
    def web_url(self) -> str:
        """Where people reach the web pages, without a trailing slash."""
        return (self.base_url or f"http://127.0.0.1:{self.web_port}").rstrip("/")

    @property
    def page_url(self) -> str:
        """Where WhatsApp Web is: FLOWHQ_WHATSAPP_URL, or the sandbox of the embedded mode."""
        return self.whatsapp_url or self.sandbox_url + "/"

    @property
    def sandbox_url(self) -> str:
        """The sandbox's own address, without a trailing slash."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    def tenant_dir(self, slug: str) -> Path:
        """The directory that holds one tenant's browser profile and lock (systemd names it in production)."""
        return self.tenant_dir_override or self.state_dir.absolute() / "tenants" / slug


VARIABLES = {
    "state_dir": "FLOWHQ_STATE_DIR",
    "database_url": "DATABASE_URL",
    "production": "FLOWHQ_PRODUCTION",
    "web_port": "FLOWHQ_PORT",
    "base_url": "FLOWHQ_BASE_URL",
    "secret_key": "FLOWHQ_SECRET_KEY",
    "smtp_url": "FLOWHQ_SMTP_URL",
    "mail_from": "FLOWHQ_MAIL_FROM",
    "sandbox_port": "FLOWHQ_SANDBOX_PORT",
    "whatsapp_url": "FLOWHQ_WHATSAPP_URL",
    "wa_js": "FLOWHQ_WA_JS",
    "wa_js_sha256": "FLOWHQ_WA_JS_SHA256",
    "browser": "FLOWHQ_BROWSER",
    "chromedriver": "FLOWHQ_CHROMEDRIVER",
    "browser_sandbox": "FLOWHQ_BROWSER_SANDBOX",
    "user_agent": "FLOWHQ_USER_AGENT",
    "tenant_dir_override": "STATE_DIRECTORY",
    "heartbeat_s": "FLOWHQ_HEARTBEAT_S",
    "ready_timeout_s": "FLOWHQ_READY_TIMEOUT_S",
    "send_timeout_s": "FLOWHQ_SEND_TIMEOUT_S",
    "receipt_timeout_s": "FLOWHQ_RECEIPT_TIMEOUT_S",
    "quiet_s": "FLOWHQ_QUIET_S",
    "restart_delay_s": "FLOWHQ_RESTART_DELAY_S",
    "stale_after_s": "FLOWHQ_STALE_AFTER_S",
    "stale_restarts": "FLOWHQ_STALE_RESTARTS",
    "session_limit_mib": "FLOWHQ_SESSION_LIMIT_MIB",
    "browser_mib": "FLOWHQ_BROWSER_MIB",
    "browser_age_s": "FLOWHQ_BROWSER_AGE_S",
    "snapshot_after_s": "FLOWHQ_SNAPSHOT_AFTER_S",
    "backup_dir": "FLOWHQ_BACKUP_DIR",
    "backup_recipients": "FLOWHQ_BACKUP_RECIPIENTS",
    "backup_days": "FLOWHQ_BACKUP_DAYS",
    "backup_weeks": "FLOWHQ_BACKUP_WEEKS",
    "keep_messages_days": "FLOWHQ_KEEP_MESSAGES_DAYS",
    "keep_history_days": "FLOWHQ_KEEP_HISTORY_DAYS",
    "keep_orders_days": "FLOWHQ_KEEP_ORDERS_DAYS",
    "log_level": "FLOWHQ_LOG_LEVEL",
    "notify_socket": "NOTIFY_SOCKET",
    "journal_stream": "JOURNAL_STREAM",
    "runtime_dir": "RUNTIME_DIRECTORY",
    "egress": "FLOWHQ_EGRESS",
    "egress_hosts": "FLOWHQ_EGRESS_HOSTS",
    "web_processes": "FLOWHQ_WEB_PROCESSES",
    "admin_email": "FLOWHQ_ADMIN_EMAIL",
    "admin_password": "FLOWHQ_ADMIN_PASSWORD",
}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _convert(name: str, variable: str, text: str) -> Any:
    kind = {field.name: field.type for field in fields(Settings)}[name]
    try:
        return _CONVERTERS[kind](text)
    except (KeyError, ValueError):
        raise SettingsError(f"{variable}={text!r} cannot be used: it takes a {_KINDS[kind]}") from None


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.absolute() if isinstance(value, Path) else value)


def _boolean(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise ValueError(text)
    return text.lower() in TRUE


def _port(text: str) -> int:
    if not 0 < int(text) < 65536:
        raise ValueError(text)
    return int(text)


def _count(text: str) -> Count:
    if int(text) < 0:
        raise ValueError(text)
    return Count(text)


_CONVERTERS: dict[Any, Any] = {Path: Path, str: str, bool: _boolean, int: _port, float: float, Count: _count,
                               Path | None: Path}
_KINDS: dict[Any, str] = {Path: "path", str: "text", bool: "yes or no", int: "port number", float: "number of seconds",
                          Count: "whole number from 0", Path | None: "path"}
