import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.models import (
    Chat,
    Desired,
    Direction,
    Message,
    SessionState,
    Tenant,
    TenantConfig,
    TenantStatus,
    WhatsAppSession,
    WorkerProcess,
    WorkerStatus,
)
from app.processes import ProcessState
from app.services.fleet import PAGE, SORTS, Wanted, day_start, find_fleet
from app.services.tenants import DEFAULT_TIMEZONE, create_tenant
from tests.processes import FakeProcesses

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)


def make(slug: str, name: str = "", phone: str = "") -> Tenant:
    return create_tenant(slug=slug, name=name or slug.title(), template="BOOKING", by="ada", phone_number=phone)


def write(tenant: Tenant, direction: Direction, at: datetime, author: str = "") -> None:
    chat = Chat.get_or_none(Chat.tenant == tenant) or Chat.create(tenant=tenant, wa_chat_id="1@c.us", phone="1")
    number = Message.select().count()
    Message.create(tenant=tenant, chat=chat, direction=direction, wa_message_id=f"m{number}", sent_at=at, created_at=at,
                   author=author)


def slugs(wanted: Wanted, processes: FakeProcesses | None = None) -> list[str]:
    return [line.row.tenant.slug for line in find_fleet(wanted, processes or FakeProcesses(), now=NOW).lines]


def test_it_finds_tenants_by_name_slug_and_number_however_it_is_written(database):
    make("acme", "Acme Salon", "+255 712 345 678")
    make("beta", "Duka la Beta", "+255 799 111 222")
    assert slugs(Wanted(text="salon")) == ["acme"]
    assert slugs(Wanted(text="BET")) == ["beta"]
    assert slugs(Wanted(text="0712 345")) == ["acme"]
    assert slugs(Wanted(text="255 799 111")) == ["beta"]
    assert slugs(Wanted(text="%")) == []
    assert slugs(Wanted(text="nobody\0")) == []


def test_it_narrows_to_status_session_worker_and_what_is_wanted(database):
    acme, beta = make("acme"), make("beta")
    Tenant.update(status=TenantStatus.ERROR, desired=Desired.RUNNING).where(Tenant.id == acme.id).execute()
    WhatsAppSession.update(state=SessionState.QR_READY).where(WhatsAppSession.tenant == acme).execute()
    WorkerProcess.update(status=WorkerStatus.STALE).where(WorkerProcess.tenant == beta).execute()
    assert slugs(Wanted(status=TenantStatus.ERROR)) == ["acme"]
    assert slugs(Wanted(session=SessionState.QR_READY)) == ["acme"]
    assert slugs(Wanted(worker=WorkerStatus.STALE)) == ["beta"]
    assert slugs(Wanted(desired=Desired.STOPPED)) == ["beta"]
    assert slugs(Wanted(desired=Desired.STOPPED, status=TenantStatus.ERROR)) == []


def test_it_counts_what_was_heard_and_what_the_bot_answered_today(database):
    acme, _ = make("acme"), make("beta")
    today = day_start(ZoneInfo(DEFAULT_TIMEZONE), NOW)
    yesterday = today - timedelta(seconds=1)
    for at in (today, NOW, yesterday):
        write(acme, Direction.IN, at)
        write(acme, Direction.OUT, at)
    write(acme, Direction.OUT, NOW, author="bob@acme.example")
    lines = find_fleet(Wanted(), FakeProcesses(), now=NOW).lines
    assert [(line.messages_today, line.replies_today) for line in lines] == [(2, 2), (0, 0)]


@pytest.mark.parametrize("sort", ["name", "-messages", "-replies"])
def test_today_is_the_day_of_each_tenants_own_zone(database, sort):
    # Where it has long been Tuesday, where it just is, and where it is still Monday.
    at = datetime(2026, 11, 23, 22, 20, tzinfo=UTC)
    zones = {"east": "Pacific/Auckland", "home": "Africa/Dar_es_Salaam", "half": "Asia/Kolkata",
             "west": "America/New_York"}
    for slug, zone in zones.items():
        tenant = make(slug)
        TenantConfig.update(timezone=zone).where(TenantConfig.tenant == tenant).execute()
        for hours in range(24):
            write(tenant, Direction.IN, at - timedelta(hours=hours))
    lines = find_fleet(Wanted(sort=sort), FakeProcesses(), now=at).lines
    counted = {line.row.tenant.slug: (line.day.day, line.messages_today) for line in lines}
    # 11:20, 01:20, 03:50 and 17:20 by their clocks.
    assert counted == {"east": (24, 12), "home": (24, 2), "half": (24, 4), "west": (23, 18)}
    if sort == "-messages":
        assert [line.row.tenant.slug for line in lines] == ["west", "east", "half", "home"]


def test_every_zones_day_begins_where_the_query_looks_for_it(database):
    for zone in sorted(available_timezones()):
        start = day_start(ZoneInfo(zone), NOW)
        assert (start.astimezone(UTC).minute % 15, start.second) == (0, 0)


def test_it_sorts_by_every_column_both_ways_with_the_unknown_last(database):
    for slug in ("acme", "beta", "gamma"):
        make(slug)
    acme, beta = Tenant.get(Tenant.slug == "acme"), Tenant.get(Tenant.slug == "beta")
    for tenant, minutes in ((acme, 5), (beta, 1)):
        WorkerProcess.update(last_seen_at=NOW - timedelta(minutes=minutes)).where(
            WorkerProcess.tenant == tenant).execute()
    write(beta, Direction.IN, NOW)
    assert slugs(Wanted(sort="seen")) == ["acme", "beta", "gamma"]
    assert slugs(Wanted(sort="-seen")) == ["beta", "acme", "gamma"]
    assert slugs(Wanted(sort="-name")) == ["gamma", "beta", "acme"]
    assert slugs(Wanted(sort="-messages")) == ["beta", "acme", "gamma"]
    for sort in SORTS:
        assert sorted(slugs(Wanted(sort=sort))) == ["acme", "beta", "gamma"]
    assert slugs(Wanted(sort="nothing")) == ["acme", "beta", "gamma"]


def test_it_pages_and_says_how_many_there_are(database):
    for number in range(PAGE + 3):
        make(f"t{number:03}")
    first, second, third = (find_fleet(Wanted(page=page), FakeProcesses(), now=NOW) for page in (1, 2, 3))
    assert (len(first.lines), len(second.lines), len(third.lines)) == (PAGE, 3, 0)
    assert (first.total, first.pages, second.total) == (PAGE + 3, 2, PAGE + 3)
    seen = [line.row.tenant.slug for line in first.lines + second.lines]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("count", [1, PAGE + 5])
def test_a_page_is_one_query_however_many_tenants(database, caplog, count):
    for number in range(count):
        make(f"t{number:03}")
    with caplog.at_level(logging.DEBUG, logger="peewee"):
        find_fleet(Wanted(text="t", sort="-messages"), FakeProcesses(), now=NOW)
    assert len([record for record in caplog.records if record.name == "peewee"]) == 1


def test_what_the_process_manager_sees_corrects_what_was_reported(database):
    acme, beta = make("acme"), make("beta")
    for tenant in (acme, beta):
        WorkerProcess.update(status=WorkerStatus.RUNNING, pid=4711, last_seen_at=NOW).where(
            WorkerProcess.tenant == tenant).execute()
    processes = FakeProcesses({"acme": ProcessState("acme", running=True, pid=4711)})
    lines = find_fleet(Wanted(), processes, now=NOW).lines
    assert [line.seen.worker_status for line in lines] == [WorkerStatus.RUNNING, WorkerStatus.STOPPED]
