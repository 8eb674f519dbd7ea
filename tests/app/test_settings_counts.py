import pytest

from app.settings import Settings, SettingsError


def test_a_count_is_read_and_handed_on_to_a_child():
    settings = Settings.from_env({"FLOWHQ_STALE_RESTARTS": "0", "FLOWHQ_STALE_AFTER_S": "300"})
    assert (settings.stale_restarts, settings.stale_after_s) == (0, 300.0)
    assert Settings.from_env(settings.as_environ()) == settings


@pytest.mark.parametrize("text", ["-1", "two", "1.5"])
def test_what_is_no_count_is_refused_by_its_variable(text: str):
    with pytest.raises(SettingsError, match=f"FLOWHQ_STALE_RESTARTS='{text}' .* a whole number from 0"):
        Settings.from_env({"FLOWHQ_STALE_RESTARTS": text})
