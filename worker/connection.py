"""What follows where the link to WhatsApp comes and goes: each thing once, though the database be lost over it."""
from dataclasses import dataclass
from datetime import datetime

from worker.away import Away
from worker.catchup import CatchUp
from worker.link import Link
from worker.outbox import Outbox
from worker.upkeep import Upkeep


@dataclass
class Connection:
    """The connection of one browser. `clock` is monotonic seconds, `now` the time of day."""

    link: Link
    catch_up: CatchUp
    outbox: Outbox
    away: Away
    upkeep: Upkeep
    _is_served: bool = False

    def follow(self, now: datetime, clock: float) -> bool:
        """Do what the link's state asks for; whether it has come. What raised is done again with the next call."""
        has_come = self.link.connected and not self._is_served
        if has_come:
            self.upkeep.connected(clock)
            self.outbox.doubt_all()
        if self.link.connected:
            self.catch_up.begin(self.link.new, now, clock)
            self.link.new = None
        elif self._is_served:
            self.catch_up.suspend()
        if has_come:
            self.away.end(self.catch_up.since, now)
        self._is_served = self.link.connected
        return has_come
