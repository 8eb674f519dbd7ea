"""`flowhq stress` on a real demonstration: every tenant stays apart, and nothing of the test stays."""
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from tests.demonstration import Demo
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEMO = ["demo-booking", "demo-shop", "demo-support"]


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
    return (slugs, directories, len(phones), any("stress-" in line for line in demo.left())) == (DEMO, DEMO, 4, False)


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
