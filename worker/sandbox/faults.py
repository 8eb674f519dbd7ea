"""Which faults are on, for whom and for how long; whoever has a page open is told at once."""
import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from worker.sandbox.fault_kinds import BEHIND, KINDS, Option

EVERYBODY = ""


class Suffering(Protocol):
    """A page that is open."""

    @property
    def number(self) -> str:
        """The phone that it is linked to, or an empty text."""

    def tell_fault(self, name: str, options: Mapping[str, Option] | None) -> None:
        """A fault has begun, or ended where there are no options."""


@dataclass
class Fault:
    """A fault that is on; `times` counts down where it is not None, `until` is in unix seconds."""

    name: str
    number: str
    options: dict[str, Option]
    since: float
    until: float | None = None
    times: int | None = None
    timer: asyncio.TimerHandle | None = None


class FaultBoard:
    """The faults that are on, by name and phone; one for EVERYBODY is on for every phone and every unlinked page."""

    def __init__(self) -> None:
        self._on: dict[tuple[str, str], Fault] = {}
        self.pages: set[Suffering] = set()

    def begin(self, fault: Fault) -> None:
        """Switch it on in place of one of the same name; what happens once is told and not kept."""
        self.end(fault.name, fault.number, tell=False)
        if KINDS[fault.name].lasts:
            self._on[fault.name, fault.number] = fault
            if fault.until is not None:
                fault.timer = asyncio.get_running_loop().call_later(
                    max(0.0, fault.until - time.time()), self.end, fault.name, fault.number)
        self._tell(fault.name, fault.number, fault.options)

    def end(self, name: str, number: str = EVERYBODY, *, tell: bool = True) -> bool:
        """Switch it off; False where it was not on."""
        fault = self._on.pop((name, number), None)
        if fault is None:
            return False
        if fault.timer:
            fault.timer.cancel()
        if tell and self.of(name, number) is None:
            self._tell(name, number, None)
        return True

    def of(self, name: str, number: str) -> Fault | None:
        """The fault as it is on for the phone, or None."""
        return self._on.get((name, number)) or self._on.get((name, EVERYBODY))

    def delay(self, name: str, number: str) -> float:
        """The `delay_s` of a fault, 0 where it is off."""
        fault = self.of(name, number)
        return float(fault.options["delay_s"]) if fault else 0.0

    def clock(self, number: str, moment: float) -> int:
        """The moment, both in unix seconds, by the clock of WhatsApp as a page of the phone is told it."""
        fault = self.of("clock", number)
        off_s = float(fault.options["off_s"]) if fault else 0.0
        return int(moment - off_s if fault and fault.options["which"] == BEHIND else moment + off_s)

    def take(self, name: str, number: str) -> Fault | None:
        """The fault where it is on, which is counted as one of its times."""
        fault = self.of(name, number)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.end(fault.name, fault.number)
        return fault

    def all(self) -> list[Fault]:
        """Everything that is on, oldest first."""
        return sorted(self._on.values(), key=lambda fault: fault.since)

    def told(self, number: str) -> dict[str, Any]:
        """What a page of the phone has to know when it begins: options by name."""
        return {fault.name: fault.options for fault in self.all() if fault.number in (number, EVERYBODY)}

    def _tell(self, name: str, number: str, options: Mapping[str, Option] | None) -> None:
        for page in list(self.pages):
            if number in (page.number, EVERYBODY):
                page.tell_fault(name, options)
