"""`flowhq chaos` where it does not begin, and what it would do."""
import pytest

from app.services.tenants import create_tenant
from app.services.workers import wanted_slugs


def test_the_schedule_is_that_of_the_seed(ask):
    first, again, other = (ask("chaos", "--schedule", "--minutes", 1, "--seed", seed) for seed in (7, 7, 8))
    assert first == again != other
    assert len(first["lines"]) == 17 * 60
    assert set(first["faults"][0]) == {"at_s", "fault", "tenant", "lasts_s", "options"}


def test_the_schedule_is_a_table_for_people(flowhq):
    shown = flowhq("chaos", "--schedule", "--minutes", 1)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0].split() == ["AFTER", "S", "TENANT", "FAULT"]


@pytest.mark.parametrize("wrong", [("--minutes", "nan"), ("--rate", "nan"), ("--minutes", "inf"), ("--seed", "x")])
def test_a_number_that_is_none_is_refused(flowhq, wrong):
    refused = flowhq("chaos", "--schedule", *wrong)
    assert refused.exit_code == 2
    assert f"Invalid value for '{wrong[0]}'" in refused.stderr.splitlines()[-1]


def test_help_says_what_is_counted(flowhq):
    words = flowhq("chaos", "--help").stdout
    assert "more than 60 s after" in words and "more than 45 s after" in words and "Exit code 1" in words


def test_a_production_host_is_left_alone(flowhq, monkeypatch):
    monkeypatch.setenv("FLOWHQ_PRODUCTION", "yes")
    refused = flowhq("chaos")
    assert (refused.exit_code, "not for a production host" in refused.stderr) == (4, True)


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_with_tenants_of_somebody_else_is_left_alone(flowhq, database):
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    refused = flowhq("chaos", "--minutes", 1)
    assert (refused.exit_code, "has tenants that chaos did not make (acme)" in refused.stderr) == (4, True)
    assert wanted_slugs() == []


def test_a_database_that_does_not_answer_leaves_no_directory(flowhq, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@/nothing?host={tmp_path}/none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refused = flowhq("chaos", "--minutes", 1)
    assert (refused.exit_code, "PostgreSQL does not answer" in refused.stderr) == (5, True)
    assert list(tmp_path.glob("flowhq-chaos-*")) == []
