"""Machines for tests that need more than one of them, or end them: each with Flow HQ, all with one WhatsApp outside."""
from collections.abc import Iterator
from contextlib import contextmanager

from tests.host.forward import forwarded
from tests.host.host import Host
from tests.host.image import python_layers
from tests.host.installed import connect_to_web, install
from tests.host.machine import Machine
from tests.host.outside import Outside
from tests.host.people import signed_in
from tests.source_tree import ROOT

PACK_S = 300.0


@contextmanager
def spare_machine(world: Outside) -> Iterator[Machine]:
    """A machine that runs Flow HQ and makes backups, without tenants."""
    with Machine(layers=python_layers(), has_way_out=True) as machine:
        install(machine)
        machine.run("systemctl", "disable", "--now", "--quiet", "sandbox.service")
        machine.run("apt-get", "update", "--quiet", timeout=PACK_S)
        machine.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "age", "zstd", timeout=PACK_S)
        machine.put("/usr/local/bin/flowhq", (ROOT / "systemd" / "flowhq").read_text(), mode="0755")
        with world.seen_from(machine):
            yield machine


@contextmanager
def administered(machine: Machine, world: Outside) -> Iterator[Host]:
    """The machine with an admin at its panel, who comes for the first time."""
    with forwarded(lambda: connect_to_web(machine)) as port:
        url = f"http://127.0.0.1:{port}"
        with signed_in(url) as admin:
            yield Host(machine, admin, world.sandbox, url)

