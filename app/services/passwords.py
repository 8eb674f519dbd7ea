"""Passwords: which are good enough, and how they are kept."""
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.errors import Invalid

LEAST, MOST = 10, 200
LEAST_DIFFERENT = 5
# As OWASP advises for argon2id: 19 MiB, two passes, so that eight sign-ins at once fit a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def check_new(password: str, *, email: str = "") -> None:
    """Raise Invalid for a password that is too short, too long or too easily guessed."""
    if len(password) < LEAST:
        raise Invalid("A password has at least %(least)s characters: three or four words make a good one.", least=LEAST)
    if len(password) > MOST:
        raise Invalid("A password has at most %(most)s characters.", most=MOST)
    words = {part for part in email.lower().replace("@", ".").split(".") if len(part) > 3}
    if len(set(password)) < LEAST_DIFFERENT or password.lower() == email.lower() or password.lower() in words:
        raise Invalid("That password is too easy to guess: take three or four words that have nothing to do with you.")


def hashed(password: str) -> str:
    """The password as it is stored."""
    return _hasher.hash(password)


def fits(stored: str, password: str) -> bool:
    """Whether it is the password; takes as long where none is stored, so that nobody learns whether one is."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and bool(stored)
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether it was stored with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")
