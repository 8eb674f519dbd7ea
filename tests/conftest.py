"""What every test may ask for: a migrated empty database, settings of its own, free ports.

`database` and `database_url` run a test once on SQLite and once on PostgreSQL. A test that wants one of them says
`@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
"""
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import peewee
import pytest

from app.db import db, open_database
from app.services import schema
from app.settings import Settings
from tests.guarded import GuardedDatabase
from tests.mailserver import MailServer
from tests.ports import PortLease
from tests.postgres import PostgresServer

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL server for this session (with xdist: one a process); a durable one where speed is measured."""
    server = PostgresServer(durable=any(item.get_closest_marker("bench") for item in request.session.items))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "flowhq.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: PostgresServer) -> str:
    """The name of a migrated PostgreSQL database without rows, to be copied."""
    postgres_server.execute("CREATE DATABASE template_flowhq")
    _migrate(postgres_server.url("template_flowhq"))
    return "template_flowhq"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database without rows, for tests that start processes."""
    if request.param == "sqlite":
        path = tmp_path / "state" / "flowhq.db"
        path.parent.mkdir()
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("empty_postgres")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[peewee.Database]:
    """The models bound to a migrated database without rows."""
    opened = open_database(database_url)
    yield opened
    opened.close()
    db.initialize(None)


@pytest.fixture
def guarded(postgres_server: PostgresServer) -> Iterator[GuardedDatabase]:
    """A database with roles, as production has it, without rows."""
    made = GuardedDatabase(postgres_server)
    yield made
    made.drop()


@pytest.fixture
def take_port() -> Iterator[Callable[[], int]]:
    """Gives another free port of 127.0.0.1 at each call."""
    leases: list[PortLease] = []

    def take() -> int:
        leases.append(PortLease())
        return leases[-1].port

    yield take
    for lease in leases:
        lease.close()


@pytest.fixture
def free_port(take_port: Callable[[], int]) -> int:
    """A free port of 127.0.0.1; for more than one ask for `take_port`."""
    return take_port()


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, take_port: Callable[[], int]) -> Settings:
    """Settings with a state directory and ports of their own, on the test's database where it asks for one."""
    asked = {"database", "database_url"} & set(request.fixturenames)
    url = request.getfixturevalue("database_url") if asked else ""
    # Without a quiet time each line of a customer has a reply of its own, which is what most tests count.
    return Settings(state_dir=tmp_path / "state", database_url=url, web_port=take_port(), sandbox_port=take_port(),
                    quiet_s=0.0)


@pytest.fixture
def mail_server(free_port: int) -> Iterator[MailServer]:
    """A mail server that is not up yet."""
    server = MailServer(free_port)
    yield server
    server.stop()


def _migrate(url: str) -> None:
    opened = open_database(url)
    schema.upgrade(opened)
    opened.close()
    db.initialize(None)
