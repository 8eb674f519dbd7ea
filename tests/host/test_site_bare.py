"""The playbook on a Debian that has nothing but ssh and Python, with every package from the network."""
import json

import pytest

from tests.host.image import debian
from tests.host.site import NAME, site_on
from tests.patience import eventually

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.downloads, pytest.mark.timeout(2400)]

BARE = ("systemd", "systemd-sysv", "dbus", "python3", "openssh-server")


@pytest.fixture(scope="module")
def bare(can_boot):
    """A machine as it is rented."""
    with site_on([debian(BARE)]) as site:
        yield site


def test_a_dry_run_says_what_it_cannot_foresee(bare):
    play = bare.play("--check on a bare Debian", "--check")

    assert (play.status, play.changed) == (0, [])
    assert "A dry run needs python3-apt" in play.output


def test_a_bare_debian_becomes_a_running_platform(bare):
    first = bare.play("site.yml on a bare Debian, monitored", monitoring_enabled=True)
    assert first.status == 0, first.output[-5000:]
    bare.runs_a_sandbox()

    second = bare.play("the second time", monitoring_enabled=True)

    assert (second.status, second.changed) == (0, [])
    page = ("--output", "/dev/null", "--write-out", "%{http_version} %{http_code}", f"https://{NAME}/sign-in")
    eventually(lambda: bare.curl(*page) == "2 200", "the page of signing in is there")


def test_the_doctor_finds_no_fault_there(bare):
    said = bare.machine.run("flowhq", "doctor", "--json", check=False).stdout
    assert [one for one in json.loads(said) if one["verdict"] == "FAIL"] == []


def test_prometheus_is_told_of_machine_and_platform(bare):
    def told() -> str:
        return bare.machine.run("curl", "--silent", "http://127.0.0.1:9100/metrics", check=False).stdout

    eventually(lambda: 'flowhq_outgoing_late{kind="letter"} 0' in told(), "the bots' numbers are told")
    assert 'node_systemd_unit_state{name="flowhq-web.service",state="active",type="notify"} 1' in told()
