"""What the host tests share: a booted machine, and one with Flow HQ on it."""
from collections.abc import Iterator

import pytest

from tests.host.host import Host, running_host
from tests.host.image import what_is_missing
from tests.host.machine import Machine


@pytest.fixture(scope="session")
def can_boot() -> None:
    """Skips, with a sentence that says what is needed, where no machine can be booted; `make host-test` fails there."""
    if missing := what_is_missing():
        pytest.skip(missing)


@pytest.fixture(scope="module")
def machine(can_boot: None) -> Iterator[Machine]:
    """A booted Debian without Flow HQ."""
    with Machine() as booted:
        yield booted


@pytest.fixture(scope="session")
def host(can_boot: None) -> Iterator[Host]:
    """A machine that runs Flow HQ, an admin who has signed in there, and a sandbox as WhatsApp; without tenants.

    One for all tests: each makes tenants of its own names.
    """
    with running_host() as running:
        yield running
