"""A booted Flow HQ with two tenants: the attacker's unit runs what the test likes, the victim's answers a customer."""
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.guarded import ATTACKER, VICTIM
from tests.host.machine import Machine
from tests.patience import eventually
from tests.rig import Api

PLACE = "/opt/flowhq/attack"
CODE = Path(__file__).parent
NUMBER, CUSTOMER = "+255700000002", "+255711000001"
ROUNDS = 9
# A unit has 30 s to end.
STOP_S = 45.0
HEARD_S = 10.0
PATIENCE_S = 60.0
# What pkill says where there is no such process.
NONE_LEFT = 1
DROP_IN = f"""\
[Service]
Type=exec
Restart=no
WatchdogSec=0
ExecStart=
ExecStart=/opt/flowhq/bin/python -I {PLACE}/"""


def unit(slug: str) -> str:
    return f"flowhq-worker@{slug}.service"


class Siege:
    """What the test does on the machine, and what it sees there."""

    def __init__(self, machine: Machine, sandbox: Api) -> None:
        self.machine, self.sandbox = machine, sandbox

    def prepare(self) -> None:
        """Make the two tenants, link the victim, and put the attacker's code where its unit may run it."""
        for slug, number in ((ATTACKER, "+255700000001"), (VICTIM, NUMBER)):
            self.machine.run("flowhq", "tenant", "create", slug, "--name", slug, "--template", "support",
                             "--example-content", "--phone", number, user="flowhq")
        # The bot types for a tenth of a second, much less than for people: what an attack adds is not hidden by it.
        self.ask("UPDATE tenant_config SET typing_ms_per_char = 1, typing_max_ms = 100, chat_limit = 100000, "
                 "tenant_limit = 100000, warm_up_days = 0")
        self.machine.run("flowhq", "worker", "start", VICTIM, user="flowhq")
        self.sandbox.post("/phones", number=NUMBER, name=VICTIM)
        self.sandbox.post("/phones", number=CUSTOMER, name="Asha")
        code = eventually(self._code, "a code is shown", 120)
        self.sandbox.post(f"/phones/{NUMBER}/scan", qr=code)
        connected = "SELECT count(*) FROM whatsapp_session WHERE state = 'CONNECTED'"
        eventually(lambda: self.ask(connected) == "1", "the victim is linked", 120)
        self.machine.copy(CODE / "intruder.py", PLACE)
        self.machine.copy(CODE / "abuse.py", PLACE)
        self.machine.copy(CODE.parents[1] / "attacks_sql.py", f"{PLACE}/tests")

    def ask(self, query: str) -> str:
        """A query's answer, as PostgreSQL's superuser."""
        return self.machine.run("psql", "-qAtF", "\t", "flowhq", "-c", query, user="postgres").stdout.strip()

    def seen(self, slug: str, what: str) -> str:
        """A property of a tenant's unit."""
        return self.machine.run("systemctl", "show", "-P", what, unit(slug)).stdout.strip()

    def facts(self) -> dict[str, Any]:
        """Where the victim is."""
        pid = int(self.seen(VICTIM, "MainPID"))
        profile = f"/var/lib/private/flowhq/{VICTIM}/profile"
        browser = self.machine.run("head", "-1", f"{profile}/DevToolsActivePort").stdout
        lines = self.machine.run("ps", "--ppid", str(pid), "-o", "args=", "-ww").stdout
        driver = re.search(r"chromedriver.*--port=(\d+)", lines)
        assert driver, lines
        ids = self.ask(f"SELECT t.id, c.id, m.id FROM tenant t JOIN chat c ON c.tenant_id = t.id "  # noqa: S608
                       f"JOIN message m ON m.chat_id = c.id WHERE slug = '{VICTIM}' LIMIT 1").split("\t")
        session = self.ask(f"SELECT pid FROM pg_stat_activity WHERE usename = 'fhq-{VICTIM}' LIMIT 1")  # noqa: S608
        return {
            "victim": VICTIM, "victim_pid": pid,
            "victim_uid": int(self.machine.run("stat", "-c", "%u", f"/proc/{pid}").stdout),
            "ports": {"the victim's chromedriver": int(driver[1]), "the victim's browser": int(browser),
                      "PostgreSQL": 5432, "SSH": 22},
            "rows": dict(zip(("TENANT", "CHAT", "MESSAGE", "PID"), map(int, (*ids, session)), strict=True)),
        }

    def intrude(self) -> list[dict[str, str]]:
        """Let the attacker try everything; what became of each try."""
        results = f"/var/lib/private/flowhq/{ATTACKER}/tries.json"
        self.machine.put(f"{PLACE}/facts.json", json.dumps(self.facts()))
        self.machine.run("rm", "-f", results)
        self.start_attacker(f"intruder.py {PLACE}/facts.json /var/lib/flowhq/{ATTACKER}/tries.json")
        lines = eventually(lambda: self._whole(results), "the attacker has tried everything", 400)
        return [json.loads(line) for line in lines[:-1]]

    @contextmanager
    def abused(self, how: str) -> Iterator[None]:
        """While the attacker does what abuse.py calls so."""
        self.start_attacker(f"abuse.py {how}")
        try:
            yield
        finally:
            self.stop_attacker()

    def start_attacker(self, code: str) -> None:
        """Start the attacker's unit as it is, but with this code in the worker's place."""
        self.machine.put(f"/run/systemd/system/{unit(ATTACKER)}.d/attack.conf", DROP_IN + code + "\n")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "restart", unit(ATTACKER))

    def stop_attacker(self) -> None:
        if self.machine.run("systemctl", "stop", "--no-block", unit(ATTACKER), check=False, timeout=HEARD_S).returncode:
            # systemd has no ear for anybody while it is flooded, nor for the name of a user it made; the kernel has.
            owner = self.machine.run("stat", "-c", "%u", f"/var/lib/private/flowhq/{ATTACKER}").stdout.strip()
            killed = self.machine.run("pkill", "-KILL", "-u", owner, check=False)
            assert killed.returncode in (0, NONE_LEFT), killed.stderr
        eventually(self._is_stopped, "systemd hears that the attacker shall stop", 4 * STOP_S)
        self.machine.run("systemctl", "reset-failed", unit(ATTACKER), check=False)
        self.machine.run("sh", "-c", f"rm -f /var/lib/private/flowhq/{ATTACKER}/fill*")

    def _is_stopped(self) -> bool:
        return not self.machine.run("systemctl", "stop", unit(ATTACKER), check=False, timeout=STOP_S).returncode

    def latencies(self) -> list[float]:
        """Seconds from a customer's line to the victim's answer on the phone, of each of ROUNDS.

        By the sandbox's own clock: how long it takes a test out here to ask for them is no harm done to the victim.
        """
        return [self._latency(number) for number in range(ROUNDS)]

    def _latency(self, number: int) -> float:
        line = self.sandbox.post(f"/phones/{CUSTOMER}/messages", to=NUMBER, text=f"hello {number}")["id"]
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S:
            chat = self.sandbox.get(f"/phones/{CUSTOMER}/messages?with={NUMBER[1:]}&limit=4")
            at = next(place for place, one in enumerate(chat) if one["id"] == line)
            if answers := [one["time"] for one in chat[at:] if one["from"] == NUMBER]:
                return answers[0] - chat[at]["time"]
            time.sleep(0.05)
        return float("inf")

    def _code(self) -> str:
        return self.ask("SELECT qr_code FROM whatsapp_session WHERE qr_code IS NOT NULL")

    def _whole(self, file: str) -> list[str]:
        lines = self.machine.run("cat", file, check=False).stdout.splitlines()
        return lines if lines and '"end"' in lines[-1] else []

