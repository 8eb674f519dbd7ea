"""The sandbox's phones, and the ids under which others see them."""
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from worker.sandbox.phone_numbers import shown_number
from worker.sandbox.refusal import Refusal
from worker.sandbox.schema import transaction


@dataclass(frozen=True)
class Phone:
    """One customer's phone: `number` and `lid` are digits, `uses_lid` hides the number behind the LID."""

    number: str
    name: str
    lid: str
    uses_lid: bool
    share_number: bool
    created: float

    @property
    def wid(self) -> str:
        """The id under which linked devices of others see this phone."""
        return self.lid_wid if self.uses_lid else self.number_wid

    @property
    def number_wid(self) -> str:
        """The id that is made of the number."""
        return f"{self.number}@c.us"

    @property
    def lid_wid(self) -> str:
        """The id that is made of the LID."""
        return f"{self.lid}@lid"


class PhoneBook:
    """All phones, held in memory and in SQLite."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._phones = {row["number"]: _phone(row) for row in db.execute("SELECT * FROM phone ORDER BY created")}
        self._by_lid = {phone.lid: phone for phone in self._phones.values()}

    def __iter__(self) -> Iterator[Phone]:
        return iter(list(self._phones.values()))

    def find(self, number: str) -> Phone | None:
        """The phone with these digits, or None."""
        return self._phones.get(number)

    def require(self, number: str) -> Phone:
        """The phone with these digits; raises a Refusal (404) where there is none."""
        phone = self._phones.get(number)
        if phone is None:
            raise Refusal(f"There is no phone {shown_number(number)} here: make it with POST /api/phones.", 404)
        return phone

    def by_wid(self, wid: str) -> Phone | None:
        """The phone that an id such as 255…@c.us or …@lid belongs to."""
        user, _, server = wid.partition("@")
        return self._by_lid.get(user) if server == "lid" else self._phones.get(user.split(":")[0])

    def save(self, number: str, name: str, now: float, uses_lid: bool | None = None,
             share_number: bool | None = None) -> tuple[Phone, bool]:
        """Make the phone, or give the existing one its new name; the flag says whether it is new."""
        old = self._phones.get(number)
        phone = Phone(
            number, name, old.lid if old else self._free_lid(),
            uses_lid if uses_lid is not None else bool(old and old.uses_lid),
            share_number if share_number is not None else bool(old and old.share_number),
            old.created if old else now)
        with transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO phone VALUES (?, ?, ?, ?, ?, ?)", (
                phone.number, phone.name, phone.lid, phone.uses_lid, phone.share_number, phone.created))
        self._phones[number] = self._by_lid[phone.lid] = phone
        return phone, old is None

    def delete(self, number: str) -> None:
        """Forget the phone and its messages; its devices are unlinked before this."""
        phone = self._phones.pop(number)
        del self._by_lid[phone.lid]
        with transaction(self._db):
            self._db.execute("DELETE FROM phone WHERE number = ?", (number,))
            self._db.execute("DELETE FROM copy WHERE phone = ?", (number,))
            self._db.execute("DELETE FROM member WHERE phone = ?", (number,))

    def _free_lid(self) -> str:
        while (lid := str(10**14 + secrets.randbelow(9 * 10**14))) in self._by_lid:
            pass
        return lid


def _phone(row: sqlite3.Row) -> Phone:
    return Phone(row["number"], row["name"], row["lid"], bool(row["uses_lid"]), bool(row["share_number"]),
                 row["created"])
