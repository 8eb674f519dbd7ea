"""`ansible-playbook site.yml`, run over ssh against a booted Debian: from nothing to a business that is answered."""
import json
from pathlib import Path

import pytest

from tests.host.authority import DIRECTORY, run_authority
from tests.host.installed import addresses
from tests.host.people import Business, signed_in
from tests.host.site import ASSET, NAME, certificate, site_on, visited
from tests.patience import eventually
from tests.rig import Api

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(1500)]

CUSTOMER = "+255711000901"
MISTAKES = {
    "a name with a scheme": ({"flowhq_domain": "https://bots.example.org"}, "Give it as in bots.example.org"),
    "a wheel that is not there": ({"flowhq_wheel": "/nowhere/flowhq-1.0-py3-none-any.whl"}, "Run `make wheel` first"),
    "a zone that is none": ({"base_timezone": "Africa/Nowhere"}, "is no zone"),
    "a share that is none": ({"postgresql_memory_share": 12}, "give a share from 0.02 to 0.4"),
    "a number that is none": ({"flowhq_releases_kept": "three"}, "flowhq_releases_kept"),
    "a variable that is none": ({"flowhq_domian": "bots.example.org"}, "flowhq_domian: no role has a variable"),
    "a setting that is none": ({"flowhq_settings": {"FLOWHQ_HEARTBEATS": 5}}, "do you mean FLOWHQ_HEARTBEAT_S?"),
    "a setting that cannot be": ({"flowhq_settings": {"FLOWHQ_HEARTBEAT_S": "often"}}, "it takes a number of seconds"),
    "a certificate without an address": (
        {"proxy_certificate_authority": True, "flowhq_operator_email": ""}, "set flowhq_operator_email"),
    "the key itself as the recipient": ({"backup_recipient": "AGE-SECRET-KEY-1QQ"}, "must not leave your computer"),
}


@pytest.fixture(scope="module")
def bare(can_boot):
    """A machine that the playbook has not seen."""
    with site_on() as site:
        yield site


@pytest.fixture(scope="module")
def site(bare):
    """The machine after the playbook."""
    play = bare.play("site.yml, the first time")
    assert play.status == 0, play.output[-5000:]
    bare.runs_a_sandbox()
    return bare


@pytest.fixture
def spoiled(site):
    """What spoils a file of the machine; all is put back afterwards."""
    kept = {}

    def spoil(path: str, line: str) -> None:
        kept[path] = site.machine.run("cat", path).stdout
        site.machine.run("sh", "-c", f"echo '{line}' >>{path}")

    yield spoil
    for path, content in kept.items():
        site.machine.run("sh", "-c", f"cat >{path}", input=content)
    site.machine.run("systemctl", "daemon-reload")


def doctor(site):
    """What `flowhq doctor` finds, each check with its result."""
    said = site.machine.run("flowhq", "doctor", "--json", check=False).stdout
    return {one["check"]: one for one in json.loads(said)}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_it_before_anything_changes(bare, mistake):
    variables, advice = MISTAKES[mistake]

    play = bare.control.play("site.yml", **variables)

    assert advice in play.refusal
    assert play.counts[1:] == (0, 1)


def test_another_debian_is_refused(bare):
    kept = bare.machine.run("cat", "/etc/debian_version", "/etc/os-release").stdout
    bare.machine.run("sed", "-i", "s/12.*/13.1/", "/etc/debian_version")
    bare.machine.run("sed", "-i", "s/\"12\"/\"13\"/; s/bookworm/trixie/; s/ 12 / 13 /", "/etc/os-release")

    play = bare.control.play("site.yml")

    version, _, release = kept.partition("\n")
    bare.machine.run("sh", "-c", "cat >/etc/debian_version", input=version + "\n")
    bare.machine.run("sh", "-c", "cat >/etc/os-release", input=release)
    assert "Flow HQ needs Debian 12 (bookworm) with systemd" in play.refusal
    assert play.counts[1:] == (0, 1)


def test_a_dry_run_foresees_a_machine_that_has_nothing(bare):
    play = bare.play("--check before the first time", "--check")

    assert play.status == 0, play.output[-3000:]
    assert "Install what every Flow HQ machine has" in play.changed
    assert bare.machine.run("sh", "-c", "ls -d /etc/flowhq /opt/flowhq*", check=False).stdout == ""


def test_a_second_run_changes_nothing(site):
    play = site.play("site.yml, the second time")

    assert play.status == 0, play.output[-3000:]
    assert play.changed == []


def test_a_dry_run_names_exactly_what_has_drifted(site, spoiled):
    spoiled("/etc/systemd/system/flowhq-web.service", "# by hand")
    spoiled("/etc/flowhq/flowhq.env", "FLOWHQ_HEARTBEAT_S=7")

    play = site.play("--check after a drift", "--check")

    assert play.status == 0, play.output[-3000:]
    assert set(play.changed) == {"Write what web, jobs and workers may all know", "Install the units"}
    assert "(item=flowhq-web.service)" in play.output
    assert play.counts[1] == 2
    assert "by hand" in site.machine.run("cat", "/etc/systemd/system/flowhq-web.service").stdout


def test_pages_come_by_tls_and_http_2(site):
    page = f"https://{NAME}/sign-in"
    eventually(lambda: site.curl("--output", "/dev/null", "--write-out", "%{http_version} %{http_code}", page) ==
               "2 200", "the page of signing in is there by HTTP/2")

    moved = site.curl("--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", f"http://{NAME}/sign-in")
    assert moved == f"301 {page}"


def test_a_business_is_made_linked_and_answered(site):
    with addresses(site.machine) as (web, phones), signed_in(web) as admin:
        shop = Business("duka", "+255700000901", Api(phones))
        admin.creates(shop.slug, shop.number)
        admin.presses(shop.slug, "start")
        shop.scans(admin)
        eventually(lambda: admin.sees(shop.slug).session == "Connected", "it is connected", 180)
        shop.hears(CUSTOMER, "Hello")
        shop.answers_within(CUSTOMER, 1)
        assert "Duka" in shop.answers(CUSTOMER)[0]


def test_a_new_certificate_is_taken_without_a_dropped_connection(site, tmp_path: Path):
    certificate(tmp_path)
    site.machine.copy(tmp_path, "/root/lineage")

    with visited(site) as visits:
        eventually(lambda: visits.count > 20, "visitors come")
        before = set(visits.certificates)
        site.machine.run("env", "RENEWED_LINEAGE=/root/lineage", "flowhq-certificate")
        eventually(lambda: visits.certificates - before, "the new certificate is shown")
        so_far = visits.count
        eventually(lambda: visits.count > so_far + 20, "visitors still come")

    assert visits.failures == []
    assert (len(before), len(visits.certificates)) == (1, 2)


def test_a_certificate_of_another_key_is_not_taken(site, tmp_path: Path):
    certificate(tmp_path)
    mixed = (tmp_path / "privkey.pem").read_text()
    certificate(tmp_path)
    (tmp_path / "privkey.pem").write_text(mixed)
    site.machine.copy(tmp_path, "/root/mixed")
    before = site.tls("/static/icon.svg")[1]

    done = site.machine.run("env", "RENEWED_LINEAGE=/root/mixed", "flowhq-certificate", check=False)

    assert "nothing was changed" in done.stderr
    assert site.tls("/static/icon.svg")[1] == before


def test_a_backup_is_made_by_its_unit(site):
    site.machine.run("systemctl", "start", "flowhq-backup.service", timeout=300)

    listed = json.loads(site.machine.run("flowhq", "backup", "list", "--json").stdout)
    assert len(listed) == 1
    assert listed[0]["size"] > 10_000
    assert site.machine.run("stat", "--format=%a %U", listed[0]["path"]).stdout == "600 root\n"


def test_the_doctor_finds_nothing_wrong(site):
    found = doctor(site)

    # There is no clock to go by in these machines, and no mail server.
    amiss = {name: one for name, one in found.items() if one["verdict"] != "OK"}
    assert set(amiss) <= {"clock", "settings", "memory", "disk"}, amiss
    assert not [one for one in amiss.values() if one["verdict"] == "FAIL"], amiss


def test_the_doctor_names_what_was_broken(site, spoiled):
    spoiled("/etc/systemd/system/flowhq-web.service", "# by hand")
    spoiled("/etc/polkit-1/rules.d/50-flowhq.rules", "// by hand")
    site.machine.run("chmod", "644", "/etc/flowhq/secrets.env")
    site.machine.run("systemctl", "stop", "flowhq-prune.timer", "flowhq-egress.socket", "flowhq-egress.service")
    site.machine.run("runuser", "-u", "postgres", "--", "psql", "-qc",
                     "ALTER TABLE public.chat DISABLE ROW LEVEL SECURITY", "flowhq")

    found = doctor(site)

    site.machine.run("chmod", "600", "/etc/flowhq/secrets.env")
    site.machine.run("systemctl", "start", "flowhq-prune.timer", "flowhq-egress.socket")
    site.machine.run("flowhq", "db", "upgrade")
    broken = {name: one["seen"] for name, one in found.items() if one["verdict"] == "FAIL"}
    assert set(broken) == {"units", "rules", "settings' files", "timers", "services", "way out", "tenants' rows"}
    assert "flowhq-web.service" in broken["units"]
    assert "secrets.env" in broken["settings' files"]
    assert "chat" in broken["tenants' rows"]
    assert all(one["mend"] for one in found.values() if one["verdict"] != "OK")
    assert doctor(site)["tenants' rows"]["verdict"] == "OK"


# The last: what was said of the certificate before does not hold any more.
def test_a_certificate_authority_certifies_the_name_and_the_timer_renews_it(site):
    run_authority(site.machine)
    own = site.tls(ASSET)[1]
    by_authority = {"proxy_certificate_authority": True, "proxy_acme_directory": DIRECTORY}

    play = site.play("site.yml, with a certificate authority", **by_authority)
    again = site.play("the same again", **by_authority)

    assert play.status == 0, play.output[-5000:]
    assert (again.status, again.changed) == (0, [])
    with visited(site) as visits:
        eventually(lambda: visits.count > 20, "visitors come")
        certified = set(visits.certificates)
        assert site.machine.run("systemctl", "is-enabled", "certbot.timer").stdout == "enabled\n"
        site.machine.run("systemctl", "start", "certbot.service", timeout=300)
        eventually(lambda: visits.certificates - certified, "the renewed certificate is shown")
        so_far = visits.count
        eventually(lambda: visits.count > so_far + 20, "visitors still come")
    assert visits.failures == []
    assert (len(certified), len(visits.certificates)) == (1, 2)
    assert own not in visits.certificates
    assert "issuer=CN = Pebble" in site.machine.run("openssl", "x509", "-noout", "-issuer", "-in",
                                                    "/etc/flowhq/tls/cert.pem").stdout


def test_a_name_that_does_not_lead_here_is_told_apart(site):
    site.machine.run("rm", "-rf", "/etc/letsencrypt")
    site.machine.run("sed", "-i", f"/{NAME}/d", "/etc/hosts")

    play = site.play("a name that leads nowhere", proxy_certificate_authority=True, proxy_acme_directory=DIRECTORY)

    assert play.status
    assert f"No certificate for {NAME}" in play.refusal
    assert "The name must point at this machine" in play.refusal
    assert site.tls(ASSET)[0] == 200
