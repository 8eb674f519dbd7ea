"""Accounts: sign up, prove a password, invite, change. Each verb is one transaction with one audit entry."""
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee
from email_validator import EmailNotValidError, validate_email

from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.models import Account, Language, RecoveryCode, Role, SignIn, Tenant
from app.services import audit, passwords, throttle

NAME_LIMIT = 120
PASSWORD_WORDS = 20


class WrongPassword(Invalid):
    """No account has this address and password."""


@dataclass(frozen=True)
class Caller:
    """From where somebody asks: the address, and what names a browser that has signed in before."""

    address: str = ""
    device: str = ""


def read_email(text: str) -> str:
    """An e-mail address as it is stored; raises Invalid."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise Invalid("%(text)s is no e-mail address: write one like asha@example.com.", text=repr(text)) from None
    return found.normalized.lower()


def find_account(email: str) -> Account:
    """The account of an address; raises NotFound."""
    found: Account | None = Account.get_or_none(Account.email == email.strip().lower())
    if found is None:
        raise NotFound("There is no account %(email)s.", email=email)
    return found


def check_free(email: str) -> None:
    """Raise Conflict where the address has an account."""
    if Account.select().where(Account.email == email).exists():
        raise _taken(email)


def sign_up(*, email: str, name: str, password: str, language: str, caller: Caller, now: datetime) -> Account:
    """Make the account of a business's owner; the business itself comes with onboarding.

    Raises Invalid, Conflict where the address has an account, and TooManyTries.
    """
    email = read_email(email)
    passwords.check_new(password, email=email)
    throttle.take({throttle.key_of("sign-up", caller.address): throttle.SIGN_UP}, now=now)
    return _create(by=email, action="account.sign_up", address=caller.address, email=email, name=_name(name),
                   password_hash=passwords.hashed(password), role=Role.OWNER, language=_language(language))


def create_admin(*, email: str, password: str, by: str, name: str = "") -> Account:
    """Make an account that runs the platform; raises Invalid, and Conflict where the address has one."""
    email = read_email(email)
    passwords.check_new(password, email=email)
    return _create(by=by, action="account.create", email=email, name=_name(name) if name else "",
                   password_hash=passwords.hashed(password), role=Role.ADMIN, email_verified=True)


def create_member(tenant: Tenant, *, email: str, name: str, password: str, role: Role, by: str) -> Account:
    """Make an account of a tenant that is ready to be used; raises Invalid, and Conflict where the address has one."""
    email = read_email(email)
    passwords.check_new(password, email=email)
    return _create(by=by, action="account.create", email=email, name=_name(name), tenant=tenant, role=role,
                   password_hash=passwords.hashed(password), email_verified=True)


def invite(tenant: Tenant, *, email: str, name: str, role: Role, by: str, address: str = "",
           language: str = Language.EN) -> Account:
    """Make an account of a tenant that has no password until its mailed link (LinkPurpose.INVITE) is used.

    Raises Invalid, and Conflict where the address has an account.
    """
    if role == Role.ADMIN:
        raise Invalid("A business has owners and staff, no admins.")
    return _create(by=by, action="account.invite", address=address, email=read_email(email), name=_name(name),
                   tenant=tenant, role=role, language=_language(language))


def generated_password() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(PASSWORD_WORDS)


def prove(email: str, password: str, *, caller: Caller, now: datetime) -> Account:
    """The account of an address and its password; raises WrongPassword or TooManyTries (see app.services.throttle)."""
    email = email.strip().lower()
    buckets = _sign_in_buckets(email, caller)
    throttle.take(buckets, now=now)
    account: Account | None = Account.get_or_none(Account.email == email)
    fits = passwords.fits(account.password_hash if account else "", password[:passwords.MOST])
    if account is None or not fits or account.disabled:
        raise WrongPassword("The e-mail address or the password is not right.")
    throttle.fill(next(iter(buckets)))
    if passwords.is_outdated(account.password_hash):
        _store(account, password_hash=passwords.hashed(password))
    return account


def change_password(account: Account, *, old: str, new: str, caller: Caller, now: datetime) -> None:
    """Change the password of somebody who knows the old one; raises WrongPassword, Invalid or TooManyTries."""
    throttle.take({throttle.key_of("change", account.id): throttle.DEVICE}, now=now)
    if not passwords.fits(account.password_hash, old):
        raise WrongPassword("The present password is not right.")
    set_password(account, new, by=account.email, action="account.change_password", address=caller.address)


def set_password(account: Account, password: str, *, by: str, action: str, address: str = "", **changes: Any) -> None:
    """Give the account a password, and other fields with it; raises Invalid."""
    passwords.check_new(password, email=account.email)
    with db.atomic():
        _store(account, password_hash=passwords.hashed(password), **changes)
        audit.record(by=by, action=action, slug=slug_of(account), address=address)


def change_profile(account: Account, *, name: str, language: str, address: str = "") -> None:
    """Change what the account is called and the language of its pages; raises Invalid."""
    values = {"name": _name(name), "language": _language(language)}
    changed = {field: value for field, value in values.items() if getattr(account, field) != value}
    if not changed:
        return
    with db.atomic():
        _store(account, **changed)
        audit.record(by=account.email, action="account.change", slug=slug_of(account), address=address, detail=changed)


def confirm_email(account: Account, email: str, *, address: str = "") -> None:
    """Take an address over that has proved to be the account's; raises Conflict where another account has it."""
    with db.atomic():
        if Account.select().where(Account.email == email, Account.id != account.id).exists():
            raise Conflict("Another account has the address %(email)s.", email=email)
        audit.record(by=account.email, action="account.confirm_email", slug=slug_of(account), address=address,
                     detail={"email": email})
        _store(account, email=email, email_verified=True)


def reset_password(account: Account, password: str, *, address: str = "") -> None:
    """Give the account a new password by a mailed link: its other browsers are signed out; raises Invalid.

    Where the address had never been proved, whoever set the account up was perhaps not the one who reads its mail: a
    second factor of theirs goes too.
    """
    with db.atomic():
        changes: dict[str, Any] = {"email_verified": True}
        if not account.email_verified:
            changes |= {"totp_secret": "", "totp_enabled": False}
            RecoveryCode.delete().where(RecoveryCode.account == account).execute()
        SignIn.delete().where(SignIn.account == account).execute()
        set_password(account, password, by=account.email, action="account.reset_password", address=address, **changes)


def accept_invitation(account: Account, *, name: str, password: str, address: str = "") -> None:
    """Give an invited account its name and password; raises Invalid."""
    set_password(account, password, by=account.email, action="account.accept_invitation", address=address,
                 name=_name(name), email_verified=True)


def slug_of(account: Account) -> str:
    """The slug of the account's tenant, or an empty text."""
    return account.tenant.slug if account.tenant else ""


def _sign_in_buckets(email: str, caller: Caller) -> dict[str, throttle.Rate]:
    """The bucket that a success fills again comes first."""
    if caller.device:
        return {throttle.key_of("device", email, caller.device): throttle.DEVICE}
    return {throttle.key_of("pair", email, caller.address): throttle.PAIR,
            throttle.key_of("address", caller.address): throttle.ADDRESS,
            throttle.key_of("account", email): throttle.ACCOUNT}


def _create(*, by: str, action: str, address: str = "", **values: Any) -> Account:
    tenant: Tenant | None = values.get("tenant")
    with db.atomic():
        check_free(values["email"])
        try:
            account: Account = Account.create(**values)
        except peewee.IntegrityError:
            raise _taken(values["email"]) from None
        audit.record(by=by, action=action, slug=tenant.slug if tenant else "", address=address,
                     detail={"email": account.email, "role": account.role})
    return account


def _taken(email: str) -> Conflict:
    return Conflict("There is an account %(email)s already: sign in, or reset its password.", email=email)


def _store(account: Account, **values: Any) -> None:
    for field, value in values.items():
        setattr(account, field, value)
    account.save(only=list(values))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_LIMIT:
        raise Invalid("A name has 1 to 120 characters.")
    return name


def _language(text: str) -> Language:
    try:
        return Language(text.upper())
    except ValueError:
        raise Invalid("Choose English or Swahili.") from None
