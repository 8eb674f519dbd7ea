"""The key that signs cookies, and what a production host may not start without."""
import os
import secrets
from pathlib import Path

from flask import Flask

from app.settings import Settings, SettingsError

LEAST_LENGTH = 32
KEY_BYTES = 32


def register(app: Flask, settings: Settings) -> None:
    """Give the application its key and its cookies their flags; raises SettingsError in production without them."""
    if settings.production:
        check_production(settings)
    app.config.update(
        SECRET_KEY=settings.secret_key or kept_key(settings.state_dir / "secret_key"),
        SESSION_COOKIE_NAME="flowhq",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
    )


def check_production(settings: Settings) -> None:
    """Raise SettingsError for a secret or an address that is missing or not good enough for a real host."""
    key = settings.secret_key
    if len(key) < LEAST_LENGTH or len(set(key)) < LEAST_LENGTH // 4 or "change" in key.lower():
        raise SettingsError(f"FLOWHQ_SECRET_KEY has to be a secret of at least {LEAST_LENGTH} characters in "
                            "production: `openssl rand -hex 32` makes one")
    if not settings.base_url.startswith("https://"):
        raise SettingsError("FLOWHQ_BASE_URL has to say in production where people reach the web pages, such as "
                            "https://bots.example.org")


def kept_key(path: Path) -> str:
    """The key in the file, which is made for this user alone where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        try:
            # A link fails where another process was first, and then its key is everybody's.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
