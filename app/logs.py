"""Structured logs on standard error: a JSON object a line, an event name and fields; no texts, no phone numbers."""
import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

RENAMED = {"levelname": "level", "message": "event"}


class EventLog:
    """Logs an event by name, with its fields as keywords."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def debug(self, event: str, **fields: Any) -> None:
        """Something only a developer asks for."""
        self._log.debug(event, extra=fields)

    def info(self, event: str, **fields: Any) -> None:
        """Something that happened."""
        self._log.info(event, extra=fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something that should not happen often."""
        self._log.warning(event, extra=fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something that somebody should look at."""
        self._log.error(event, extra=fields)

    def exception(self, event: str, **fields: Any) -> None:
        """An error, with the traceback of the exception being handled."""
        self._log.exception(event, extra=fields)


def get_logger(name: str) -> EventLog:
    """The log of a module."""
    return EventLog(name)


def configure(level: str, **fields: Any) -> None:
    """Log from `level` on; `fields` stand in every line of this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{", timestamp="time", rename_fields=RENAMED,
                                       static_fields=fields))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Selenium and urllib3 tell every request at DEBUG, with what is in it; huey every look at the clock at INFO.
    for chatty in ("selenium", "urllib3", "peewee", "huey"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
