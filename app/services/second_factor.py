"""The second factor: six digits of an app on the phone (TOTP), or a recovery code where the phone is lost."""
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

from app.db import db
from app.errors import Invalid
from app.models import Account, RecoveryCode
from app.services import audit, throttle
from app.services.accounts import slug_of

ISSUER = "Flow HQ"
# A phone's clock may be half a minute off, either way.
STEPS_OFF = (0, -1, 1)
CODES, CODE_LETTERS = 10, 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Invalid):
    """The code is not, or no longer, right."""


def begin(account: Account) -> str:
    """The address (otpauth://…) that an app scans; a secret that was begun before is kept until it is enabled."""
    if not account.totp_secret:
        account.totp_secret = pyotp.random_base32()
        account.save(only=["totp_secret"])
    return pyotp.TOTP(account.totp_secret).provisioning_uri(name=account.email, issuer_name=ISSUER)


def enable(account: Account, code: str, *, now: datetime, address: str = "") -> list[str]:
    """Ask for a second factor from now on, once the app has given a right code; returns the recovery codes.

    Raises WrongCode.
    """
    with db.atomic():
        if not account.totp_secret or not _is_right(account, code, now):
            raise WrongCode("That is not the code: look at the app and type the six digits it shows now.")
        account.totp_enabled = True
        account.save(only=["totp_enabled"])
        audit.record(by=account.email, action="account.second_factor_on", slug=slug_of(account), address=address)
        return _new_codes(account)


def disable(account: Account, code: str, *, now: datetime, address: str = "") -> None:
    """Ask for a password alone again; raises WrongCode or TooManyTries."""
    check(account, code, now=now, address=address)
    with db.atomic():
        account.totp_secret, account.totp_enabled, account.totp_last_step = "", False, 0
        account.save(only=["totp_secret", "totp_enabled", "totp_last_step"])
        RecoveryCode.delete().where(RecoveryCode.account == account).execute()
        audit.record(by=account.email, action="account.second_factor_off", slug=slug_of(account), address=address)


def renew_codes(account: Account, code: str, *, now: datetime, address: str = "") -> list[str]:
    """Recovery codes in place of the old ones; raises WrongCode or TooManyTries."""
    check(account, code, now=now, address=address)
    with db.atomic():
        audit.record(by=account.email, action="account.recovery_codes", slug=slug_of(account), address=address)
        return _new_codes(account)


def check(account: Account, code: str, *, now: datetime, address: str = "") -> None:
    """Accept a code of the app or a recovery code, each once; raises WrongCode or TooManyTries."""
    throttle.take({throttle.key_of("code", account.id, address): throttle.SECOND_FACTOR,
                   throttle.key_of("code", account.id): throttle.ACCOUNT}, now=now)
    if not _is_right(account, code, now) and not _is_recovery_code(account, code, now):
        raise WrongCode("That is not the code: type the six digits the app shows now, or a recovery code.")


def codes_left(account: Account) -> int:
    """How many recovery codes have not been used."""
    return int(RecoveryCode.select().where(RecoveryCode.account == account, RecoveryCode.used_at.is_null()).count())


def _is_right(account: Account, code: str, now: datetime) -> bool:
    digits = "".join(code.split())
    totp = pyotp.TOTP(account.totp_secret)
    step = totp.timecode(now)
    for candidate in (step + off for off in STEPS_OFF):
        if hmac.compare_digest(totp.generate_otp(candidate).encode(), digits.encode()):
            # A code that was watched while it was typed cannot be used a second time.
            return bool(Account.update(totp_last_step=candidate).where(
                Account.id == account.id, Account.totp_last_step < candidate).execute())
    return False


def _is_recovery_code(account: Account, code: str, now: datetime) -> bool:
    return bool(RecoveryCode.update(used_at=now).where(
        RecoveryCode.account == account, RecoveryCode.code_hash == _code_hash(code),
        RecoveryCode.used_at.is_null()).execute())


def _new_codes(account: Account) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS)) for _ in range(CODES)]
    RecoveryCode.delete().where(RecoveryCode.account == account).execute()
    RecoveryCode.insert_many([{"account": account, "code_hash": _code_hash(code)} for code in codes]).execute()
    return [f"{code[:CODE_LETTERS // 2]}-{code[CODE_LETTERS // 2:]}" for code in codes]


def _code_hash(code: str) -> str:
    plain = "".join(char for char in code.lower() if char in ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
