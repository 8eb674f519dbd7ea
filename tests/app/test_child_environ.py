from pathlib import Path

import pytest

from app.settings import Settings


@pytest.mark.parametrize("settings", [
    Settings(),
    Settings(state_dir=Path("/srv/flow hq"), web_port=18000, browser_sandbox=False, production=True, heartbeat_s=2.5),
])
def test_a_child_process_reads_the_settings_that_its_parent_has(settings: Settings):
    assert Settings.from_env(settings.child_environ()) == settings


def test_a_relative_directory_is_the_same_one_to_a_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env(Settings(state_dir=Path("here")).child_environ()).state_dir == tmp_path / "here"


def test_a_child_does_not_see_what_the_parent_was_told_otherwise(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql:///elsewhere")
    monkeypatch.setenv("LANGUAGE", "sw")
    environ = Settings(database_url="sqlite:///x.db").child_environ()
    assert environ["DATABASE_URL"] == "sqlite:///x.db"
    assert environ["LANGUAGE"] == "sw"
    assert "DATABASE_URL" not in Settings().child_environ()
