"""One tenant's worker, taken over, on a real host: what it reaches of another tenant, and how that one fares.

Code that tries everything runs in the attacker's own unit, as the unit is, in place of the worker. What became of each
try is written to docs/isolation.md.
"""
import statistics

import pytest

from tests.attacks_sql import ATTACKS, Outcome
from tests.guarded import ATTACKER, SECRET, VICTIM
from tests.host.attack.report import Harm, write
from tests.host.attack.siege import Siege, unit
from tests.host.forward import forwarded
from tests.host.installed import SANDBOX_PORT, installed
from tests.patience import eventually
from tests.rig import Api

pytestmark = [pytest.mark.host, pytest.mark.slow, pytest.mark.timeout(1800)]
# What is not refused, and why that does no harm.
CONTAINED = {
    "connect to /run/systemd/io.system.ManagedOOM": "it tells which units systemd watches, no more",
}
MOST_TIMES = 2
"""How many times as long as usual a customer may wait for the victim's answer, at the median."""
SERIES = 3
"""A machine that does other things as well makes a customer wait now and then: then more lines are written."""
ABUSES = ("processes", "memory", "processor", "disk", "log", "notes", "connections", "statements", "sorting", "locks",
          "egress")


@pytest.fixture(scope="module")
def siege(can_boot):
    with installed() as machine, forwarded(lambda: machine.connect(SANDBOX_PORT)) as port:
        made = Siege(machine, Api(f"http://127.0.0.1:{port}"))
        made.prepare()
        yield made


@pytest.fixture(scope="module")
def results():
    """What the tests of this file have found, written down when all have run."""
    found: dict[str, list] = {"tries": [], "harm": []}
    yield found
    if found["tries"] and len(found["harm"]) == len(ABUSES):
        write(found["tries"], found["harm"], CONTAINED)


def test_the_attacker_reaches_nothing(siege, results):
    siege.latencies()
    victim = siege.seen(VICTIM, "MainPID")
    rows = siege.ask(f"SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM message m WHERE tenant_id = "  # noqa: S608
                     f"(SELECT id FROM tenant WHERE slug = '{VICTIM}')")

    tries = siege.intrude()

    expected = {attack.goal: attack for attack in ATTACKS}
    got = {f"{one['topic']}: {one['goal']}": one["said"] for one in tries
           if one["verdict"] == "got" and one["goal"] not in CONTAINED
           and not (one["goal"] in expected and expected[one["goal"]].outcome is Outcome.CONTAINED)}
    assert got == {}
    assert {one["goal"] for one in tries} >= set(expected)
    assert len(tries) > len(expected) + 100
    assert not [one for one in tries if SECRET in one["said"]]
    assert siege.ask(f"SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM message m WHERE tenant_id = "  # noqa: S608
                     f"(SELECT id FROM tenant WHERE slug = '{VICTIM}')") == rows
    assert (siege.seen(VICTIM, "MainPID"), siege.seen(VICTIM, "ActiveState")) == (victim, "active")
    results["tries"] += tries


def test_what_it_says_in_the_victims_name_is_not_believed(siege):
    machine, victim = siege.machine, siege.seen(VICTIM, "MainPID")

    assert "forged" not in machine.run("journalctl", "-u", unit(VICTIM), "-o", "cat").stdout
    assert "forged line" in machine.run("journalctl", "-u", unit(ATTACKER), "-o", "cat").stdout
    assert "forged" not in siege.seen(VICTIM, "StatusText")
    assert siege.seen(ATTACKER, "MainPID") != victim
    for place in ("/tmp/trace", "/var/tmp/trace"):  # noqa: S108
        assert machine.run("nsenter", "-t", victim, "-m", "test", "-e", place, check=False).returncode == 1


@pytest.mark.parametrize("how", ABUSES)
def test_the_victim_answers_while_the_attacker_misbehaves(siege, results, how):
    restarts = siege.seen(VICTIM, "NRestarts")

    usual: list[float] = []
    meanwhile: list[float] = []
    for _ in range(SERIES):
        usual += siege.latencies()
        with siege.abused(how):
            meanwhile += siege.latencies()
        usual += siege.latencies()
        harm = Harm(how, statistics.median(usual), meanwhile)
        if harm.median <= MOST_TIMES * harm.usual:
            break

    results["harm"].append(harm)
    assert harm.median <= MOST_TIMES * harm.usual, harm
    assert (siege.seen(VICTIM, "ActiveState"), siege.seen(VICTIM, "NRestarts")) == ("active", restarts)


def test_a_worker_that_fills_the_disk_is_ended_and_says_why(siege):
    said = ("SELECT last_error FROM worker_process w JOIN tenant t ON t.id = w.tenant_id "  # noqa: S608
            f"WHERE slug = '{ATTACKER}'")

    with siege.abused("disk"):
        eventually(lambda: siege.seen(ATTACKER, "ActiveState") in ("inactive", "failed"), "the attacker is ended", 240)

    eventually(lambda: "MiB on the disk" in siege.ask(said), "it says why", 30)
    assert siege.seen(VICTIM, "ActiveState") == "active"
