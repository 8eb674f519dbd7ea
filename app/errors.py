"""Errors that a person caused or can mend; each message is one sentence or two that say what to do.

The command line turns the kind into an exit code, the web into a status; nobody shows a traceback for one of these.
"""


class FlowError(Exception):
    """What was asked could not be done."""


class Invalid(FlowError):
    """A value that cannot be used."""


class NotFound(FlowError):
    """Something was named that does not exist."""


class Conflict(FlowError):
    """It is already so, or something else stands in the way."""


class Unreachable(FlowError):
    """Another part of Flow HQ does not answer."""
