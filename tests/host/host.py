"""A whole host for a test: the machine, an admin at its panel, and the phones outside."""
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.host.installed import addresses, installed
from tests.host.machine import Machine
from tests.host.people import Admin, Business, signed_in
from tests.patience import eventually
from tests.rig import Api

NUMBERS = 255700000100


@dataclass
class Host:
    """A machine that runs Flow HQ, and those who use it."""

    machine: Machine
    admin: Admin
    sandbox: Api
    web_url: str
    took: dict[str, float] = field(default_factory=dict)
    _made: int = 0

    def business(self, slug: str) -> Business:
        """A tenant that the admin has made in the panel; nothing of it runs."""
        self._made += 1
        business = Business(slug, f"+{NUMBERS + self._made}", self.sandbox)
        self.admin.creates(slug, business.number)
        return business

    def linked(self, slug: str) -> Business:
        """A tenant that the admin has made and started, and whose phone has scanned the code."""
        business = self.business(slug)
        began = time.monotonic()
        self.admin.presses(slug, "start")
        self.took[f"{slug}: pressed to started"] = time.monotonic() - began
        business.scans(self.admin)
        self.is_connected(business)
        self.took[f"{slug}: pressed to connected"] = time.monotonic() - began
        return business

    def is_connected(self, business: Business) -> None:
        """Wait until the panel says that the business's bot is connected."""
        eventually(lambda: self.admin.sees(business.slug).session == "Connected", f"{business.slug} is connected", 180)

    def property(self, name: str, unit: str) -> str:
        """A property of a unit, as systemd has it."""
        return self.machine.run("systemctl", "show", "--value", "--property", name, unit).stdout.strip()

    def user_of(self, unit: str) -> str:
        """As whom the unit's main process runs."""
        return self.machine.run("ps", "-o", "user:32=", "-p", self.property("MainPID", unit)).stdout.strip()


@contextmanager
def running_host() -> Iterator[Host]:
    """A host, gone with the context."""
    began = time.monotonic()
    with installed() as machine, addresses(machine) as (web, sandbox), signed_in(web) as admin:
        host = Host(machine, admin, Api(sandbox), web)
        host.took["booted, installed, signed in"] = time.monotonic() - began
        yield host
        print("", *(f"{what}: {seconds:.1f} s" for what, seconds in host.took.items()), sep="\n")
