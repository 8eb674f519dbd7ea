from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli
from app.models import Desired, Dispatch, OutgoingMail, SessionState, Tenant, WhatsAppSession, WorkerProcess
from app.services.metrics import gather, written
from app.services.tenants import create_tenant
from app.settings import Settings

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC).replace(microsecond=0)


def bot(slug: str, state: SessionState, seen: timedelta | None = None, memory: int | None = None) -> Tenant:
    """A tenant whose bot is to run."""
    tenant = create_tenant(slug=slug, name=slug.title(), template="BOOKING", by="ada")
    Tenant.update(desired=Desired.RUNNING).where(Tenant.id == tenant.id).execute()
    WhatsAppSession.update(state=state).where(WhatsAppSession.tenant == tenant).execute()
    WorkerProcess.update(last_seen_at=NOW - seen if seen else None, memory_mib=memory).where(
        WorkerProcess.tenant == tenant).execute()
    return tenant


def letter(due: timedelta, state: Dispatch = Dispatch.WAITING) -> None:
    OutgoingMail.create(recipient="a@example.com", subject="s", text="t", message_id="1", state=state,
                        due_at=NOW - due, useless_after=NOW + timedelta(days=1))


def numbers() -> dict[str, dict[str, float]]:
    return {metric.name: metric.samples for metric in gather(NOW)}


def test_each_bot_that_is_to_run_is_told_of() -> None:
    bot("acme", SessionState.CONNECTED, timedelta(seconds=12), 210)
    bot("beta", SessionState.LOGGED_OUT)
    create_tenant(slug="idle", name="Idle", template="BOOKING", by="ada")
    found = numbers()
    assert found["flowhq_bot_connected"] == {"acme": 1, "beta": 0}
    assert found["flowhq_worker_silence_seconds"] == {"acme": 12}
    assert found["flowhq_worker_memory_bytes"] == {"acme": 210 * 1024 * 1024}


def test_what_waits_too_long_to_go_out_is_counted() -> None:
    letter(timedelta(minutes=11))
    letter(timedelta(minutes=9))
    letter(timedelta(minutes=60), Dispatch.FAILED)
    assert numbers()["flowhq_outgoing_late"] == {"letter": 1, "webhook": 0}


def test_they_are_written_as_prometheus_reads_them() -> None:
    bot("acme", SessionState.CONNECTED, timedelta(seconds=12))
    lines = written(gather(NOW)).splitlines()
    assert "# TYPE flowhq_bot_connected gauge" in lines
    assert 'flowhq_bot_connected{tenant="acme"} 1' in lines
    assert 'flowhq_worker_silence_seconds{tenant="acme"} 12' in lines


def test_the_command_writes_a_whole_file_that_others_can_read(settings: Settings, tmp_path: Path) -> None:
    bot("acme", SessionState.CONNECTED)
    target = tmp_path / "flowhq.prom"
    done = CliRunner(env=settings.child_environ()).invoke(cli, ["metrics", "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert 'flowhq_bot_connected{tenant="acme"} 1' in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.glob(".*.new")] == []
