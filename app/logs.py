"""Structured logs: an event name and fields; no texts, no phone numbers.

Under systemd they go to the journal with their fields, so that `journalctl CHAT=7` finds them; elsewhere to standard
error, a JSON object a line.
"""
import logging
import os
import re
import sys
import traceback
from typing import Any

from logging_journald import JournaldLogHandler, JournaldTransport
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

RENAMED = {"levelname": "level", "message": "event"}
# The journal keeps the names of its own fields for itself; ours stay apart from them.
TAKEN = frozenset({"MESSAGE", "PRIORITY"})
# A number as people write it, or as WhatsApp names its chat: errors of the page may have one in them.
_NUMBER = re.compile(r"\+\d{8,}|\d{8,}(?=@)")
# PostgreSQL adds the row that it refuses, with what a customer wrote, up to the end of that error's message.
_ROW = re.compile(r"^DETAIL:.*?(?=\n\n(?:During handling|The above exception)|\Z)", re.DOTALL | re.MULTILINE)


class EventLog:
    """Logs an event by name, with its fields as keywords."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def debug(self, event: str, **fields: Any) -> None:
        """Something only a developer asks for."""
        self._log.debug(event, extra=_discreet(fields))

    def info(self, event: str, **fields: Any) -> None:
        """Something that happened."""
        self._log.info(event, extra=_discreet(fields))

    def warning(self, event: str, **fields: Any) -> None:
        """Something that should not happen often."""
        self._log.warning(event, extra=_discreet(fields))

    def error(self, event: str, **fields: Any) -> None:
        """Something that somebody should look at."""
        self._log.error(event, extra=_discreet(fields))

    def exception(self, event: str, **fields: Any) -> None:
        """An error, with the traceback of the exception being handled."""
        self._log.exception(event, extra=_discreet(fields))


def _discreet(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _NUMBER.sub("(number)", value) if isinstance(value, str) else value for name, value in fields.items()}


def _traceback(exc_info: Any) -> str:
    """The traceback without the rows and numbers that errors have in them."""
    return _NUMBER.sub("(number)", _ROW.sub("DETAIL: (a row)", "".join(traceback.format_exception(*exc_info)).strip()))


class DiscreetJson(JsonFormatter):
    """A JSON object a line, whose tracebacks are discreet too."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback of an exception."""
        return _traceback(ei)


class JournalHandler(logging.Handler):
    """Writes an event to the journal, its fields in capitals."""

    def __init__(self, fields: dict[str, Any]) -> None:
        """`fields` stand in every entry. Raises OSError where no journal listens."""
        super().__init__()
        self._fields, self._transport = fields, JournaldTransport()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the entry; one that cannot be written is reported as logging reports such."""
        try:
            self._transport.send(self._entry(record))
        except OSError:
            self.handleError(record)

    def _entry(self, record: logging.LogRecord) -> list[tuple[str, Any]]:
        own = {name: value for name, value in vars(record).items() if name not in RESERVED_ATTRS}
        fields = {name.upper(): value for name, value in {**self._fields, **own}.items() if value is not None}
        entry = [("MESSAGE", record.getMessage()), ("PRIORITY", JournaldLogHandler.LEVELS.get(record.levelno, 6)),
                 ("LOGGER", record.name)]
        if record.exc_info:
            entry.append(("TRACEBACK", _traceback(record.exc_info)))
        return entry + [(name, value if isinstance(value, int | float) else str(value))
                        for name, value in fields.items() if name not in TAKEN]


def get_logger(name: str) -> EventLog:
    """The log of a module."""
    return EventLog(name)


def configure(level: str, *, journal: str = "", **fields: Any) -> None:
    """Log from `level` on; `fields` stand in every line of this process.

    `journal` is what systemd put into JOURNAL_STREAM: where standard error leads to the journal, that is used.
    """
    handler: logging.Handler = JournalHandler(fields) if _leads_to(journal) else _to_standard_error(fields)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Selenium and urllib3 tell every request at DEBUG, with what is in it; huey every look at the clock at INFO.
    for chatty in ("selenium", "urllib3", "peewee", "huey"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _to_standard_error(fields: dict[str, Any]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetJson("{levelname}{message}", style="{", timestamp="time", rename_fields=RENAMED,
                                      static_fields=fields))
    return handler


def _leads_to(journal: str) -> bool:
    """Whether standard error is the stream that systemd has connected; a child may have the variable alone."""
    device, _, inode = journal.partition(":")
    try:
        there = os.fstat(2)
    except OSError:
        return False
    return (device, inode) == (str(there.st_dev), str(there.st_ino))
