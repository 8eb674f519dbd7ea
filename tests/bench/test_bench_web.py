"""What a page costs with 1,000 tenants and 1,000,000 messages on PostgreSQL, under gunicorn (2 workers of 4 threads).

Nothing is asserted of the speed: median and p95 of the busiest pages are printed (`make bench`).
"""
import http.cookiejar
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from bs4 import BeautifulSoup

from app.models import Account, Chat, Role, Tenant
from app.services import passwords
from app.services.seeding import Seed, fill
from tests.patience import eventually

pytestmark = pytest.mark.bench

SEED = Seed(tenants=1000, chats_per_tenant=20, messages=1_000_000)
PASSWORD = "correct horse battery"
REQUESTS = 40
WORKERS, THREADS = 2, 4
POSTGRES = [pytest.param("postgresql", marks=pytest.mark.postgresql)]


class Visitor:
    """A browser without a window: keeps cookies, follows redirects, signs in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self.url + path, timeout=60) as answer:
            assert answer.status == 200
            return str(answer.read().decode())

    def sign_in(self, email: str) -> None:
        token = BeautifulSoup(self.get("/sign-in"), "html5lib").select_one("input[name=csrf_token]")
        assert token, "the sign-in form has its guard"
        fields = {"email": email, "password": PASSWORD, "csrf_token": token["value"]}
        self._opener.open(self.url + "/sign-in", urlencode(fields).encode(), timeout=60).close()


@pytest.fixture
def served(database, settings):
    """The web with its people, and a page's address to be filled with the tenant and chat in the middle."""
    fill(SEED, now=datetime.now(UTC))
    tenant = Tenant.get(Tenant.slug == f"seed-{SEED.tenants // 2:05}")
    secret = passwords.hashed(PASSWORD)
    people = (("ada@example.com", Role.ADMIN, None), ("alice@example.com", Role.OWNER, tenant))
    for email, role, place in people:
        Account.create(email=email, name="A", role=role, tenant=place, password_hash=secret, email_verified=True)
    command = [sys.executable, "-m", "gunicorn", "app.web:create_app()", "--workers", str(WORKERS), "--threads",
               str(THREADS), "--bind", f"127.0.0.1:{settings.web_port}", "--log-level", "error", "--no-control-socket"]
    server = subprocess.Popen(command, env=settings.child_environ())
    url = f"http://127.0.0.1:{settings.web_port}"
    try:
        eventually(lambda: answers(url), "the web answers")
        yield url, {"slug": tenant.slug, "chat": Chat.get(Chat.tenant == tenant).id}
    finally:
        server.terminate()
        server.wait(30)


def answers(url: str) -> bool:
    try:
        Visitor(url).get("/healthz")
    except URLError:
        return False
    return True


ADMIN_PAGES = ("/admin/", "/admin/?page=10", "/admin/?search=business+00500", "/admin/tenants/{slug}", "/admin/audit")
PORTAL_PAGES = ("/portal/", "/portal/whatsapp", "/portal/chats", "/portal/chats/{chat}", "/portal/content")


@pytest.mark.parametrize("database_url", POSTGRES, indirect=True)
def test_bench_the_busiest_pages(served, capfd):
    url, names = served
    rows = []
    for email, paths in (("ada@example.com", ADMIN_PAGES), ("alice@example.com", PORTAL_PAGES)):
        visitor = Visitor(url)
        visitor.sign_in(email)
        rows += [(path, *timed(visitor, path.format(**names))) for path in paths]
    with capfd.disabled():
        print(f"\n{SEED.tenants} tenants, {SEED.messages} messages, {REQUESTS} requests a page; ms as median, p95")
        for path, median, high in rows:
            print(f"  {path:32} {median:7.1f} {high:7.1f}")


def timed(visitor: Visitor, path: str) -> tuple[float, float]:
    visitor.get(path)
    taken = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        visitor.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), sorted(taken)[int(REQUESTS * 0.95)]
