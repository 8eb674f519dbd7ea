from contextlib import nullcontext

import pytest

from app.replay.run import WITHOUT_LIMITS, without_limits
from app.services.tenants import create_tenant, tenant_row

pytestmark = pytest.mark.usefixtures("database")


def limits() -> dict[str, int]:
    config = tenant_row("acme").config
    return {name: getattr(config, name) for name in (*WITHOUT_LIMITS, "handover_hours")}


@pytest.fixture(autouse=True)
def acme(database: object) -> None:
    create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")


@pytest.mark.parametrize("ending", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_limits_are_off_during_the_run_and_as_before_after_whatever_happened(ending):
    before = limits()
    with pytest.raises(ending) if ending else nullcontext(), without_limits("acme", by="ada"):
        during = limits()
        if ending:
            raise ending
    assert during == {**before, **WITHOUT_LIMITS, "handover_hours": 0}
    assert limits() == before


def test_the_bot_can_be_kept_out_of_chats_of_a_person():
    with without_limits("acme", by="ada", handover=True):
        assert limits()["handover_hours"] == 12
    assert limits()["handover_hours"] == 12
