"""Who can sign in to the demonstration: an admin and the owner of each business, with passwords made here."""
import json
import os
from dataclasses import dataclass
from pathlib import Path

from app.demo.cast import BUSINESSES
from app.models import Account, Role
from app.services import accounts, tenants

ACTOR = "cli:demo"
FILE_NAME = "sign_ins.json"
ADMIN = "admin@example.com"


@dataclass(frozen=True)
class SignInOf:
    """An account's address and password, and whose it is."""

    whose: str
    email: str
    password: str


def ensure(state_dir: Path) -> list[SignInOf]:
    """Make the accounts that are not there yet; the passwords are kept in the state directory, for its owner alone."""
    kept = _read(state_dir / FILE_NAME)
    wanted = [("Admin", ADMIN, "")] + [(each.name, f"{each.slug}@example.com", each.slug) for each in BUSINESSES]
    known = {email: kept.get(email) or accounts.generated_password() for _, email, _ in wanted}
    # Written first: an account whose password nobody knows would be of no use to anybody.
    _write(state_dir / FILE_NAME, kept | known)
    for whose, email, slug in wanted:
        _ensure(whose, email, known[email], slug, is_known=email in kept)
    return [SignInOf(whose, email, known[email]) for whose, email, _ in wanted]


def known_admin(state_dir: Path) -> SignInOf | None:
    """The demonstration's admin, where one was made on this state directory."""
    password = _read(state_dir / FILE_NAME).get(ADMIN)
    return SignInOf("Admin", ADMIN, password) if password else None


def _ensure(whose: str, email: str, password: str, slug: str, *, is_known: bool) -> None:
    account = Account.get_or_none(Account.email == email)
    if account is None and slug:
        accounts.create_member(tenants.find_tenant(slug), email=email, name=whose, password=password, role=Role.OWNER,
                               by=ACTOR)
    elif account is None:
        accounts.create_admin(email=email, name=whose, password=password, by=ACTOR)
    elif not is_known:
        accounts.set_password(account, password, by=ACTOR, action="account.reset_password")


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, passwords: dict[str, str]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(passwords, file, indent=2)
    draft.replace(path)
