"""`flowhq doctor`: what is amiss is named, with what to do about it, and decides the exit code."""
import dataclasses
import json
import stat
from pathlib import Path

import peewee
import pytest
from click.testing import CliRunner

from app.cli import cli
from app.doctor import browser, checklist, machine, platform
from app.doctor.finding import Verdict, fail, ok, run
from app.settings import Settings


def program(path: Path, says: str) -> Path:
    """A program that says one line about itself."""
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def changed(settings: Settings, **values: object) -> Settings:
    return dataclasses.replace(settings, **values)  # type: ignore[arg-type]


def test_every_finding_but_ok_says_what_to_do(settings: Settings) -> None:
    results = list(run(checklist.EVERYWHERE, settings))
    assert [one.check for one in results] == [name for name, _ in checklist.EVERYWHERE]
    assert all(one.mend for one in results if one.verdict != Verdict.OK)
    assert all(one.seen for one in results)


def test_a_check_that_breaks_is_a_failure_and_the_next_one_still_runs(settings: Settings) -> None:
    def broken(_: Settings) -> object:
        raise OSError("the disk is on fire")

    first, second = run([("broken", broken), ("sound", lambda _: ok("fine"))], settings)  # type: ignore[list-item]
    assert (first.verdict, second.verdict) == ("FAIL", "OK")
    assert "the disk is on fire" in first.seen


@pytest.mark.parametrize(("driver", "verdict"), [("156.0.8078.12", Verdict.OK), ("150.0.7871.100", Verdict.FAIL)])
def test_the_driver_must_have_the_browsers_version(
    settings: Settings, tmp_path: Path, driver: str, verdict: Verdict,
) -> None:
    chosen = changed(settings, browser=program(tmp_path / "chromium", "Chromium 156.0.8078.79 built on Debian"),
                     chromedriver=program(tmp_path / "chromedriver", f"ChromeDriver {driver} (abc)"))
    assert browser.driver(chosen).verdict == verdict


@pytest.mark.parametrize(("version", "verdict"), [
    ("Chromium 149.0.1.1", Verdict.WARN), ("Chromium 150.0.7871.100", Verdict.OK), ("Chromium 999.0.0.1", Verdict.WARN),
    ("Segmentation fault", Verdict.FAIL),
])
def test_a_browser_that_was_not_tried_is_warned_of(
    settings: Settings, tmp_path: Path, version: str, verdict: Verdict,
) -> None:
    assert browser.browser(changed(settings, browser=program(tmp_path / "chromium", version))).verdict == verdict


def test_a_browser_that_is_not_there_fails_with_what_to_install(settings: Settings, tmp_path: Path) -> None:
    found = browser.browser(changed(settings, browser=tmp_path / "nothing"))
    assert found.verdict == Verdict.FAIL
    assert "apt-get install" in found.mend


def test_another_wa_js_than_the_settings_name_fails(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.js"
    other.write_text("window.WPP = {}")
    found = browser.wa_js(changed(settings, wa_js=other))
    assert found.verdict == Verdict.FAIL
    assert "FLOWHQ_WA_JS_SHA256" in found.mend


def test_a_database_whose_migrations_wait_fails(
    settings: Settings, database: peewee.Database, database_url: str,
) -> None:
    chosen = changed(settings, database_url=database_url)
    assert platform.database_answers(chosen).verdict == Verdict.OK
    database.execute_sql("DELETE FROM schema_migration WHERE name = (SELECT max(name) FROM schema_migration)")
    assert platform.database_answers(chosen).mend == "`flowhq db upgrade`."


def test_a_database_to_which_a_newer_version_has_added_is_warned_of(
    settings: Settings, database: peewee.Database, database_url: str,
) -> None:
    database.execute_sql("INSERT INTO schema_migration (name, applied) "
                         "SELECT '9999_of_tomorrow', max(applied) FROM schema_migration")
    found = platform.database_answers(changed(settings, database_url=database_url))
    assert found.verdict == Verdict.WARN
    assert "9999_of_tomorrow" in found.seen


def test_production_without_its_secrets_fails_and_names_them(settings: Settings) -> None:
    found = platform.settings_fit(changed(settings, production=True, secret_key="", base_url=""))
    assert found.verdict == Verdict.FAIL
    assert "FLOWHQ_SECRET_KEY" in found.seen
    assert "FLOWHQ_BASE_URL" in found.seen


def test_pages_that_do_not_answer_fail(settings: Settings, free_port: int) -> None:
    chosen = changed(settings, web_port=free_port, sandbox_port=free_port)
    assert platform.web_answers(chosen).verdict == Verdict.FAIL
    assert platform.whatsapp_answers(chosen).verdict == Verdict.FAIL


@pytest.mark.parametrize(("free", "verdict"), [(100, Verdict.FAIL), (1000, Verdict.WARN), (5000, Verdict.OK)])
def test_a_full_disk_fails_and_a_nearly_full_one_is_warned_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, verdict: Verdict,
) -> None:
    usage = machine.shutil.disk_usage("/")._replace(free=free * machine.MEBIBYTE)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)
    assert machine.disk(settings).verdict == verdict


@pytest.mark.parametrize(("finding", "code"), [(ok("fine"), 0), (fail("broken", "Mend it."), 1)])
def test_the_exit_code_says_whether_anything_failed(
    monkeypatch: pytest.MonkeyPatch, finding: object, code: int,
) -> None:
    monkeypatch.setattr(checklist, "EVERYWHERE", (("one", lambda _: finding),))
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    assert done.exit_code == code
    assert [one["check"] for one in json.loads(done.output)] == ["one"]
