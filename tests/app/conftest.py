"""What tests of the platform may ask for beside tests/conftest.py."""
from collections.abc import Iterator

import pytest

from tests.guarded import GuardedDatabase
from tests.postgres import PostgresServer


@pytest.fixture
def guarded(postgres_server: PostgresServer) -> Iterator[GuardedDatabase]:
    """A database with roles, as production has it, without rows."""
    made = GuardedDatabase(postgres_server)
    yield made
    made.drop()
