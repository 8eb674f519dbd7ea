"""The web application and the people who use it: ada (ADMIN), alice and bob of acme, charlie of other."""
from collections.abc import Callable
from typing import Any, ClassVar

import peewee
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from werkzeug.routing import Rule

from app.models import Account, Role, Tenant
from app.models.base import utc_now
from app.services import passwords, sign_ins
from app.services.tenants import create_tenant
from app.settings import Settings
from app.web import create_app
from tests.app.web.pages import checked
from tests.processes import FakeProcesses

PASSWORD = "correct horse battery"
CAST = {"ada": (Role.ADMIN, None), "alice": (Role.OWNER, "acme"), "bob": (Role.STAFF, "acme"),
        "charlie": (Role.OWNER, "other")}

ClientOf = Callable[[str | None], FlaskClient]
# What is found in a page may be None, which a test then says by failing.
Page = Callable[..., Any]


@pytest.fixture(scope="session")
def password_hash() -> str:
    """PASSWORD as it is stored: made once, since making it is slow on purpose."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def cast(database: peewee.Database, password_hash: str) -> dict[str, Account]:
    """The accounts by first name, with their tenants."""
    tenants: dict[str | None, Tenant | None] = {None: None}
    for slug, template in (("acme", "BOOKING"), ("other", "ECOMMERCE")):
        tenants[slug] = create_tenant(slug=slug, name=slug.title(), template=template, by="ada@example.com")
    return {name: Account.create(email=f"{name}@example.com", name=name.title(), role=role, tenant=tenants[slug],
                                 password_hash=password_hash, email_verified=True)
            for name, (role, slug) in CAST.items()}


@pytest.fixture(scope="session")
def compiled_pages(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """The templates as Jinja compiles them: once for all the applications, of which each test has one of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("pages")))


class CompiledRule(Rule):
    """A route whose functions that write its addresses are those of the same route in other applications.

    werkzeug writes their source and compiles it, which takes a tenth of a second for all our routes.
    """

    _compiled: ClassVar[dict[tuple[str, str, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = self.rule, repr(self.defaults), append_unknown
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]


@pytest.fixture
def web_app(settings: Settings, compiled_pages: BytecodeCache, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, without processes and without the guard against forged requests, which has tests of its own."""
    monkeypatch.setattr(Flask, "url_rule_class", CompiledRule)
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_pages
    app.extensions["flowhq_processes"] = FakeProcesses(settings=settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def client_of(web_app: Flask, cast: dict[str, Account]) -> ClientOf:
    """A browser in which the named person is signed in, or nobody."""

    def make(name: str | None) -> FlaskClient:
        client = web_app.test_client()
        if name:
            token = sign_ins.begin(cast[name], now=utc_now(), address="127.0.0.1", agent="test")
            with client.session_transaction() as session:
                session["_user_id"] = token
        return client

    return make


@pytest.fixture
def page() -> Page:
    """`page(client, path)`: the page, checked for what every page has; `status` where it is not 200."""

    def get(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
        answer = client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.location or answer.text[:2000]}"
        return checked(answer.text)

    return get
