"""Look at every tenant once a second: whether it is shown as connected and is, and whether it waits for a scan."""
import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import peewee

from app.chaos.accounts import Sample
from app.chaos.scene import Business, Scene
from app.errors import FlowError
from app.models import SessionState
from app.services import workers
from app.services.workers import Overview

LOOK_EVERY_S = 1.0


@dataclass
class Watch:
    """What was seen, by slug; `run` looks until it is cancelled and scans each code that a tenant shows."""

    scene: Scene
    looks: dict[str, list[Sample]] = field(default_factory=dict)
    _scanned: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            for business in self.scene.businesses:
                await self._look(business)
            await asyncio.sleep(LOOK_EVERY_S)

    def all_connected(self) -> bool:
        """Whether the last look at each found it shown as connected, and so it was."""
        last = [self.looks.get(business.slug, [])[-1:] for business in self.scene.businesses]
        return all(look and look[0].shown and look[0].true for look in last)

    async def _look(self, business: Business) -> None:
        seen = await self._shown(business)
        true = await self.scene.phones.is_online(business.number)
        shown = seen is not None and seen.session_state == SessionState.CONNECTED
        self.looks.setdefault(business.slug, []).append(Sample(asyncio.get_running_loop().time(), shown, true))
        if seen is not None and seen.session_state == SessionState.QR_READY:
            await self._scan(business, seen.row.session.qr_code or "")

    async def _shown(self, business: Business) -> Overview | None:
        """The tenant as the portal shows it, or nothing while the database does not answer."""
        try:
            return await self.scene.ask(lambda: workers.tenant_overview(business.slug, self.scene.processes))
        except peewee.PeeweeException:
            return None

    async def _scan(self, business: Business, code: str) -> None:
        if code and code not in self._scanned:
            self._scanned.add(code)
            # A code that was replaced in this very moment is refused; the next one comes by itself.
            with contextlib.suppress(FlowError):
                await self.scene.phones.scan(business.number, code)


async def until(is_so: Callable[[], Awaitable[bool]], timeout_s: float) -> bool:
    """Wait until it is so; False where it is not within `timeout_s` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not await is_so():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    return True
