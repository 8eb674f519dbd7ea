"""A rented machine that sets itself up, as docs/cloud-init.example.yml tells it to."""
import subprocess

import pytest

from tests.host.image import debian
from tests.host.installed import wheel
from tests.host.machine import PROXY, Machine
from tests.host.wheels import wheelhouse
from tests.patience import eventually
from tests.source_tree import ROOT

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.downloads, pytest.mark.timeout(2400)]

# What a provider's own image of Debian has.
RENTED = ("systemd", "systemd-sysv", "dbus", "python3", "openssh-server", "sudo", "iproute2", "cloud-init")
EXAMPLE = ROOT / "docs" / "cloud-init.example.yml"
ADDRESS = "https://files.example.org/flowhq.tar.gz"
STAGES = ("cloud-init-local", "cloud-init", "cloud-config", "cloud-final")
SEED = "/var/lib/cloud/seed/nocloud"
WHEELS = "/srv/wheels"
# Packages come by the network, wheels from where they were downloaded to. A rented machine has an address, too.
WAY_OUT = f"""\
[Service]
ExecStartPre=ip link add rented type veth peer name yonder
ExecStartPre=ip link set rented up
ExecStartPre=ip address add 192.0.2.10/24 dev rented
ExecStartPre=ip route add default via 192.0.2.1
Environment=http_proxy={PROXY} https_proxy={PROXY} no_proxy=127.0.0.1 PIP_NO_INDEX=1 PIP_FIND_LINKS={WHEELS}
"""
SET_UP_S = 1200.0


@pytest.fixture(scope="module")
def rented(can_boot, tmp_path_factory):
    """A machine that was given the example as its user data, and has done what it says."""
    archive = tmp_path_factory.mktemp("archive") / "flowhq.tar.gz"
    subprocess.run(["git", "archive", "--prefix=flowhq/dist/", f"--add-file={wheel()}", "--prefix=flowhq/",
                    "--output", archive, "HEAD"], cwd=ROOT, check=True)
    with Machine(layers=[debian(RENTED)], has_way_out=True) as machine:
        machine.copy(archive, "/srv")
        machine.copy(wheelhouse("ansible-core>=2.16"), WHEELS)
        machine.put("/etc/systemd/system/cloud-final.service.d/way-out.conf", WAY_OUT)
        machine.put("/etc/cloud/cloud.cfg.d/99-test.cfg", "datasource_list: [NoCloud]\nnetwork: {config: disabled}\n")
        machine.put(f"{SEED}/meta-data", "instance-id: trial\nlocal-hostname: trial\n")
        machine.put(f"{SEED}/user-data", EXAMPLE.read_text().replace(ADDRESS, "file:///srv/flowhq.tar.gz"))
        machine.run("cloud-init", "clean")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", *STAGES, timeout=SET_UP_S, check=False)
        yield machine


def test_it_is_what_cloud_init_takes_for_valid(rented):
    assert "Valid" in rented.run("cloud-init", "schema", "--config-file", f"{SEED}/user-data").stdout


def test_the_platform_runs_without_anybody_having_signed_in(rented):
    said = rented.run("sh", "-c", "tail -n 40 /var/log/flowhq-setup.log; tail -n 20 /var/log/cloud-init-output.log",
                      check=False).stdout
    assert "failed=0" in said, said

    page = ("curl", "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}",
            "https://127.0.0.1/sign-in")
    eventually(lambda: rented.run(*page, check=False).stdout == "200", "the page of signing in is there")
