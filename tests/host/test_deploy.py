"""Over to another release and back, as an operator does it, while customers write and people open pages."""
import hashlib
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.host.control import NAME, wheelhouse
from tests.host.crowd import Crowd
from tests.host.host import Host
from tests.host.installed import ADMIN, PASSWORD, SANDBOX_PORT, wheel
from tests.host.machine import Machine
from tests.host.operator import Operator, operator_of
from tests.host.outside import outside
from tests.host.people import Business
from tests.host.spare import administered
from tests.host.visitors import Visitors
from tests.patience import eventually
from tests.source_tree import ROOT

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(3600)]
SLUGS = ("acme", "beta", "coco")
NEWER = "0.9.0"
LOOK_S = 2.0
BROWSER = ("chromium", "chromium-common", "chromium-driver", "chromium-headless-shell")
WA_JS = ROOT / "worker" / "whatsapp" / "wa_js" / "wppconnect-wa.js"
JOURNAL = "MESSAGE,TENANT,CAUSE,ERROR,VERSION,CHAT,OUTCOME,DELIVERY,LATE,IN_A_ROW,REASON,WHY,CHATS,MESSAGES"
RINGS = {"deploy_quiet_s": 5}
SETTINGS = {
    "flowhq_domain": NAME, "flowhq_operator_email": "you@flowhq.test", "proxy_certificate_authority": False,
    "flowhq_whatsapp_url": f"http://127.0.0.1:{SANDBOX_PORT}/",
    "flowhq_settings": {"FLOWHQ_HEARTBEAT_S": 5, "FLOWHQ_QUIET_S": 0},
}


class Site(NamedTuple):
    """A host with businesses that are linked, its operator, and an admin at its panel."""

    machine: Machine
    operator: Operator
    businesses: list[Business]
    host: Host


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
            yield Site(machine, operator, businesses, host)


@pytest.fixture(scope="module")
def unlinked(site):
    """A business whose code somebody is about to scan, the first of all by its name."""
    business = site.host.business("aaron")
    site.host.admin.presses(business.slug, "start")
    eventually(lambda: site.host.admin.sees(business.slug).qr, "the panel shows a code")
    return business


def release_of(machine):
    return machine.run("readlink", "/opt/flowhq").stdout.strip()


@contextmanager
def watched(admin, business):
    """Somebody has the business's page open meanwhile, to scan the code there."""
    enough = threading.Event()

    def look():
        while not enough.wait(LOOK_S):
            admin.sees(business.slug)

    thread = threading.Thread(target=look)
    thread.start()
    yield
    enough.set()
    thread.join()


def pids_on(machine, *units):
    """The main processes of these units, or of every worker and the web pages."""
    wanted = units or ("flowhq-worker@*", "flowhq-web.service")
    return machine.run("systemctl", "show", "--property=MainPID", *wanted).stdout


@contextmanager
def told_by_the_workers(machine):
    """Where an assertion fails in here, print what the workers have written in their journal."""
    try:
        yield
    except AssertionError:
        print(machine.run("journalctl", "--unit=flowhq-worker@*", "--output=verbose", f"--output-fields={JOURNAL}",
                          "--lines=400").stdout)
        raise


def under_load(site, first, playbook, **variables):
    """Run a playbook, which goes well, while customers write and people open pages.

    Nobody is turned away, nothing lost, nobody scans.
    """
    machine, operator, businesses, _ = site
    devices = [business.devices() for business in businesses]
    crowd, visitors = Crowd(businesses, each=6, first=first), Visitors(machine, NAME)
    began = time.monotonic()
    with visitors.visiting(), crowd.writing():
        play = operator.play(playbook, **RINGS, **variables)
    print(f"\n{playbook}: {time.monotonic() - began:.0f} s, {visitors.served} pages, {sum(crowd.wrote.values())} lines",
          *rolled(play))
    # First, since what follows fails too where the play has stopped half-way, and says less.
    assert play.status == 0, play.output[-4000:]
    assert visitors.failures == []
    assert visitors.served > 0
    with told_by_the_workers(machine):
        crowd.has_had_one_answer_each()
    assert [business.devices() for business in businesses] == devices
    return play


def rolled(play):
    """The businesses in the order in which the ring restarted them, each with what it was again."""
    return re.findall(r"(\w+): (\w+) again after", play.output)


def test_over_to_a_newer_release_nobody_is_turned_away_and_no_message_lost(site, newer_wheel, unlinked):
    machine, *_ = site
    before = release_of(machine)
    machine.run("mkdir", *(f"/opt/flowhq-releases/0.0.{number}-old" for number in range(3)))
    with watched(site.host.admin, unlinked):
        play = under_load(site, 255714000001, "deploy.yml", flowhq_wheel=str(newer_wheel))

    assert f"/{NEWER}-" in release_of(machine) != before
    *linked, last = rolled(play)
    assert sorted(linked) == [(slug, "CONNECTED") for slug in SLUGS]
    assert last[0] == unlinked.slug, "whose code is about to be scanned is restarted last"
    kept = machine.run("sh", "-c", "ls -d /opt/flowhq-releases/*-*").stdout.split()
    assert len(kept) == 3
    assert {release_of(machine), before} < set(kept)


def test_who_was_about_to_scan_scans_the_new_code(site, unlinked):
    unlinked.scans(site.host.admin)
    site.host.is_connected(unlinked)
    site.host.admin.presses(unlinked.slug, "stop")


def test_the_same_again_restarts_nobody(site, newer_wheel):
    machine, operator, *_ = site
    pids = pids_on(machine)
    play = operator.play("deploy.yml", flowhq_wheel=str(newer_wheel), **RINGS)

    assert play.status == 0, play.output[-4000:]
    assert pids_on(machine) == pids


def test_back_to_the_release_before_as_well(site):
    machine, *_ = site
    play = under_load(site, 255714000101, "rollback.yml")

    assert f"/{NEWER}-" not in release_of(machine)
    assert "keeps the newer schema" in " ".join(play.output.split())


def test_the_ring_stops_at_the_first_that_is_not_back_and_says_who(site, newer_wheel):
    machine, operator, businesses, _ = site
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


def all_are_connected(site):
    for business in site.businesses:
        site.host.is_connected(business)


def bundle_of(machine, business):
    """The wa-js that the business's worker was told to load."""
    pid = pids_on(machine, business.unit).strip().removeprefix("MainPID=")
    said = machine.run("cat", f"/proc/{pid}/environ").stdout.split("\0")
    return next((line.removeprefix("FLOWHQ_WA_JS=") for line in said if line.startswith("FLOWHQ_WA_JS=")), "")


def other_wa_js(directory, text):
    """A bundle that is not the release's, and the variables that name it."""
    bundle = directory / "other.js"
    bundle.write_text(text)
    return {"deploy_part": "wa_js", "deploy_wa_js": str(bundle), "deploy_first": "acme",
            "deploy_wa_js_sha256": hashlib.sha256(bundle.read_bytes()).hexdigest()}


def test_a_wa_js_that_does_not_work_stops_at_the_business_that_tries_it(site, tmp_path):
    machine, operator, businesses, _ = site
    untouched = pids_on(machine, "flowhq-worker@beta", "flowhq-worker@coco")
    play = operator.play("deploy.yml", deploy_back_s=20, **RINGS, **other_wa_js(tmp_path, "window.WPP = {};"))

    assert "acme: was CONNECTED, and is not back" in " ".join(play.output.split())
    assert pids_on(machine, "flowhq-worker@beta", "flowhq-worker@coco") == untouched
    assert operator.play("rollback.yml", deploy_part="wa_js", **RINGS).status == 0
    assert [bundle_of(machine, business) for business in businesses] == ["", "", ""]


def test_over_to_another_wa_js_alone_and_back(site, tmp_path):
    machine, operator, businesses, _ = site
    release = release_of(machine)
    all_are_connected(site)
    told = other_wa_js(tmp_path, WA_JS.read_text() + "\n// newer\n")
    wrong = operator.play("deploy.yml", **told | {"deploy_wa_js_sha256": "0" * 64})
    play = under_load(site, 255714000301, "deploy.yml", **told)

    assert f"It has {told['deploy_wa_js_sha256']}" in " ".join(wrong.output.split())
    assert rolled(play)[0] == ("acme", "CONNECTED")
    assert {bundle_of(machine, business) for business in businesses} == {
        f"/opt/flowhq-wa-js/{told['deploy_wa_js_sha256']}.js"}
    assert operator.play("rollback.yml", deploy_part="wa_js", **RINGS).status == 0
    assert [bundle_of(machine, business) for business in businesses] == ["", "", ""]
    assert release_of(machine) == release


def browser_of(machine):
    return machine.run("dpkg-query", "--show", "--showformat=${Version}\n", *BROWSER).stdout.splitlines()


def test_over_to_another_chromium_alone_and_back(site):
    machine, operator, businesses, _ = site
    before = browser_of(machine)
    all_are_connected(site)
    offered = {line.split("|")[1].strip() for line in machine.run("apt-cache", "madison", *BROWSER).stdout.splitlines()}
    other = next(iter(offered - set(before)))
    older = operator.play("deploy.yml", deploy_part="chromium", chromium_version="1.2.3.4-1", **RINGS)
    assert "Say who tries it alone" in " ".join(older.output.split()), older.output[-4000:]
    missing = operator.play("deploy.yml", deploy_part="chromium", chromium_version="1.2.3.4-1", deploy_first="acme",
                            **RINGS)
    assert "could not be installed, and no business was touched" in " ".join(missing.output.split()), \
        missing.output[-4000:]

    play = under_load(site, 255714000401, "deploy.yml", deploy_part="chromium", chromium_version=other,
                      deploy_first="acme")

    assert rolled(play)[0] == ("acme", "CONNECTED")
    assert set(browser_of(machine)) == {other}
    assert machine.run("apt-mark", "showhold").stdout.split() == sorted(BROWSER)
    back = operator.play("rollback.yml", deploy_part="chromium", **RINGS)
    assert back.status == 0, back.output[-4000:]
    assert browser_of(machine) == before
    crowd = Crowd(businesses, each=1, first=255714000501)
    crowd.all_write()
    crowd.has_had_one_answer_each()
