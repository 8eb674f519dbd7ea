"""The queries asked of ten million messages walk an index in its order, on both databases."""
from datetime import UTC, datetime, timedelta

import pytest
from playhouse.test_utils import count_queries

from app.db import is_sqlite
from app.models import Chat, Message, Tenant

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
        (tenant_id, chat_id, wa_message_id, sent_at, created_at, kind, text, because, direction, delivery)
    SELECT 1 + i % {tenants}, 1 + i % {chats}, 'id' || i, {time}, {time}, 'chat', 'habari', '',
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


def plan(database, ask):
    """Run `ask` and return its rows and how the database finds them."""
    with count_queries() as counter:
        rows = ask()
    (sql, parameters), = [record.msg for record in counter.get_queries()]
    explain = "EXPLAIN QUERY PLAN" if is_sqlite(database) else "EXPLAIN"
    return rows, "\n".join(str(row[-1]) for row in database.execute_sql(f"{explain} {sql}", parameters))


def assert_walks(index, how):
    assert index in how, how
    assert "TEMP B-TREE" not in how, how
    assert "Sort" not in how, how


def test_the_newest_lines_of_a_tenant(log):
    rows, how = plan(log, lambda: Message.newest_of(Tenant(id=2), 50))

    assert_walks("message_tenant_id_created_at_id", how)
    assert [row.id for row in rows[:3]] == [LINES - 3, LINES - 8, LINES - 13]


def test_the_newest_lines_of_a_chat(log):
    rows, how = plan(log, lambda: Message.newest_of_chat(Chat(id=7), 50))

    assert_walks("message_chat_id_id", how)
    assert len(rows) == 50
    assert rows[0].id > rows[-1].id


def test_the_lines_of_a_tenant_on_one_day(log):
    rows, how = plan(log, lambda: Message.since(Tenant(id=2), DAY, DAY + timedelta(days=1)))

    assert_walks("message_tenant_id_created_at_id", how)
    assert len(rows) == 24 * 60 / TENANTS
    assert DAY <= rows[0].created_at < rows[-1].created_at < DAY + timedelta(days=1)


def test_the_unsettled_replies_of_a_tenant(log):
    rows, how = plan(log, lambda: Message.unsettled_of(Tenant(id=2)))

    assert_walks("message_unsettled", how)
    assert {row.delivery for row in rows} == {"PENDING"}
    assert 0 < len(rows) < LINES / 3000
