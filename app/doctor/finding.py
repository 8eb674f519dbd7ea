"""What one check found, and how checks are run."""
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from app.settings import Settings


class Verdict(StrEnum):
    """How it stands: FAIL keeps businesses from being served, WARN will if nobody acts."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """A verdict, what was seen, and for anything but OK what to do about it."""

    verdict: Verdict
    seen: str
    mend: str = ""


@dataclass(frozen=True)
class Result:
    """A finding with the name of its check."""

    check: str
    verdict: str
    seen: str
    mend: str


Check = Callable[[Settings], Finding]


def ok(seen: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, seen)


def warn(seen: str, mend: str) -> Finding:
    """It works, and will not for ever."""
    return Finding(Verdict.WARN, seen, mend)


def fail(seen: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(Verdict.FAIL, seen, mend)


def run(checks: Iterable[tuple[str, Check]], settings: Settings) -> Iterator[Result]:
    """The results of the checks, as they come; a check that breaks is a failure of what it looks at."""
    for name, check in checks:
        try:
            finding = check(settings)
        except Exception as error:  # noqa: BLE001 - whatever breaks a check is its finding, and the others still run
            finding = fail(f"could not be looked at: {type(error).__name__}: {error}", "Mend that first.")
        yield Result(name, **{**asdict(finding), "verdict": finding.verdict.value})
