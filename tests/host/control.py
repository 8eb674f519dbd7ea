"""The machine that playbooks are run from, as an operator has it: an inventory, a key, and ssh to the host."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.host.installed import SANDBOX_PORT, wheel
from tests.host.machine import Machine
from tests.host.wheels import wheelhouse
from tests.source_tree import ROOT

PLAYBOOKS = ROOT / "ansible"
# What of this tree the playbooks use.
USED = ("ansible", "systemd", "app/settings.py", "build-aux/check_settings.py")
NAME = "bots.flowhq.test"
PROGRAM = str(Path(sys.executable).with_name("ansible-playbook"))
PLAY_S = 900.0
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?:(\w+) : )?(.*)\] \*+$")
RECAP = re.compile(r"^\S+\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@dataclass
class Play:
    """What one run of a playbook said, and how long each role took, in seconds."""

    status: int
    output: str
    took: dict[str, float] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """The names of the tasks that changed something, or would have."""
        return [task for task, result in self._results() if result.startswith("changed")]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many tasks were well, changed something, and failed."""
        found = RECAP.search(self.output)
        assert found, self.output[-3000:]
        good, changed, unreachable, failed = map(int, found.groups())
        return good, changed, failed + unreachable

    @property
    def refusal(self) -> str:
        """Why it stopped, in the play's own words."""
        failures = re.findall(r"^fatal: .*?=> (\{.*?^\}|\{.*\})$", self.output, re.MULTILINE | re.DOTALL)
        return " ".join(" ".join(failures).split())

    def _results(self) -> Iterator[tuple[str, str]]:
        task = ""
        for line in self.output.splitlines():
            if heading := TASK.match(line):
                task = heading[2]
            elif re.match(r"^(ok|changed|fatal|skipping|failed): \[", line):
                yield task, line


@dataclass
class Control:
    """Where an operator sits who looks after one machine."""

    machine: Machine
    directory: Path
    variables: dict[str, Any]

    def play(self, playbook: str = "site.yml", *options: str, **variables: Any) -> Play:
        """Run a playbook over ssh, with these variables beside those of the inventory."""
        inventory = self.directory / "inventory.yml"
        hosts = {NAME: {"ansible_host": "127.0.0.1", "ansible_user": "root",
                        "ansible_ssh_private_key_file": str(self.directory / "key")}}
        inventory.write_text(yaml.safe_dump({"flowhq": {"hosts": hosts, "vars": self.variables | variables}}))
        # In the machine's own network, where its sshd listens on 127.0.0.1.
        command = ["nsenter", f"--target={self.machine.leader()}", "--net", "timeout", str(PLAY_S),
                   PROGRAM, "--inventory", str(inventory), playbook, *options]
        with subprocess.Popen(command, cwd=self.directory / PLAYBOOKS.name, env=self._environment(), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            play = Play(0, "")
            _listen(process, play)
        play.status = process.returncode
        return play

    def _environment(self) -> Mapping[str, str]:
        ssh = f"-o UserKnownHostsFile={self.directory / 'known_hosts'} -o StrictHostKeyChecking=accept-new"
        return {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8",
                "ANSIBLE_HOME": str(self.directory / "home"), "ANSIBLE_SSH_EXTRA_ARGS": ssh,
                "ANSIBLE_NOCOLOR": "1", "ANSIBLE_DEPRECATION_WARNINGS": "1"}


def _listen(process: "subprocess.Popen[str]", play: Play) -> None:
    """Keep what a playbook says, and by its headings the time each role takes."""
    role, began = "start", time.monotonic()
    assert process.stdout
    for line in process.stdout:
        play.output += line
        if (heading := TASK.match(line.rstrip())) or line.startswith("PLAY RECAP"):
            play.took[role] = play.took.get(role, 0) + time.monotonic() - began
            role, began = (heading[1] or "facts") if heading else "", time.monotonic()


@contextmanager
def control_of(machine: Machine, **variables: Any) -> Iterator[Control]:
    """An operator with a key that opens the machine, this tree's wheel, and a sandbox as WhatsApp."""
    with tempfile.TemporaryDirectory(prefix="fhq-ansible-") as directory:
        # Copies: one play after another runs from the same tree, whatever is done to this one meanwhile.
        for name in USED:
            source, target = ROOT / name, Path(directory) / name
            target.parent.mkdir(exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        key = Path(directory) / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        machine.put("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text(), mode="0600")
        yield Control(machine, Path(directory), {
            "flowhq_domain": NAME,
            "flowhq_operator_email": "you@flowhq.test",
            "proxy_certificate_authority": False,
            "flowhq_wheel": str(wheel()),
            "flowhq_wheelhouse": str(wheelhouse()),
            "flowhq_whatsapp_url": f"http://127.0.0.1:{SANDBOX_PORT}/",
            "flowhq_settings": {"FLOWHQ_HEARTBEAT_S": 5, "FLOWHQ_QUIET_S": 0},
            **variables,
        })
