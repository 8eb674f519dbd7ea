"""The queries asked of ten million messages walk an index in its order, on both databases."""
from datetime import UTC, datetime, timedelta

import pytest
from playhouse.test_utils import count_queries

from app.db import is_sqlite
from app.models import Message, Tenant
from app.services import messages

TENANTS, CHATS, LINES = 5, 200, 50_000
DAY = datetime(2026, 1, 31, tzinfo=UTC)
SQLITE_TIME = "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', i || ' minutes')"
POSTGRES_TIME = "timestamp '2026-01-01' + i * interval '1 minute'"
FILL_CHATS = """
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {chats} - 1)
    INSERT INTO chat (tenant_id, wa_chat_id, phone, name, state, unread, created_at)
    SELECT 1 + i % {tenants}, i || '@c.us', '2557' || i, '', '{{}}', 0, {time} FROM n"""
# One line a minute, the tenants in turn; every third is a reply, and a few replies are not settled.
FILL_MESSAGES = """
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {lines} - 1)
    INSERT INTO message
        (tenant_id, chat_id, wa_message_id, sent_at, created_at, kind, text, because, author, direction, delivery)
    SELECT 1 + i % {tenants}, 1 + i % {chats}, 'id' || i, {time}, {time}, 'chat', 'habari', '', '',
        CASE WHEN i % 3 = 0 THEN 'OUT' ELSE 'IN' END,
        CASE WHEN i % 3 > 0 THEN NULL WHEN i % 2001 = 0 THEN 'PENDING' ELSE 'READ' END
    FROM n"""


@pytest.fixture
def log(database):
    """50,000 lines of five tenants; with statistics on PostgreSQL, which gathers them by itself."""
    for number in range(TENANTS):
        Tenant.create(slug=f"tenant-{number}", name=f"Tenant {number}")
    for statement in (FILL_CHATS, FILL_MESSAGES):
        time = SQLITE_TIME if is_sqlite(database) else POSTGRES_TIME
        sql = statement.format(lines=LINES, tenants=TENANTS, chats=CHATS, time=time)
        database.execute_sql(sql if is_sqlite(database) else sql.replace("%", "%%"))
    if not is_sqlite(database):
        database.execute_sql("ANALYZE")
        # A handful of rows is cheaper sorted; what counts is that the order is there for many.
        database.execute_sql("SET enable_sort = off")
    return database


def plans(database, ask):
    """Run `ask` and return what it got and how the database finds the rows of each query it took."""
    with count_queries() as counter:
        rows = list(ask())
    explain = "EXPLAIN QUERY PLAN" if is_sqlite(database) else "EXPLAIN"
    queries = [record.msg for record in counter.get_queries()]
    return rows, [
        "\n".join(str(row[-1]) for row in database.execute_sql(f"{explain} {sql}", parameters))
        for sql, parameters in queries
    ]


def assert_walks(index, hows):
    for how in hows:
        assert index in how, how
        assert "TEMP B-TREE" not in how, how
        assert "Sort" not in how, how


def test_the_newest_lines_of_a_tenant(log):
    rows, hows = plans(log, lambda: messages.tail(Tenant(id=2, slug="tenant-1"), 50))

    assert_walks("message_tenant_id_created_at_id", hows)
    assert [row.id for row in rows[-3:]] == [LINES - 13, LINES - 8, LINES - 3]


def test_the_lines_that_follow_one_of_a_tenant(log):
    rows, hows = plans(log, lambda: messages.after(Tenant(id=2, slug="tenant-1"), LINES - 100))

    # PostgreSQL may read the few newest lines of everybody by their id.
    assert_walks("message_tenant_id_id" if is_sqlite(log) else "message_", hows)
    assert len(rows) == 100 / TENANTS


def test_the_newest_lines_of_a_chat(log):
    newest = Message.select().where(Message.chat == 7).order_by(Message.id.desc()).limit(50)

    rows, hows = plans(log, lambda: newest)

    assert_walks("message_chat_id_id", hows)
    assert len(rows) == 50


def test_the_lines_of_a_tenant_on_one_day(log):
    day = messages.export(Tenant(id=2, slug="tenant-1"), since=DAY, until=DAY + timedelta(days=1))

    rows, hows = plans(log, lambda: day)

    assert_walks("message_tenant_id_created_at_id", hows)
    assert len(rows) == 24 * 60 / TENANTS
    assert DAY <= rows[0].created_at < rows[-1].created_at < DAY + timedelta(days=1)


def test_the_unsettled_replies_of_a_tenant(log):
    rows, hows = plans(log, lambda: Message.unsettled_of(Tenant(id=2)))

    assert_walks("message_unsettled", hows)
    assert {row.delivery for row in rows} == {"PENDING"}
    assert 0 < len(rows) < LINES / 3000


def test_the_drafts_of_a_tenant_without_its_other_unsettled_replies(log):
    rows, hows = plans(log, lambda: Message.drafts_of(Tenant(id=2)))

    assert_walks("message_unsettled", hows)
    assert rows == []
