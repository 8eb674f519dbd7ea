"""From one host to another while customers write: no scan, no message lost, and the old one never starts again."""
import time

import pytest

from tests.host.crowd import Crowd
from tests.host.operator import operator_of
from tests.host.outside import outside
from tests.host.spare import administered, spare_machine

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(1800)]
OLD, NEW = "old.flowhq.test", "new.flowhq.test"


def test_all_businesses_move_and_the_old_host_stays_silent(can_boot):
    with (outside() as world, spare_machine(world) as old, spare_machine(world) as new,
          administered(old, world) as host, operator_of({OLD: old, NEW: new}) as operator):
        businesses = [host.linked(slug) for slug in ("acme", "beta", "coco")]
        devices = [business.devices() for business in businesses]
        crowd = Crowd(businesses, each=4)
        began = time.monotonic()
        with crowd.writing():
            play = operator.play("migrate.yml", migrate_from=OLD, migrate_to=NEW)
        assert play.status == 0, play.output[-4000:]
        print(f"\nmoved in {time.monotonic() - began:.0f} s, {sum(crowd.wrote.values())} lines meanwhile")
        crowd.has_had_one_answer_each()

        assert [business.devices() for business in businesses] == devices
        assert old.run("systemctl", "start", businesses[0].unit, check=False).returncode
        old.reboot()
        assert old.run("systemctl", "is-active", businesses[0].unit, check=False).stdout.strip() == "inactive"
        refused = operator.play("migrate.yml", migrate_from=OLD, migrate_to=NEW)
        assert "was left before" in " ".join(refused.output.split())
