from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from click.testing import CliRunner

from app.cli import cli
from app.settings import Settings


def run(settings: Settings, *words: str):
    return CliRunner(env=settings.child_environ()).invoke(cli, words)


@pytest.mark.postgresql
def test_bootstrap_and_upgrade_make_a_database_that_the_platform_can_use(postgres_server, tmp_path):
    url = postgres_server.url("by_hand").replace("//postgres@", "//")
    settings = Settings(state_dir=tmp_path, database_url=url)
    try:
        made = run(settings, "db", "bootstrap", "--superuser", "postgres")
        assert (made.exit_code, "Made the database by_hand." in made.stdout) == (0, True), made.output
        assert "trusts whoever connects" in made.stdout
        assert "pg_ident.conf" in made.stdout
        assert "Made" not in run(settings, "db", "bootstrap").stdout

        # The URL names no role: it acts as the owner, whom this server lets in.
        assert "Applied 0001_initial." in run(settings, "db", "upgrade").stdout
        platform = psycopg2.connect(url.replace("postgresql://", "postgresql://flowhq@"))
        with closing(platform), platform.cursor() as cursor:
            cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'message'")
            assert cursor.fetchone() == ("flowhq_owner",)
    finally:
        postgres_server.execute("DROP DATABASE IF EXISTS by_hand WITH (FORCE)")


@pytest.mark.postgresql
def test_only_a_superuser_bootstraps(guarded, tmp_path):
    refused = run(Settings(state_dir=tmp_path, database_url=guarded.url("flowhq")), "db", "bootstrap", "--superuser",
                  "flowhq")
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert "runuser -u postgres -- flowhq db bootstrap" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_sqlite_has_nothing_to_bootstrap(tmp_path: Path):
    refused = run(Settings(state_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/x.db"), "db", "bootstrap")
    assert refused.exit_code == 2
    assert "SQLite has no roles" in refused.stderr
