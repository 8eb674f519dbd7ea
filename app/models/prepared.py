"""Queries that are built once and run many times.

Building the SQL of a peewee query costs more than SQLite takes to run it; on the path of a message that is most of the
time. A Prepared is an ordinary peewee query with slots where the values go.
"""
import json
from collections.abc import Callable
from typing import Any

from peewee import Context, Field, JSONField, Node, Query

from app.db import db


class Slot(Node):
    """A value to be given later, by name, stored as `field` stores it."""

    def __init__(self, name: str, field: Field) -> None:
        """Name it after the keyword that will carry its value."""
        self.name, self.field = name, field

    def __sql__(self, context: Context) -> Context:
        """Stand in the query as a parameter."""
        return context.value(_Held(self), converter=False)


class _Held:
    """Keeps a Slot among the parameters, where peewee would render a Node."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot


class Prepared:
    """One query; `build` makes it, with Slots, when it is first needed on a database."""

    def __init__(self, build: Callable[[], Query]) -> None:
        """Nothing is built before the first run."""
        self._build = build
        self._database: Any = None

    def run(self, **values: Any) -> Any:
        """Run it with these values and return the cursor. Raises KeyError where a value is missing."""
        if self._database is not db.obj:
            self._sql, self._parameters = self._build().sql()
            self._database = db.obj
        return db.execute_sql(self._sql, [_given(parameter, values) for parameter in self._parameters])


def _given(parameter: Any, values: dict[str, Any]) -> Any:
    if not isinstance(parameter, _Held):
        return parameter
    field, value = parameter.slot.field, values[parameter.slot.name]
    # Both databases take JSON as text; peewee would wrap it in a function of the one or an adapter of the other.
    return json.dumps(value) if isinstance(field, JSONField) else field.db_value(value)
