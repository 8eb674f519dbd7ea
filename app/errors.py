"""Errors that a person caused or can mend; each message is one sentence or two that say what to do.

The command line turns the kind into an exit code, the web into a status; nobody shows a traceback for one of these.
"""


class FlowError(Exception):
    """What was asked could not be done.

    Written as a text with `%(name)s` in it and the values as keywords, the message can be translated by who shows it.
    """

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class Invalid(FlowError):
    """A value that cannot be used."""


class NotFound(FlowError):
    """Something was named that does not exist."""


class Conflict(FlowError):
    """It is already so, or something else stands in the way."""


class Unreachable(FlowError):
    """Another part of Flow HQ does not answer."""


class Overtaken(Exception):
    """What was decided rests on records that have changed since: the place is taken, the number given away."""
