"""What code that has taken over one tenant's worker tries on the database, statement by statement.

TENANT, CHAT, MESSAGE, THE_ORDER, TICKET and PID stand for the victim's: ids of rows, and the process of its session.
"""
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg2


class Outcome(StrEnum):
    """What becomes of an attack."""

    REFUSED = "refused"
    EMPTY = "runs and finds nothing"
    CONTAINED = "contained"


@dataclass(frozen=True)
class Attack:
    """One try: what for, the statement, what must become of it; words of the refusal, or why it does no harm."""

    goal: str
    statement: str
    outcome: Outcome
    because: str


R, E, C = Outcome.REFUSED, Outcome.EMPTY, Outcome.CONTAINED
DENIED, POLICY, NOT_OWNER = "permission denied", "violates row-level security policy", "must be owner"
HIDDEN = "the policy hides every row of another tenant"
INSERT = ("INSERT INTO message (tenant_id, chat_id, direction, wa_message_id, kind, text, sent_at, created_at, "
          "because, author) "
          "SELECT {tenant}, {chat}, 'IN', 'forged', 'chat', 'x', now(), now(), '', '' FROM chat LIMIT 1")
TICKET = ("INSERT INTO ticket (tenant_id, chat_id, number, state, subject, problem, news, mailed, created_at, "
          "changed_at) "
          "SELECT {tenant}, {chat}, 99, 'OPEN', 'x', '', '', false, now(), now() FROM chat LIMIT 1")

READING = (
    ("messages of another tenant", "SELECT text FROM message WHERE tenant_id = TENANT", E, HIDDEN),
    ("one message by its id", "SELECT text FROM message WHERE id = MESSAGE", E, HIDDEN),
    ("customers of another tenant", "SELECT name, phone FROM chat WHERE tenant_id = TENANT", E, HIDDEN),
    ("other tenants' names", "SELECT slug, name FROM tenant WHERE id = TENANT", E, HIDDEN),
    ("what another bot answers", "SELECT content FROM tenant_config WHERE tenant_id = TENANT", E, HIDDEN),
    ("another tenant's QR code", "SELECT qr_code FROM whatsapp_session WHERE tenant_id = TENANT", E, HIDDEN),
    ("a picture of another's page", "SELECT taken_at FROM page_picture WHERE tenant_id = TENANT", R, DENIED),
    ("that there is one", "SELECT id FROM page_picture WHERE tenant_id = TENANT", E, HIDDEN),
    ("its own picture, which may show what it has forgotten", "SELECT jpeg FROM page_picture", R, DENIED),
    ("another worker's errors", "SELECT last_error FROM worker_process WHERE tenant_id = TENANT", E, HIDDEN),
    ("another tenant's requests", "SELECT status FROM setup_request WHERE tenant_id = TENANT", E, HIDDEN),
    ("another's bookings", "SELECT name, phone FROM booking WHERE tenant_id = TENANT", E, HIDDEN),
    ("when another is busy", "SELECT starts_at FROM booking_cell WHERE tenant_id = TENANT", E, HIDDEN),
    ("what owners note of bookings", "SELECT note FROM booking WHERE tenant_id = TENANT", E, HIDDEN),
    ("another tenant's tickets", "SELECT subject FROM ticket WHERE tenant_id = TENANT", E, HIDDEN),
    ("the stories of tickets", "SELECT text FROM ticket_entry", R, DENIED),
    ("rows by locking them", "SELECT id FROM chat WHERE tenant_id = TENANT FOR UPDATE", E, HIDDEN),
    ("orders of another tenant", "SELECT name, address FROM shop_order WHERE tenant_id = TENANT", E, HIDDEN),
    ("what others' customers ordered", "SELECT name FROM order_line WHERE tenant_id = TENANT", E, HIDDEN),
    ("what another has in stock", "SELECT product FROM stock WHERE tenant_id = TENANT", E, HIDDEN),
    ("the columns nobody granted", "SELECT whatsapp_number FROM setup_request", R, DENIED),
    ("its own history", "SELECT detail FROM state_change", R, DENIED),
    ("password hashes of people", "SELECT email, password_hash FROM account", R, DENIED),
    ("signed-in browsers", "SELECT token_hash FROM sign_in", R, DENIED),
    ("links that let people in", "SELECT unsent_url FROM mailed_link", R, DENIED),
    ("letters", "SELECT text FROM outgoing_mail", R, DENIED),
    ("secrets of webhooks", "SELECT * FROM webhook", R, DENIED),
    ("the audit log", "SELECT * FROM audit_entry", R, DENIED),
    ("the job queue", "SELECT data FROM job", R, DENIED),
    ("rows with the policies off", "SET row_security = off; SELECT text FROM message", R, "would be affected"),
    ("rows through an error's text", "SELECT text::int FROM message WHERE tenant_id = TENANT", E, HIDDEN),
    ("rows through a condition that fails", "SELECT 1 FROM message WHERE tenant_id = TENANT AND text::int > 0", E,
     "conditions that could tell run behind the policy"),
    ("rows through a division", "SELECT 1 FROM message WHERE id = MESSAGE AND 1 / (id - MESSAGE) > 0", E,
     "conditions that could tell run behind the policy"),
    ("rows through XML", "SELECT query_to_xml('SELECT * FROM message WHERE tenant_id = TENANT', true, true, '')::text "
     "LIKE '%s3cret%' AS leaked", C, "it runs with the same rights"),
    ("rows through the planner's statistics", "SELECT 1 FROM pg_stats WHERE tablename IN ('message', 'chat')", E,
     "statistics of a table with policies are hidden"),
    ("the statistics themselves", "SELECT 1 FROM pg_statistic", R, DENIED),
    ("rows through a function of its own", "CREATE FUNCTION pg_temp.leak(t text) RETURNS bool LANGUAGE sql COST 0.0001 "
     "AS 'SELECT true'", R, DENIED),
    ("rows through COPY to a file", "COPY message (text) TO '/tmp/stolen'", R, "pg_write_server_files"),
    ("commands through COPY", "COPY (SELECT 1) TO PROGRAM 'id'", R, "pg_execute_server_program"),
    ("commands through COPY, the other way", "COPY message (text) FROM PROGRAM 'id'", R,
     "pg_execute_server_program"),
    ("files of the server", "SELECT pg_read_file('/etc/passwd')", R, DENIED),
    ("directories of the server", "SELECT pg_ls_dir('/')", R, DENIED),
    ("files as large objects", "SELECT lo_import('/etc/passwd')", R, DENIED),
    ("how many rows all have together", "SELECT reltuples > -2 AS counted FROM pg_class WHERE relname = 'message'", C,
     "an estimate of all tenants' rows together is visible, as growing ids are; no row is"),
    ("how many rows another has", "EXPLAIN SELECT 1 FROM message WHERE tenant_id = TENANT", C,
     "the planner's estimate for another tenant's id is visible, the rows are not"),
)
WRITING = (
    ("a message in another's name", INSERT.format(tenant="TENANT", chat="id"), R, POLICY),
    ("a message into another's chat", INSERT.format(tenant="tenant_id", chat="CHAT"), R, POLICY),
    ("a chat for another", "INSERT INTO chat (tenant_id, wa_chat_id, name, state, unread, created_at) "
     "VALUES (TENANT, 'x', 'x', '{}', 0, now())", R, POLICY),
    ("a booking for another", "INSERT INTO booking (tenant_id, number, service, service_name, name, phone, starts_at, "
     "ends_at, people, places, state, note, made_by, created_at, updated_at) VALUES (TENANT, 99, '', '', 'x', '', "
     "now(), now(), 1, 1, 'REQUESTED', '', '', now(), now())", R, POLICY),
    ("a booking into another's chat", "INSERT INTO booking (tenant_id, chat_id, number, service, service_name, name, "
     "phone, starts_at, ends_at, people, places, state, note, made_by, created_at, updated_at) SELECT tenant_id, CHAT, "
     "99, '', '', 'x', '', now(), now(), 1, 1, 'REQUESTED', '', '', now(), now() FROM chat LIMIT 1", R, POLICY),
    ("another's places", "INSERT INTO booking_cell (tenant_id, booking_id, resource, starts_at, seat) "
     "SELECT tenant_id, BOOKING, '', now(), 0 FROM chat LIMIT 1", R, POLICY),
    ("another's bookings, cancelled", "UPDATE booking SET state = 'CANCELLED' WHERE tenant_id = TENANT", E, HIDDEN),
    ("another's places, given back", "UPDATE booking_cell SET seat = NULL WHERE tenant_id = TENANT", E, HIDDEN),
    ("its bookings' names", "UPDATE booking SET name = 'x'", R, DENIED),
    ("bookings away", "DELETE FROM booking", R, DENIED),
    ("history for another", "INSERT INTO state_change (tenant_id, machine, state, cause, detail, at) "
     "VALUES (TENANT, 'worker', 'ERROR', 'failed', '', now())", R, POLICY),
    ("a line into another's order", "INSERT INTO order_line (tenant_id, order_id, revision, product, name, quantity) "
     "SELECT tenant_id, THE_ORDER, 1, 'x', 'x', 1 FROM shop_order", R, POLICY),
    ("another's stock", "UPDATE stock SET amount = 0 WHERE tenant_id = TENANT", E, HIDDEN),
    ("another's order as cancelled", "UPDATE shop_order SET state = 'CANCELLED' WHERE id = THE_ORDER", E, HIDDEN),
    ("a picture in another's name", "UPDATE page_picture SET jpeg = 'x' WHERE tenant_id = TENANT", E, HIDDEN),
    ("a picture for another", "INSERT INTO page_picture (tenant_id, jpeg) VALUES (TENANT, 'x')", R, POLICY),
    ("a picture that fills the disk", "UPDATE page_picture SET jpeg = decode(repeat('00', 524289), 'hex')", R,
     "violates check constraint"),
    ("its own content", "UPDATE tenant_config SET content = '{}'", R, DENIED),
    ("orders away", "DELETE FROM shop_order", R, DENIED),
    ("a ticket in another's chat", TICKET.format(tenant="tenant_id", chat="CHAT"), R, POLICY),
    ("a ticket in another's name", TICKET.format(tenant="TENANT", chat="id"), R, POLICY),
    ("words into another's ticket", "INSERT INTO ticket_entry (tenant_id, ticket_id, cause, author, text, at) "
     "SELECT id, TICKET, 'told', '', 'x', now() FROM tenant LIMIT 1", R, POLICY),
    ("another's tickets as closed", "UPDATE ticket SET state = 'CLOSED' WHERE tenant_id = TENANT", E, HIDDEN),
    ("a ticket's number", "UPDATE ticket SET number = 7", R, DENIED),
    ("another's replies as failed", "UPDATE message SET delivery = 'FAILED' WHERE tenant_id = TENANT", E, HIDDEN),
    ("another's replies, through MERGE", "MERGE INTO message USING (VALUES (1)) v (x) ON tenant_id = TENANT "
     "WHEN MATCHED THEN UPDATE SET delivery = 'FAILED'", E, HIDDEN),
    ("another's session", "UPDATE whatsapp_session SET qr_code = NULL WHERE tenant_id = TENANT", E, HIDDEN),
    ("another's worker out of its lease", "UPDATE worker_process SET fencing_token = 99 WHERE tenant_id = TENANT", E,
     HIDDEN),
    ("its rows over to another", "UPDATE chat SET tenant_id = TENANT", R, DENIED),
    ("its messages' text", "UPDATE message SET text = 'x'", R, DENIED),
    ("what admins want of it", "UPDATE tenant SET desired = 'running'", R, DENIED),
    ("its own slug", "UPDATE tenant SET slug = 'bravo'", R, DENIED),
    ("its own limits", "UPDATE tenant_config SET chat_limit = 1000000", R, DENIED),
    ("messages away", "DELETE FROM message", R, DENIED),
    ("chats away", "DELETE FROM chat", R, DENIED),
    ("everything away", "TRUNCATE message, chat CASCADE", R, DENIED),
    ("a row under another's id", "INSERT INTO state_change (id, tenant_id, machine, state, cause, detail, at) "
     "VALUES (1, TENANT, 'worker', 'ERROR', 'failed', '', now())", R, DENIED),
    ("others' ids off the counter", "SELECT setval('message_id_seq', 1)", R, DENIED),
    ("the counter, read", "SELECT last_value FROM message_id_seq", R, DENIED),
    ("the counter, read through a function", "SELECT pg_sequence_last_value('message_id_seq')", R, DENIED),
    ("a counter that is none of its", "SELECT nextval('account_id_seq')", R, DENIED),
    ("numbers from the counter", "SELECT nextval('message_id_seq') > 0 AS taken", C,
     "numbers are skipped, and there are 9·10¹⁸; that all tenants count with it shows how busy all are together"),
)
POWERS = (
    ("to be another tenant", 'SET ROLE "fhq-bravo"', R, DENIED),
    ("to be the platform", "SET ROLE flowhq", R, DENIED),
    ("to be the owner", "SET ROLE flowhq_owner", R, DENIED),
    ("to be the superuser", "SET ROLE postgres", R, DENIED),
    ("to be every worker", "SET ROLE flowhq_workers; SELECT 1 FROM message", E, "the group itself is no tenant"),
    ("to have signed in as another", 'SET SESSION AUTHORIZATION "fhq-bravo"', R, DENIED),
    ("superuser", 'ALTER ROLE "fhq-acme" SUPERUSER', R, "must be superuser"),
    ("rows past the policies", 'ALTER ROLE "fhq-acme" BYPASSRLS', R, "must be superuser"),
    ("roles of its own", 'ALTER ROLE "fhq-acme" CREATEROLE', R, DENIED),
    ("more connections", 'ALTER ROLE "fhq-acme" CONNECTION LIMIT 100', R, DENIED),
    ("another's password", "ALTER ROLE \"fhq-bravo\" PASSWORD 'x'", R, DENIED),
    ("a password for itself", "ALTER ROLE \"fhq-acme\" PASSWORD 'x'", C,
     "the server asks the kernel who connects, not for passwords"),
    ("another's role for itself", 'GRANT "fhq-bravo" TO "fhq-acme"', R, "must have admin option"),
    ("the platform's role", 'GRANT flowhq TO "fhq-acme"', R, "must have admin option"),
    ("files of the server, by role", 'GRANT pg_read_server_files TO "fhq-acme"', R, "must have admin option"),
    ("its own role for another", 'GRANT "fhq-acme" TO "fhq-bravo"', R, "must have admin option"),
    ("another's role away", 'DROP ROLE "fhq-bravo"', R, DENIED),
    ("a role", "CREATE ROLE x", R, DENIED),
    ("a database", "CREATE DATABASE x", R, DENIED),
    ("a schema", "CREATE SCHEMA x", R, DENIED),
    ("a table", "CREATE TABLE x (a int)", R, DENIED),
    ("a temporary table", "CREATE TEMP TABLE x (a int)", R, DENIED),
    ("a view", "CREATE VIEW x AS SELECT 1", R, DENIED),
    ("a function", "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'", R, DENIED),
    ("code in the server", "DO $$ BEGIN END $$", R, DENIED),
    ("a library in the server", "LOAD 'plpgsql'", R, "not allowed"),
    ("an extension", "CREATE EXTENSION tablefunc", R, DENIED),
    ("a foreign server", "CREATE FOREIGN DATA WRAPPER x", R, DENIED),
    ("a publication", "CREATE PUBLICATION x", R, DENIED),
    ("a trigger", "CREATE TRIGGER x AFTER INSERT ON message EXECUTE FUNCTION suppress_redundant_updates_trigger()", R,
     DENIED),
    ("a rule", "CREATE RULE x AS ON INSERT TO message DO NOTHING", R, NOT_OWNER),
    ("a policy", "CREATE POLICY x ON message USING (true)", R, NOT_OWNER),
    ("no policies", "ALTER TABLE message DISABLE ROW LEVEL SECURITY", R, NOT_OWNER),
    ("no policy", "DROP POLICY own_rows ON message", R, NOT_OWNER),
    ("no table", "DROP TABLE message", R, NOT_OWNER),
    ("the table", 'ALTER TABLE message OWNER TO "fhq-acme"', R, NOT_OWNER),
    ("rights on people", 'GRANT SELECT ON account TO "fhq-acme"', R, DENIED),
    ("rights for everybody", "GRANT SELECT ON message TO PUBLIC", R, DENIED),
    ("rights by column for everybody", "GRANT SELECT (text) ON message TO PUBLIC", C, "nothing is granted: a warning"),
    ("rights on what it will make", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", C,
     "it makes nothing; the note goes with its role"),
    ("another tenant's role, made", "SELECT public.make_tenant_role('charlie')", R, DENIED),
    ("another tenant's role, dropped", "SELECT public.drop_tenant_role('bravo')", R, DENIED),
    ("others' transactions ended", "SELECT public.end_long_transactions('0s')", R, DENIED),
    ("settings of the server", "ALTER SYSTEM SET fsync = off", R, DENIED),
    ("triggers off", "SET session_replication_role = replica", R, DENIED),
    ("catalogs to write", "SET allow_system_table_mods = on", R, DENIED),
    ("a catalog row", "UPDATE pg_authid SET rolsuper = true", R, DENIED),
)
HARMING = (
    ("a table, locked whole", "BEGIN; LOCK TABLE message IN ACCESS EXCLUSIVE MODE", R, DENIED),
    ("a table, locked against writers", "BEGIN; LOCK TABLE message IN SHARE MODE", R, DENIED),
    ("a table, locked a little", "BEGIN; LOCK TABLE message IN ROW EXCLUSIVE MODE", R, DENIED),
    ("the upgrade's lock", "SELECT pg_advisory_lock(5318008471)", R, DENIED),
    ("any advisory lock", "SELECT pg_try_advisory_xact_lock(1, 2)", R, DENIED),
    ("another's session ended", "SELECT pg_terminate_backend(PID)", R, "must be a member"),
    ("another's statement ended", "SELECT pg_cancel_backend(PID)", R, "must be a member"),
    ("a transaction that outlives its session", "BEGIN; PREPARE TRANSACTION 'x'", R,
     "prepared transactions are disabled"),
    ("a replication slot that keeps the log", "SELECT pg_create_physical_replication_slot('x')", R,
     "must be superuser"),
    ("a log full of messages", "SELECT pg_logical_emit_message(false, 'x', 'x')", R, DENIED),
    ("a snapshot that keeps dead rows", "SELECT pg_export_snapshot()", R, DENIED),
    ("large objects", "SELECT lo_from_bytea(0, 'x')", R, DENIED),
    ("large objects, opened", "SELECT lo_create(0)", R, DENIED),
    ("temporary files without end", "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT repeat(md5(g::text), 30) t "
     "FROM generate_series(1, 120000) g ORDER BY t) x", R, "exceeds temp_file_limit"),
    ("no limit of temporary files", "SET temp_file_limit = -1", R, DENIED),
    ("the server's log flooded", "SET log_min_messages = debug5", R, DENIED),
    ("a checkpoint at will", "CHECKPOINT", R, "pg_checkpoint"),
    ("another log file", "SELECT pg_switch_wal()", R, DENIED),
    ("the server's settings read again", "SELECT pg_reload_conf()", R, DENIED),
    ("a table rewritten", "CLUSTER message USING message_pkey", R, NOT_OWNER),
    ("an index rebuilt", "REINDEX TABLE message", R, NOT_OWNER),
    ("a table vacuumed", "VACUUM message", C, "skipped, with a warning"),
    ("notes to others", "NOTIFY flowhq, 'spoof'", C, "nobody listens: no part of Flow HQ uses LISTEN"),
    ("no limit of time", "SET statement_timeout = 0", C, "it ends accidents alone; long transactions are ended by the "
     "platform"),
)
SNOOPING = (
    ("who is connected", "SELECT usename, query FROM pg_stat_activity", R, DENIED),
    ("who is connected, by another way", "SELECT pg_stat_get_backend_userid(1)", R, DENIED),
    ("who waits for whom", "SELECT * FROM pg_locks", R, DENIED),
    ("how busy others are", "SELECT n_tup_ins FROM pg_stat_user_tables", R, DENIED),
    ("password hashes of roles", "SELECT rolpassword FROM pg_authid", R, DENIED),
    ("who may connect", "SELECT * FROM pg_hba_file_rules", R, DENIED),
    ("where the server keeps its files", "SELECT setting FROM pg_settings WHERE name = 'data_directory'", E,
     "settings that tell of the server are hidden"),
    ("which tenants there are", "SELECT count(*) > 0 AS seen FROM pg_roles WHERE rolname LIKE 'fhq-%'", C,
     "names of roles, thus slugs, are visible to every role of PostgreSQL; nothing else of the tenants is"),
    ("the policies", "SELECT count(*) > 0 AS seen FROM pg_policy", C, "they are in the source code as well"),
)
ATTACKS = tuple(
    Attack(f"{topic}: {goal}", statement, outcome, because)
    for topic, attacks in (("read", READING), ("write", WRITING), ("get", POWERS), ("do", HARMING), ("see", SNOOPING))
    for goal, statement, outcome, because in attacks
)


def aimed(attack: Attack, victim: Mapping[str, int]) -> str:
    """The attack's statement with the victim's numbers in it."""
    statement = attack.statement
    for word, number in victim.items():
        statement = statement.replace(word, str(number))
    return statement


def attempt(url: str, statement: str) -> tuple[Outcome | None, str]:
    """Run a statement in a session of its own; what became of it (None where it gave something), and what it said."""
    connection = _connected(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            found: Any = cursor.fetchall() if cursor.description else cursor.rowcount
    except psycopg2.Error as error:
        return Outcome.REFUSED, str(error).strip()
    finally:
        connection.close()
    return (None if found and found != -1 else Outcome.EMPTY), f"{found} {connection.notices}"


def _connected(url: str) -> Any:
    """A session; the server may not yet have noticed that the last one's was closed, and a role has only two."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return psycopg2.connect(url)
        except psycopg2.OperationalError as error:
            if "too many connections for role" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
