"""Over to another release and back, as an operator does it, while customers write and people open pages."""
import re
import shutil
import subprocess
import sys
import time

import pytest

from tests.host.control import NAME, wheelhouse
from tests.host.crowd import Crowd
from tests.host.installed import ADMIN, PASSWORD, SANDBOX_PORT, wheel
from tests.host.machine import Machine
from tests.host.operator import operator_of
from tests.host.outside import outside
from tests.host.spare import administered
from tests.host.visitors import Visitors
from tests.source_tree import ROOT

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(3600)]
SLUGS = ("acme", "beta", "coco")
NEWER = "0.9.0"
RINGS = {"deploy_quiet_s": 5}
SETTINGS = {
    "flowhq_domain": NAME, "flowhq_operator_email": "you@flowhq.test", "proxy_certificate_authority": False,
    "flowhq_whatsapp_url": f"http://127.0.0.1:{SANDBOX_PORT}/", "flowhq_settings": {"FLOWHQ_HEARTBEAT_S": 5},
}


@pytest.fixture(scope="module")
def newer_wheel(tmp_path_factory):
    """This tree's wheel under another version."""
    source = tmp_path_factory.mktemp("newer") / "source"
    for part in ("app", "worker"):
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, source)
    setup = (source / "setup.cfg").read_text()
    (source / "setup.cfg").write_text(re.sub(r"(?m)^version = .*$", f"version = {NEWER}", setup, count=1))
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", source.parent, source],
                   check=True)
    return next(source.parent.glob("*.whl"))


@pytest.fixture(scope="module")
def site(can_boot):
    """A host that site.yml made of a bare Debian, with three businesses that are linked."""
    with outside() as world, Machine(has_way_out=True) as machine, operator_of(
            {NAME: machine}, flowhq_wheelhouse=str(wheelhouse()), **SETTINGS) as operator:
        began = time.monotonic()
        play = operator.play("site.yml", flowhq_wheel=str(wheel()))
        assert play.status == 0, play.output[-4000:]
        print(f"\nset up in {time.monotonic() - began:.0f} s")
        machine.run("flowhq", "admin", "create", ADMIN, "--password-stdin", input=PASSWORD + "\n")
        with world.seen_from(machine), administered(machine, world) as host:
            businesses = [host.linked(slug) for slug in SLUGS]
            yield machine, operator, businesses


def release_of(machine):
    return machine.run("readlink", "/opt/flowhq").stdout.strip()


def pids_on(machine, *units):
    """The main processes of these units, or of every worker and the web pages."""
    wanted = units or ("flowhq-worker@*", "flowhq-web.service")
    return machine.run("systemctl", "show", "--property=MainPID", *wanted).stdout


def under_load(site, first, playbook, **variables):
    """Run a playbook while customers write and people open pages: nobody is turned away, nothing lost, nobody scans."""
    machine, operator, businesses = site
    devices = [business.devices() for business in businesses]
    crowd, visitors = Crowd(businesses, each=6, first=first), Visitors(machine, NAME)
    began = time.monotonic()
    with visitors.visiting(), crowd.writing():
        play = operator.play(playbook, **RINGS, **variables)
    print(f"\n{playbook}: {time.monotonic() - began:.0f} s, {visitors.served} pages, {sum(crowd.wrote.values())} lines")
    assert visitors.failures == []
    assert visitors.served > 0
    crowd.has_had_one_answer_each()
    assert [business.devices() for business in businesses] == devices
    return play


def test_over_to_a_newer_release_nobody_is_turned_away_and_no_message_lost(site, newer_wheel):
    machine, *_ = site
    before = release_of(machine)
    play = under_load(site, 255714000001, "deploy.yml", flowhq_wheel=str(newer_wheel))

    assert play.status == 0, play.output[-4000:]
    assert f"/{NEWER}-" in release_of(machine) != before
    assert all(f"{slug}: CONNECTED again" in play.output for slug in SLUGS)


def test_the_same_again_restarts_nobody(site, newer_wheel):
    machine, operator, _ = site
    pids = pids_on(machine)
    play = operator.play("deploy.yml", flowhq_wheel=str(newer_wheel), **RINGS)

    assert play.status == 0, play.output[-4000:]
    assert pids_on(machine) == pids


def test_back_to_the_release_before_as_well(site):
    machine, *_ = site
    play = under_load(site, 255714000101, "rollback.yml")

    assert play.status == 0, play.output[-4000:]
    assert f"/{NEWER}-" not in release_of(machine)
    assert "keeps the newer schema" in " ".join(play.output.split())


def test_the_ring_stops_at_the_first_that_is_not_back_and_says_who(site, newer_wheel):
    machine, operator, businesses = site
    place = "/etc/systemd/system/flowhq-worker@acme.service.d"
    machine.put(f"{place}/test.conf", "[Service]\nRestart=no\nExecStartPre=/bin/false\n")
    untouched = pids_on(machine, "flowhq-worker@coco")
    play = operator.play("deploy.yml", flowhq_wheel=str(newer_wheel), deploy_back_s=20, **RINGS)
    said = " ".join(play.output.split())

    assert play.status != 0
    assert "acme: was CONNECTED, and is not back" in said
    assert "rollback.yml" in said
    assert pids_on(machine, "flowhq-worker@coco") == untouched
    machine.run("rm", "-r", place)
    machine.run("systemctl", "daemon-reload")
    assert operator.play("rollback.yml", **RINGS).status == 0
    crowd = Crowd(businesses, each=1, first=255714000201)
    crowd.all_write()
    crowd.has_had_one_answer_each()
