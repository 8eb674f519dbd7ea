"""Say what is wrong with settings before a host gets them: JSON of names and values on standard input.

Run in the top directory with PYTHONPATH=. and nothing installed. Prints nothing where all can be used, else one
sentence, with exit code 1.
"""
import difflib
import json
import sys
from collections.abc import Mapping

from app.settings import VARIABLES, Settings, SettingsError


def amiss(given: Mapping[str, object]) -> str:
    """What is wrong with the first that cannot be used; empty where nothing is."""
    known = set(VARIABLES.values())
    for name in given:
        if name not in known:
            alike = difflib.get_close_matches(name, known, n=1)
            return f"{name} is no setting of Flow HQ" + (f": do you mean {alike[0]}?" if alike else ".")
    try:
        Settings.from_env({name: str(value) for name, value in given.items()})
    except SettingsError as error:
        return f"{error}."
    return ""


if __name__ == "__main__":
    sys.exit(amiss(json.load(sys.stdin)) or 0)
