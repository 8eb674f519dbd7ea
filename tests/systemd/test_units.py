"""The units as files: they load, they are as closed as they say, and they fit what the code says elsewhere."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.errors import Invalid
from app.services.slugs import check_slug

TREE = Path(__file__).resolve().parents[2]
UNITS = TREE / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
# Who looks at everybody's files; a backup holds the settings with them.
ROOTED = {"flowhq-backup.service", "flowhq-disk-check.service"}
SECRETIVE = {"flowhq-web.service", "flowhq-jobs.service", "flowhq-backup.service"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the units and of what checks them, to spoil."""
    shutil.copytree(UNITS, tmp_path / "systemd")
    (tmp_path / "build-aux").mkdir()
    shutil.copy(TREE / "build-aux/units", tmp_path / "build-aux")
    return tmp_path


def check(tree: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([tree / "build-aux/units"], capture_output=True, text=True, check=False)


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def settings_of(name: str, section: str = "Service") -> dict[str, list[str]]:
    """What a unit's file says in one section, by name, in order."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in (UNITS / name).read_text().splitlines():
        if line.startswith("["):
            here = line.strip("[]")
        elif here == section and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_every_unit_loads_and_is_closed_enough():
    checked = check(TREE)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(("file", "old", "new"), [
    ("flowhq-worker@.service", "Restart=on-failure", "Restart=sometimes"),
    ("flowhq-worker@.service", "ExecStart=", "ExecRun="),
    ("flowhq-web.socket", "ListenStream=/run/flowhq/web.sock\n", ""),
    ("flowhq-prune.timer", "OnCalendar=*-*-* 03:10:00", "OnCalendar=tonight"),
    ("flowhq-.service.d/10-hardening.conf", "NoNewPrivileges=yes\nCapabilityBoundingSet=\n", "NoNewPrivileges=no\n"),
])
def test_a_unit_that_is_spoilt_is_found_out(copied, file, old, new):
    spoil(copied / "systemd" / file, old, new)
    checked = check(copied)
    assert checked.returncode != 0
    assert checked.stderr


@pytest.mark.parametrize("file", sorted(UNITS.glob("*.d/2*.conf")), ids=lambda path: path.name)
def test_whatever_is_loosened_has_its_reason_above_it(file):
    lines = file.read_text().splitlines()
    section = lines.index("[Service]")
    reason = False
    for line in lines[section + 1:]:
        assert line.startswith("#") or reason, f"{line} has no reason above it"
        reason = bool(line)


@pytest.mark.parametrize("name", SERVICES)
def test_the_secrets_are_for_those_alone_who_need_them(name):
    reads = any("secrets" in value for value in settings_of(name).get("EnvironmentFile", []))
    assert reads == (name in SECRETIVE)


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ROOTED])
def test_every_service_is_somebody_but_root(name):
    service = settings_of(name)
    assert service.get("User", ["root"]) != ["root"] or service.get("DynamicUser") == ["yes"]


def test_browsers_keep_their_own_sandbox():
    for path in UNITS.rglob("*"):
        if path.is_file():
            assert "--no-sandbox" not in path.read_text()
            assert "BROWSER_SANDBOX" not in path.read_text()


@pytest.mark.parametrize("slug", ["a", "acme", "juma-salon", "0", "a" * 27, "a" * 28, "", "-a", "a-", "A", "a.b", "a@b",
                                  "a/b", "a b", "a\nb", "*", "é"])
def test_the_polkit_rule_knows_the_same_slugs_as_the_platform(slug):
    rule = (UNITS / "50-flowhq.rules").read_text()
    pattern = re.search(r"/\^(flowhq-worker@.*)\$/", rule)
    assert pattern
    try:
        is_slug = bool(check_slug(slug))
    except Invalid:
        is_slug = False
    assert bool(re.fullmatch(pattern[1], f"flowhq-worker@{slug}.service")) == is_slug


def test_the_target_wants_units_that_there_are():
    wanted = [name for line in settings_of("flowhq.target", "Unit")["Wants"] for name in line.split()]
    assert {name for name in wanted if not (UNITS / name).exists()} == set()
    # Numbers for Prometheus are for who wants them: a role enables that one.
    assert {path.name for path in UNITS.glob("*.timer")} - set(wanted) == {"flowhq-metrics.timer"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_runs_a_command_that_there_is(name):
    from app.cli import COMMANDS  # noqa: PLC0415 - the command line is slow to import

    for line in settings_of(name)["ExecStart"]:
        command = re.fullmatch(r"/opt/flowhq/bin/(?:flowhq|python -I -m app.cli) ([a-z-]+).*", line)
        assert command is None or command[1] in COMMANDS


def test_what_is_a_program_can_be_run_and_the_rest_is_not_one():
    for path in UNITS.rglob("*"):
        if path.is_file():
            is_program = path.read_text().startswith("#!")
            assert path.stat().st_mode & 0o777 == (0o755 if is_program else 0o644), path


def test_sysusers_and_tmpfiles_agree_on_the_home_of_the_platform():
    user = (UNITS / "flowhq.sysusers").read_text().split()
    assert user[:2] == ["u", "flowhq"]
    assert f"d {user[-2]} 0750 flowhq flowhq" in (UNITS / "flowhq.tmpfiles").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_what_systemd_takes_once_is_said_once(name):
    repeated = {key for key, values in settings_of(name).items() if len(values) > 1}
    assert repeated <= {"EnvironmentFile", "Environment", "InaccessiblePaths"}


def test_the_guide_names_every_file_and_every_unit():
    guide = (UNITS / "README.md").read_text()
    assert [path.name for path in UNITS.iterdir() if path.suffix not in (".d", ".md") and path.name not in guide] == []


def test_the_guide_names_nothing_that_is_not_there():
    guide = (UNITS / "README.md").read_text()
    named = set(re.findall(r"`(flowhq[a-z-]*@?\.(?:service|socket|timer|target|slice))`", guide))
    assert {name for name in named if not (UNITS / name).exists()} == set()
