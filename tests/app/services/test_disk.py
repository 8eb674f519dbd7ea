"""What a session takes on the disk is counted, and one that takes too much ends its worker."""
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.models import AuditEntry, Desired, Tenant, TenantStatus, WorkerProcess, WorkerStatus
from app.services.disk import MIB, stop_for_size, used
from app.services.tenants import create_tenant
from tests.processes import FakeProcesses


@dataclass
class Killers(FakeProcesses):
    """Processes that write down who was ended without being asked."""

    killed: list[str] = field(default_factory=list)

    def kill(self, slug: str) -> None:
        self.killed.append(slug)


def test_all_that_lies_below_is_counted_in_what_it_takes(tmp_path: Path) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "one").write_bytes(b"x" * MIB)
    (tmp_path / "deep/er/two").write_bytes(b"x" * MIB)
    with (tmp_path / "holes").open("wb") as sparse:
        sparse.truncate(100 * MIB)
    assert used(tmp_path, enough=100 * MIB) == pytest.approx(2 * MIB, rel=0.1)


def test_a_link_counts_for_nothing_of_what_it_leads_to(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "big").write_bytes(b"x" * MIB)
    (inside / "file").symlink_to(outside / "big")
    (inside / "directory").symlink_to(outside)
    assert used(inside, enough=100 * MIB) < MIB / 10


def test_counting_ends_once_it_is_enough(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}").write_bytes(b"x" * MIB)
    assert 3 * MIB < used(tmp_path, enough=3 * MIB) < 6 * MIB


def test_what_is_not_there_takes_nothing(tmp_path: Path) -> None:
    assert used(tmp_path / "gone", enough=MIB) == 0


@pytest.mark.usefixtures("database")
def test_a_worker_that_fills_the_disk_is_ended_and_says_why() -> None:
    acme, processes = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada"), Killers()
    processes.start("acme")
    Tenant.update(desired=Desired.RUNNING, status=TenantStatus.ACTIVE).execute()
    WorkerProcess.update(status=WorkerStatus.RUNNING).execute()
    stop_for_size("acme", 2049 * MIB, 2048 * MIB, processes)
    worker = WorkerProcess.get(WorkerProcess.tenant == acme)
    assert (processes.killed, processes.running) == (["acme"], {})
    assert worker.status == WorkerStatus.ERROR
    assert worker.last_error.startswith("The session takes 2049 MiB on the disk or more, and may take 2048.")
    assert (Tenant.get().desired, Tenant.get().status) == (Desired.STOPPED, TenantStatus.ERROR)
    assert [entry.actor for entry in AuditEntry.select().where(AuditEntry.action == "worker.stop")] == ["disk-check"]
