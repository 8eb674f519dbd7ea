"""`flowhq doctor` on a host: each wall, rule and unit that is not as it must be is named, with what puts it right."""
import dataclasses
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.backup.retention import name_of
from app.doctor import browser, checklist, host
from app.doctor.finding import Verdict
from app.doctor.host import Places
from app.settings import Settings

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TREE = Path(__file__).resolve().parents[3]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A host on which everything is as it must be, as far as files tell."""
    release, etc, libraries = tmp_path / "release/systemd", tmp_path / "etc", tmp_path / "lib"
    (release / "flowhq-.service.d").mkdir(parents=True)
    for name in ("flowhq.target", "flowhq-web.service", "flowhq-.service.d/10-hardening.conf", "50-flowhq.rules",
                 "flowhq-dbus.conf"):
        (release / name).write_text(f"# {name}\n")
    installed = {"50-flowhq.rules": "polkit-1/rules.d/50-flowhq.rules",
                 "flowhq-dbus.conf": "dbus-1/system.d/flowhq.conf"}
    for path in (path for path in release.rglob("*") if path.is_file()):
        name = str(path.relative_to(release))
        copy = etc / installed.get(name, f"systemd/system/{name}")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    (etc / "nsswitch.conf").write_text("passwd:         files systemd\ngroup:          files systemd\n")
    (libraries / "x86_64-linux-gnu").mkdir(parents=True)
    (libraries / "x86_64-linux-gnu/libnss_systemd.so.2").touch()
    (etc / "flowhq/tls").mkdir(parents=True)
    for name, mode in (("flowhq", 0o750), ("flowhq/tls", 0o700)):
        (etc / name).chmod(mode)
    for name, mode in (("flowhq.env", 0o640), ("secrets.env", 0o600), ("secret_key", 0o600)):
        (etc / "flowhq" / name).touch(mode)
        (etc / "flowhq" / name).chmod(mode)
    return Places(etc=etc, shipped=release, libraries=libraries)


FILES = (host.units_installed, host.rules_there, host.names_of_workers, host.settings_kept, host.serves_here)


def test_a_host_as_it_must_be_is_well(settings: Settings, places: Places) -> None:
    assert [check(settings, places).verdict for check in FILES] == [Verdict.OK] * 5


@pytest.mark.parametrize("name", ["flowhq-web.service", "flowhq-.service.d/10-hardening.conf"])
@pytest.mark.parametrize("spoil", [lambda path: path.write_text("#\n"), Path.unlink], ids=["changed", "missing"])
def test_a_unit_that_is_not_of_this_release_is_named(
    settings: Settings, places: Places, name: str, spoil: Callable[[Path], None],
) -> None:
    spoil(places.etc / "systemd/system" / name)
    found = host.units_installed(settings, places)
    assert found.verdict == Verdict.FAIL
    assert name in found.seen
    assert "ansible-playbook" in found.mend


@pytest.mark.parametrize(("drop_in", "seen"), [
    ("flowhq-.service.d", "this host was left: Its businesses are on new now"),
    ("flowhq-worker@acme.service.d", "acme moved to another host"),
])
def test_what_was_moved_away_is_told(settings: Settings, places: Places, drop_in: str, seen: str) -> None:
    mark = places.etc / "systemd/system" / drop_in / "90-moved.conf"
    mark.parent.mkdir(exist_ok=True)
    mark.write_text("# Its businesses are on new now. One that ran on both would lose its link.\n[Unit]\n")
    found = host.serves_here(settings, places)
    assert (found.verdict, found.seen) == (Verdict.WARN, seen)


def test_units_that_were_never_installed_fail(settings: Settings, places: Places, tmp_path: Path) -> None:
    assert host.units_installed(settings, dataclasses.replace(places, etc=tmp_path)).verdict == Verdict.FAIL


def test_units_of_an_unknown_release_are_warned_of(settings: Settings, places: Places, tmp_path: Path) -> None:
    assert host.units_installed(settings, dataclasses.replace(places, shipped=tmp_path / "no")).verdict == Verdict.WARN


@pytest.mark.parametrize("path", ["polkit-1/rules.d/50-flowhq.rules", "dbus-1/system.d/flowhq.conf"])
def test_a_rule_that_is_missing_or_changed_fails(settings: Settings, places: Places, path: str) -> None:
    (places.etc / path).write_text("// everybody may do everything\n")
    assert "not as this release has it" in host.rules_there(settings, places).seen
    (places.etc / path).unlink()
    assert host.rules_there(settings, places).seen == f"no {places.etc / path}"


def test_workers_without_names_fail(settings: Settings, places: Places) -> None:
    (places.etc / "nsswitch.conf").write_text("passwd: files\n")
    assert "libnss-systemd" in host.names_of_workers(settings, places).mend
    (places.etc / "nsswitch.conf").write_text("passwd: files systemd\n")
    next(places.libraries.glob("*/*")).unlink()
    assert host.names_of_workers(settings, places).verdict == Verdict.FAIL


@pytest.mark.parametrize(("path", "mode", "mended"), [
    ("flowhq", 0o755, "0750"), ("flowhq/flowhq.env", 0o644, "0640"), ("flowhq/secrets.env", 0o640, "0600"),
    ("flowhq/secret_key", 0o604, "0600"), ("flowhq/tls", 0o711, "0700"),
])
def test_settings_that_others_read_fail_with_the_mode_they_must_have(
    settings: Settings, places: Places, path: str, mode: int, mended: str,
) -> None:
    (places.etc / path).chmod(mode)
    found = host.settings_kept(settings, places)
    assert found.verdict == Verdict.FAIL
    assert found.mend == f"`chmod {mended} {places.etc / path}`."


@pytest.mark.parametrize(("days_left", "verdict"),
                         [(60, Verdict.OK), (10, Verdict.WARN), (2, Verdict.FAIL), (-1, Verdict.FAIL)])
def test_a_certificate_that_ends_soon_is_warned_of(
    settings: Settings, places: Places, days_left: int, verdict: Verdict,
) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "90", "-subj", "/CN=x", "-keyout", os.devnull, "-out", places.certificate],
                   check=True, capture_output=True)
    now = datetime.now(UTC) + timedelta(days=90 - days_left)
    assert host.certificate_lasts(settings, places, now).verdict == verdict


def test_no_certificate_is_warned_of(settings: Settings, places: Places) -> None:
    assert host.certificate_lasts(settings, places).verdict == Verdict.WARN


@pytest.mark.parametrize(("hours", "verdict"), [(3, Verdict.OK), (30, Verdict.WARN), (80, Verdict.FAIL)])
def test_a_backup_that_grows_old_is_named(settings: Settings, tmp_path: Path, hours: int, verdict: Verdict) -> None:
    recipients = tmp_path / "backup_recipients"
    recipients.write_text("age1…\n")
    chosen = dataclasses.replace(settings, backup_dir=tmp_path, backup_recipients=recipients)
    assert host.backup_fresh(chosen, NOW).seen == "none yet"
    (tmp_path / name_of(NOW - timedelta(hours=hours))).touch()
    (tmp_path / name_of(NOW - timedelta(hours=200))).touch()
    assert host.backup_fresh(chosen, NOW).verdict == verdict


def test_a_host_without_backups_is_told_how_to_have_them(settings: Settings, tmp_path: Path) -> None:
    chosen = dataclasses.replace(settings, backup_recipients=tmp_path / "nobody")
    assert "age-keygen" in host.backup_fresh(chosen, NOW).mend


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets systemctl show units: each by its name, with how active it is and whether its file has changed since."""
    program, shown = tmp_path / "bin/systemctl", tmp_path / "shown"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat {shown}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    def shows(units: dict[str, str], stale: str = "") -> None:
        shown.write_text("\n\n".join(
            f"Id={name}\nActiveState={active}\nUnitFileState=\nNeedDaemonReload={'yes' if name == stale else 'no'}"
            for name, active in units.items()))

    return shows


ALL_WELL = dict.fromkeys((*host.RUNNING, *host.TIMERS, host.BACKUP_TIMER, "flowhq-worker@acme.service"), "active")
SYSTEMD = (host.units_read, host.services_run, host.nothing_failed, host.timers_wait)


def test_units_that_do_what_they_must_are_well(settings: Settings, systemctl: Callable[..., None]) -> None:
    systemctl(ALL_WELL)
    assert [check(settings).verdict for check in SYSTEMD] == [Verdict.OK] * 4


@pytest.mark.parametrize(("want", "verdict"), [("hold", Verdict.OK), ("install", Verdict.WARN)])
def test_a_browser_that_an_upgrade_would_change_is_told_of(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, want: str, verdict: Verdict,
) -> None:
    program = tmp_path / "bin/dpkg-query"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho chromium-driver {want}; echo chromium-shell unknown; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    found = browser.held(settings)
    assert found.verdict == verdict
    assert found.mend.startswith("`apt-mark hold chromium-driver`") == (verdict == Verdict.WARN)


def test_a_unit_that_changed_on_the_disk_wants_to_be_read(settings: Settings, systemctl: Callable[..., None]) -> None:
    systemctl(ALL_WELL, stale="flowhq-web.service")
    assert "daemon-reload" in host.units_read(settings).mend


@pytest.mark.parametrize("name", host.RUNNING)
def test_a_service_that_does_not_run_is_named(settings: Settings, systemctl: Callable[..., None], name: str) -> None:
    systemctl(ALL_WELL | {name: "inactive"})
    found = host.services_run(settings)
    assert (found.verdict, name in found.seen) == (Verdict.FAIL, True)


@pytest.mark.parametrize(("unit", "again"), [
    ("flowhq-worker@acme.service", "flowhq worker start acme"),
    ("flowhq-prune.service", "systemctl restart flowhq-prune.service"),
])
def test_a_failed_unit_is_named_with_how_to_begin_again(
    settings: Settings, systemctl: Callable[..., None], unit: str, again: str,
) -> None:
    systemctl(ALL_WELL | {unit: "failed"})
    found = host.nothing_failed(settings)
    assert (found.verdict, found.seen) == (Verdict.FAIL, unit)
    assert again in found.mend


def test_the_timer_of_backups_is_missed_only_where_there_are_backups(
    settings: Settings, systemctl: Callable[..., None], tmp_path: Path,
) -> None:
    recipients = tmp_path / "backup_recipients"
    chosen = dataclasses.replace(settings, backup_recipients=recipients)
    systemctl({name: active for name, active in ALL_WELL.items() if name != host.BACKUP_TIMER})
    assert host.timers_wait(chosen).verdict == Verdict.OK
    recipients.touch()
    assert "flowhq-backup.timer" in host.timers_wait(chosen).seen


def test_what_is_looked_at_is_there(settings: Settings) -> None:
    wanted = {*host.RUNNING, *host.TIMERS, host.BACKUP_TIMER}
    assert {name for name in wanted if (TREE / "systemd" / name).is_file()} == wanted
    production = dataclasses.replace(settings, production=True)
    assert set(checklist.checks_for(production, is_root=True)) >= set(checklist.ON_A_HOST)
    assert [name for name, _ in checklist.checks_for(production, is_root=False)][-1] == "host"
    assert checklist.checks_for(settings, is_root=True) == checklist.EVERYWHERE
