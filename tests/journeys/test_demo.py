"""`flowhq demo` as a person runs it: everything comes up, answers, survives a death, and ends without a trace."""
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.demonstration import Demo
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLUGS = ["demo-booking", "demo-shop", "demo-support"]
SENTENCES = ("Hello", "What do you sell?", "How much is the rice?", "2", "Where are you?", "bei gani?",
             "Do you deliver?")


def test_it_comes_up_answers_and_comes_back_without_a_scan(run_demo: Callable[[], Demo]):
    demo = run_demo()
    demo.await_up()
    assert demo.said().count("scanning the code") >= 3
    listed = demo.ask("tenant", "list")
    assert [tenant["slug"] for tenant in listed] == SLUGS
    assert {(each["session_state"], each["worker_status"], each["status"]) for each in listed} == {
        ("CONNECTED", "RUNNING", "ACTIVE")}
    with urlopen(f"{demo.settings.web_url}/sign-in") as answer:
        assert "Sign in" in answer.read().decode()
    kept = json.loads((demo.settings.state_dir / "sign_ins.json").read_text())
    assert [*kept] == ["admin@example.com", *(f"{slug}@example.com" for slug in SLUGS)]
    told = demo.said()
    assert [email for email, password in kept.items() if not re.search(rf"{email} +{re.escape(password)} ", told)] == []
    assert [line["direction"] for line in demo.logged("demo-shop")][:2] == ["IN", "OUT"]
    demo.await_everything()
    assert demo.end() == 0
    assert demo.left() == []
    again = run_demo()
    again.await_up()
    assert "scanning the code" not in again.said()
    assert json.loads((demo.settings.state_dir / "sign_ins.json").read_text()) == kept


def test_a_replay_accounts_for_every_line_though_the_worker_is_killed(run_demo: Callable[[], Demo], tmp_path: Path):
    demo = run_demo()
    demo.await_up()
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps({"text": f"{SENTENCES[place % 7]} ({place})"}) + "\n" for place in range(120)))
    before = demo.ask("tenant", "show", "demo-shop")
    told = (str(before["pid"]), demo.settings.database)
    killer = subprocess.Popen([sys.executable, "-c", KILL_IN_MID_REPLAY, *told])
    replay = demo.flowhq("sandbox", "replay", lines, "--customers", 8, "--rate", 20, "--json")
    assert killer.wait() == 0
    account = json.loads(replay.stdout)
    assert (replay.returncode, account["problems"]) == (0, {})
    assert account["lines_written"] == account["logged_once"] == 120
    assert account["replies_promised"] == account["replies_arrived"] >= 100
    after = demo.ask("tenant", "show", "demo-shop")
    assert (after["limits"], after["restarts"]) == (before["limits"], 1)


def test_a_replay_that_is_ended_leaves_the_limits_as_they_were(run_demo: Callable[[], Demo], tmp_path: Path):
    demo = run_demo()
    demo.await_up()
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"text": "Hello"}\n' * 1000)
    before = demo.ask("tenant", "show", "demo-shop")["limits"]
    replay = subprocess.Popen([sys.executable, "-m", "app.cli", "sandbox", "replay", str(lines), "--rate", "2"],
                              env=demo.settings.child_environ(), stderr=subprocess.PIPE)
    eventually(lambda: demo.ask("tenant", "show", "demo-shop")["limits"] != before, "the limits are off")
    replay.send_signal(signal.SIGINT)
    _, said = replay.communicate(timeout=60)
    assert (replay.returncode, b"Traceback" in said) == (1, False)
    assert demo.ask("tenant", "show", "demo-shop")["limits"] == before


# Once the tenant's log has 30 lines more than at the start.
KILL_IN_MID_REPLAY = """
import os, signal, sqlite3, sys, time
pid, path = int(sys.argv[1]), sys.argv[2].removeprefix("sqlite:///")
count = lambda: sqlite3.connect(path).execute("SELECT COUNT(*) FROM message").fetchone()[0]
start = count()
while count() < start + 30: time.sleep(0.05)
os.kill(pid, signal.SIGKILL)
"""


def test_a_killed_demo_leaves_nothing(run_demo: Callable[[], Demo]):
    demo = run_demo()
    demo.await_up()
    demo.end(signal.SIGKILL)
    eventually(lambda: demo.left() == [], "everything is gone")


def test_it_ends_with_a_reason_when_one_of_its_parts_does(run_demo: Callable[[], Demo]):
    demo = run_demo()
    demo.await_up()
    parts = psutil.Process(demo.process.pid).children()
    next(part for part in parts if "worker.sandbox" in part.cmdline()).kill()
    assert demo.process.wait(120) == 1
    assert "flowhq: The demo ends, because the sandbox ended: killed by SIGKILL" in demo.said()
    assert "Traceback" not in demo.said()
    assert demo.left() == []


def test_a_second_demo_on_the_same_state_is_refused(run_demo: Callable[[], Demo]):
    demo = run_demo()
    demo.await_up()
    result = demo.flowhq("demo")
    assert result.returncode == 4
    assert "Another demo or supervisor runs on" in result.stderr
