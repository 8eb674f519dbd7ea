"""What every table shares: the database, UTC times, the spelling of enums."""
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from peewee import CharField, DateTimeField, Model, ModelDelete, TextField

from app.db import db


class UtcField(DateTimeField):
    """A moment: aware UTC in Python, naive UTC in the database, on both databases alike."""

    def db_value(self, value: datetime | None) -> datetime | None:
        """Refuse a naive time rather than guess its zone (ValueError)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def python_value(self, value: Any) -> datetime | None:
        """Give the stored time its zone back."""
        parsed = super().python_value(value)
        return parsed if parsed is None or parsed.tzinfo else parsed.replace(tzinfo=UTC)


class EnumField(CharField):
    """A StrEnum stored by its value, with room for the longest."""

    def __init__(self, choices_from: type[StrEnum], **kwargs: Any) -> None:
        self.enum = choices_from
        super().__init__(max_length=24, **kwargs)

    def db_value(self, value: str | None) -> str | None:
        """Raises ValueError for a word that is not one of the enum's."""
        return None if value is None else self.enum(value).value

    def python_value(self, value: str | None) -> StrEnum | None:
        """The enum's member."""
        return None if value is None else self.enum(value)


class StrangersTextField(TextField):
    """Text that somebody outside wrote: what a database refuses to hold is taken out rather than the message lost."""

    def db_value(self, value: str | None) -> str | None:
        """The text as both databases take it."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses, and with U+FFFD for half a surrogate pair, which is no UTF-8."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def utc_now() -> datetime:
    """The default of creation times; decisions take `now` as an argument instead."""
    return datetime.now(UTC)


class BaseModel(Model):
    """Bound to the run-time database; table names in snake case."""

    class Meta:
        database = db
        legacy_table_names = False

    if TYPE_CHECKING:
        # The stubs have it as an attribute of instances.
        @classmethod
        def delete(cls) -> ModelDelete:
            """Delete rows."""
            raise NotImplementedError
