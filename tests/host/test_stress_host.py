"""`flowhq stress` against a real host: three tenants, each a unit and a user of its own, stay apart under load."""
import json

import pytest

from tests.host.host import Host

pytestmark = [pytest.mark.host, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(1200)]
EMAIL, PASSWORD = "stress@example.com", "a pass phrase of the stress test"
SECOND_FACTOR = f"""
from datetime import UTC, datetime
import pyotp
from app.db import open_database
from app.services import accounts, second_factor
from app.settings import Settings
open_database(Settings.from_env().database)
second_factor.begin(accounts.find_account("{EMAIL}"))
account = accounts.find_account("{EMAIL}")
print(second_factor.enable(account, pyotp.TOTP(account.totp_secret).now(), now=datetime.now(UTC), address="")[0])
"""


@pytest.fixture
def code(host: Host) -> str:
    """A code that lets another admin of the host in."""
    host.machine.run("flowhq", "admin", "create", EMAIL, "--password-stdin", user="flowhq",
                     input=PASSWORD + "\n")
    said = host.machine.run("sh", "-c", "set -a; . /etc/flowhq/flowhq.env; exec /opt/flowhq/bin/python -",
                            user="flowhq", input=SECOND_FACTOR)
    return said.stdout.strip()


@pytest.fixture
def web(host: Host) -> str:
    """The web pages on a port inside, where a web server stands on a host of an operator's."""
    host.machine.run("systemd-run", "--unit=web-port", "systemd-socket-activate", "--listen=127.0.0.1:8000",
                     "/lib/systemd/systemd-socket-proxyd", "/run/flowhq/web.sock")
    return "http://127.0.0.1:8000"


def slugs(host: Host) -> list[str]:
    listed = json.loads(host.machine.run("flowhq", "tenant", "list", "--json", user="flowhq").stdout)
    return [tenant["slug"] for tenant in listed]


def test_three_tenants_stay_apart_on_a_real_host(host: Host, web: str, code: str) -> None:
    before = slugs(host)
    run = host.machine.run("flowhq", "stress", "--url", web, "--email", EMAIL, "--password-stdin", "--code", code,
                           "--tenants", "3", "--customers", "4", "--messages", "3", "--timeout", "120", "--json",
                           user="flowhq", input=PASSWORD + "\n", check=False, timeout=900)

    assert run.returncode == 0, run.stderr + run.stdout
    result = json.loads(run.stdout)
    assert (result["good"], result["counted_in"], result["processes_looked_at"]) == (True, "database", True)
    assert [(line["written"], line["logged"], line["answered"]) for line in result["tenants"]] == [(12, 12, 12)] * 3
    assert all(line["sight"]["user"] == f"fhq-{line['slug']}" for line in result["tenants"])
    assert result["foreign_pages_tried"] > 30
    assert slugs(host) == before
    assert "stress-" not in host.machine.run("ls", "/var/lib/private/flowhq").stdout
    assert "stress-" not in host.machine.run("systemctl", "list-units", "flowhq-worker@*").stdout
