"""What the host tests share: a booted machine."""
from collections.abc import Iterator

import pytest

from tests.host.image import what_is_missing
from tests.host.machine import Machine


@pytest.fixture(scope="session")
def can_boot() -> None:
    """Fails, in a sentence that says what is needed, where no machine can be booted."""
    if missing := what_is_missing():
        pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="module")
def machine(can_boot: None) -> Iterator[Machine]:
    """A booted Debian without Flow HQ."""
    with Machine() as booted:
        yield booted
