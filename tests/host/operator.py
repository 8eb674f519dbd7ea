"""Where an operator sits who looks after several machines: an inventory, a key, and ssh to each of them."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.host.control import PLAY_S, PLAYBOOKS, Play
from tests.host.forward import forwarded
from tests.host.machine import Machine


class Operator:
    """Runs playbooks on machines by their names in the inventory."""

    def __init__(self, directory: Path, ports: Mapping[str, int], variables: Mapping[str, Any]) -> None:
        self._directory = directory
        connection = {"ansible_host": "127.0.0.1", "ansible_user": "root",
                      "ansible_ssh_private_key_file": str(directory / "key")}
        hosts = {name: {**connection, "ansible_port": port} for name, port in ports.items()}
        (directory / "inventory.yml").write_text(yaml.safe_dump({"flowhq": {"hosts": hosts, "vars": dict(variables)}}))

    def play(self, playbook: str, *options: str, **variables: Any) -> Play:
        """Run a playbook with these variables; what it said is in what comes back, whether it went well or not."""
        said = [word for name, value in variables.items() for word in ("--extra-vars", json.dumps({name: value}))]
        command: list[str | Path] = ["timeout", str(PLAY_S), Path(sys.executable).with_name("ansible-playbook"),
                                     "--inventory", self._directory / "inventory.yml", playbook, *options, *said]
        done = subprocess.run(command, cwd=PLAYBOOKS, env=self._environment(), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return Play(done.returncode, done.stdout)

    def _environment(self) -> dict[str, str]:
        ssh = "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR"
        return {"PATH": os.environ["PATH"], "HOME": str(self._directory), "LANG": "C.UTF-8", "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_HOME": str(self._directory / "ansible"), "ANSIBLE_SSH_EXTRA_ARGS": ssh}


@contextmanager
def operator_of(machines: Mapping[str, Machine], **variables: Any) -> Iterator[Operator]:
    """An operator whose key opens these machines."""
    with tempfile.TemporaryDirectory(prefix="fhq-operator-") as directory, ExitStack() as stack:
        key = Path(directory) / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        for machine in machines.values():
            machine.put("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text(), mode="0600")
        ports = {name: stack.enter_context(forwarded(partial(machine.connect, 22)))
                 for name, machine in machines.items()}
        yield Operator(Path(directory), ports, variables)
