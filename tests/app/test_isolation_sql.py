"""One tenant's worker, taken over, against another tenant's rows: every attack on a real PostgreSQL."""
import pytest

from tests.attacks_sql import ATTACKS, Attack, Outcome, aimed, attempt
from tests.guarded import ATTACKER, SECRET, VICTIM, GuardedDatabase, fill

pytestmark = pytest.mark.postgresql
OF_VICTIM = """
    SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT 'message' AS kind, m::text AS row FROM message m WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'chat', c::text FROM chat c WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'tenant', t::text FROM tenant t WHERE id = %(tenant)s
        UNION ALL SELECT 'config', c::text FROM tenant_config c WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'session', s::text FROM whatsapp_session s WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'order', o::text FROM shop_order o WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'line', l::text FROM order_line l WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'stock', s::text FROM stock s WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'booking', b::text FROM booking b WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'cell', c::text FROM booking_cell c WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'ticket', t::text FROM ticket t WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'story', e::text FROM ticket_entry e WHERE tenant_id = %(tenant)s
        UNION ALL SELECT 'worker', w::text FROM worker_process w WHERE tenant_id = %(tenant)s
    ) AS rows (kind, row)"""


@pytest.fixture(scope="module")
def attacked(postgres_server):
    """A database with two tenants, and the ids of the victim's rows; the victim is connected."""
    made = GuardedDatabase(postgres_server)
    victim = fill(made)
    with made.connected(f"fhq-{VICTIM}") as session:
        yield made, {**victim, "PID": session.info.backend_pid}
    made.drop()


@pytest.fixture(scope="module")
def rows_of_victim(attacked):
    """Gives a sum over everything the victim has in the database, at each call."""
    guarded, victim = attacked
    with guarded.connected("postgres") as session, session.cursor() as cursor:
        def sum_up():
            cursor.execute(OF_VICTIM, {"tenant": victim["TENANT"]})
            return cursor.fetchone()
        yield sum_up


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.goal)
def test_an_attack_reaches_nothing_of_another_tenant(attacked, rows_of_victim, attack: Attack):
    guarded, victim = attacked
    before = rows_of_victim()

    outcome, said = attempt(guarded.url(f"fhq-{ATTACKER}"), aimed(attack, victim))

    if attack.outcome is Outcome.REFUSED:
        assert (outcome, attack.because in said) == (Outcome.REFUSED, True), said
    elif attack.outcome is Outcome.EMPTY:
        assert outcome is Outcome.EMPTY, said
    else:
        assert outcome is not Outcome.REFUSED, said
    assert SECRET not in said
    assert rows_of_victim() == before


def test_the_same_statements_reach_everything_where_nothing_is_closed(attacked):
    """The attacks are good ones: the superuser, to whom nothing applies, succeeds with them."""
    guarded, victim = attacked
    reads = [attack for attack in ATTACKS if attack.goal.startswith("read:") and attack.outcome is Outcome.EMPTY
             and "through" not in attack.goal]

    found = {attack.goal: attempt(guarded.url("postgres"), aimed(attack, victim))[1] for attack in reads}

    assert len(reads) >= 9
    assert all(SECRET in said or "[(" in said for said in found.values()), found
    assert SECRET in found["read: messages of another tenant"]
