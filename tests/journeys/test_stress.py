"""`flowhq stress` on a real demonstration: every tenant stays apart, and nothing of the test stays."""
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.request import urlopen

import pyotp
import pytest

from app.db import db, open_database
from app.services import accounts, second_factor
from tests.demonstration import Demo
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long pass phrase of mine"
DEMO = ["demo-booking", "demo-shop", "demo-support"]
# Theirs, and those of the customers who write to them.
PHONES = len(DEMO) + 2


@pytest.fixture
def demo(run_demo: Callable[[], Demo]) -> Demo:
    running = run_demo()
    running.await_up()
    return running


def nothing_is_left(demo: Demo) -> bool:
    slugs = [tenant["slug"] for tenant in demo.ask("tenant", "list")]
    directories = sorted(path.name for path in (demo.settings.state_dir / "tenants").iterdir())
    with urlopen(f"{demo.settings.sandbox_url}/api/phones") as answer:
        phones = json.load(answer)
    ours = any("stress-" in line for line in demo.left())
    return (slugs, directories, len(phones), ours) == (DEMO, DEMO, PHONES, False)


def test_three_tenants_stay_apart_and_nothing_of_them_stays(demo: Demo):
    run = demo.flowhq("stress", "--tenants", 3, "--customers", 4, "--messages", 2, "--json")

    assert run.returncode == 0, run.stderr + run.stdout
    result = json.loads(run.stdout)
    assert (result["good"], result["counted_in"], result["processes_looked_at"]) == (True, "database", True)
    assert [(line["written"], line["logged"], line["answered"]) for line in result["tenants"]] == [(8, 8, 8)] * 3
    assert len({line["sight"]["pid"] for line in result["tenants"]}) == 3
    assert result["foreign_pages_tried"] > 30
    assert nothing_is_left(demo)


def test_one_that_is_ended_in_the_middle_leaves_nothing(demo: Demo):
    run = subprocess.Popen([sys.executable, "-m", "app.cli", "stress", "--messages", "1000"],
                           env=demo.settings.child_environ(), stderr=subprocess.PIPE)
    eventually(lambda: any(tenant["slug"].startswith("stress-") and tenant["session_state"] == "CONNECTED"
                           for tenant in demo.ask("tenant", "list")), "a tenant of the test is connected")
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=120)
    assert (run.returncode, b"Traceback" in said) == (1, False)
    assert nothing_is_left(demo)


def test_the_panels_pages_are_counted_where_the_database_is_elsewhere(demo: Demo, tmp_path):
    environ = demo.settings.child_environ() | {"DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere.db"}
    run = subprocess.run([sys.executable, "-m", "app.cli", "stress", "--tenants", "2", "--customers", "2"],
                         env=environ, capture_output=True, text=True, check=False, timeout=240)

    assert run.returncode == 0, run.stderr + run.stdout
    assert "the admin panel" in run.stdout
    assert re.search("Every tenant stayed apart", run.stdout)


def test_an_admin_with_a_second_factor_gives_its_code_and_may_keep_what_was_made(demo: Demo):
    codes = give_second_factor(demo)
    words = ("stress", "--tenants", "1", "--customers", "1", "--messages", "1", "--email", "two@example.com",
             "--password-stdin", "--keep")

    def stress(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "app.cli", *words, *more], env=demo.settings.child_environ(),
                              input=f"{PASSWORD}\n", capture_output=True, text=True, check=False, timeout=240)

    assert "with --code" in stress().stderr
    run = stress("--code", codes[0])
    assert run.returncode == 0, run.stderr + run.stdout
    assert "everything, as was asked" in run.stdout
    assert [tenant["session_state"] for tenant in demo.ask("tenant", "list")] == ["CONNECTED"] * 4


def give_second_factor(demo: Demo) -> list[str]:
    """An admin of the demonstration that signs in with a second factor; returns codes that are good for it."""
    open_database(demo.settings.database)
    accounts.create_admin(email="two@example.com", password=PASSWORD, by="test")
    second_factor.begin(accounts.find_account("two@example.com"))
    account = accounts.find_account("two@example.com")
    codes = second_factor.enable(account, pyotp.TOTP(account.totp_secret).now(), now=datetime.now(UTC), address="")
    db.close()
    db.initialize(None)
    return codes


def test_what_is_missing_is_said_in_one_line(demo: Demo):
    wrong = subprocess.run([sys.executable, "-m", "app.cli", "stress", "--email", "admin@example.com",
                            "--password-stdin"], env=demo.settings.child_environ(), input="wrong\n",
                           capture_output=True, text=True, check=False, timeout=60)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "password is not right" in wrong.stderr
    nowhere = demo.flowhq("stress", "--url", f"http://127.0.0.1:{demo.settings.sandbox_port}")
    assert nowhere.returncode in (1, 3)
    assert len(nowhere.stderr.splitlines()) == 1
    assert nothing_is_left(demo)
