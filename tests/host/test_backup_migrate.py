"""From one host to another while customers write: no scan, no message lost, and what was left never starts again."""
import time

import pytest

from tests.host.crowd import Crowd
from tests.host.operator import operator_of
from tests.host.outside import outside
from tests.host.spare import administered, spare_machine

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(1800)]
OLD, NEW, OTHER = "old.flowhq.test", "new.flowhq.test", "other.flowhq.test"


@pytest.fixture(scope="module")
def hosts(can_boot):
    """Three machines, three businesses that are linked on the old one, and an operator."""
    with (outside() as world, spare_machine(world) as old, spare_machine(world) as new, spare_machine(world) as other,
          administered(old, world) as host, operator_of({OLD: old, NEW: new, OTHER: other}) as operator):
        yield {OLD: old, NEW: new, OTHER: other}, operator, [host.linked(slug) for slug in ("acme", "beta", "coco")]


def moved(operator, crowd, source, target, **variables):
    """Move from here to there while the crowd writes; nothing is lost and nobody is answered twice."""
    began = time.monotonic()
    with crowd.writing():
        play = operator.play("migrate.yml", migrate_from=source, migrate_to=target, **variables)
    assert play.status == 0, play.output[-4000:]
    took, lines = time.monotonic() - began, sum(crowd.wrote.values())
    print(f"\nmoved {variables or 'all'} in {took:.0f} s, {lines} lines meanwhile")
    crowd.has_had_one_answer_each()
    return play


def process_of(machine, business):
    """The main process of a business's worker, 0 where there is none."""
    return machine.run("systemctl", "show", "--value", "--property=MainPID", business.unit).stdout.strip()


def test_all_businesses_move_and_the_old_host_stays_silent(hosts):
    machines, operator, businesses = hosts
    devices = [business.devices() for business in businesses]

    moved(operator, Crowd(businesses, each=4), OLD, NEW)

    old = machines[OLD]
    assert [business.devices() for business in businesses] == devices
    assert old.run("systemctl", "start", businesses[0].unit, check=False).returncode
    old.reboot()
    assert old.run("systemctl", "is-active", businesses[0].unit, check=False).stdout.strip() == "inactive"
    refused = operator.play("migrate.yml", migrate_from=OLD, migrate_to=NEW)
    assert "was left before" in " ".join(refused.output.split())


def test_one_business_moves_beside_those_of_another_host_and_the_rest_go_on(hosts):
    machines, operator, businesses = hosts
    machines[OTHER].run("flowhq", "tenant", "create", "zola", "--name", "Zola", "--template", "SUPPORT")
    beta, others = businesses[1], [businesses[0], businesses[2]]
    devices, processes = beta.devices(), [process_of(machines[NEW], one) for one in others]

    play = moved(operator, Crowd(businesses, each=4, first=255712000101), NEW, OTHER, migrate_only="beta")

    assert "beta: CONNECTED" in play.output
    assert beta.devices() == devices
    assert [process_of(machines[NEW], one) for one in others] == processes
    assert process_of(machines[OTHER], beta) != "0"
    assert machines[NEW].run("systemctl", "start", beta.unit, check=False).returncode
    again = operator.play("migrate.yml", migrate_from=NEW, migrate_to=OTHER, migrate_only="beta")
    assert "was left before" in " ".join(again.output.split())


def test_what_cannot_be_added_goes_on_where_it_was(hosts):
    machines, operator, businesses = hosts
    acme = businesses[0]
    machines[OTHER].run("flowhq", "tenant", "set", "zola", "--phone", acme.number)

    refused = operator.play("migrate.yml", migrate_from=NEW, migrate_to=OTHER, migrate_only="acme")

    said = " ".join(refused.output.split())
    assert refused.status
    assert "belongs to the tenant" in said
    assert f"{NEW} serves acme again" in said
    crowd = Crowd([acme], first=255712000201)
    crowd.all_write()
    crowd.has_had_one_answer_each()
    missing = operator.play("migrate.yml", migrate_from=NEW, migrate_to=OTHER, migrate_only="nobody")
    assert "has no business nobody" in " ".join(missing.output.split())
