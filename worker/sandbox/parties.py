"""Groups and newsletters, and who gets a message that is sent to a given address."""
import secrets
import sqlite3
from dataclasses import dataclass

from worker.sandbox.phone_numbers import parse_number, shown_number
from worker.sandbox.phonebook import PhoneBook
from worker.sandbox.refusal import Refusal
from worker.sandbox.schema import transaction

STATUS = "status"
STATUS_WID = "status@broadcast"
SERVERS = {"group": "g.us", "newsletter": "newsletter"}


@dataclass(frozen=True)
class Party:
    """A group or a newsletter; `id` is its WhatsApp id, `members` are the digits of its phones."""

    id: str
    name: str
    owner: str
    members: tuple[str, ...]

    @property
    def is_newsletter(self) -> bool:
        """Whether only its owner writes into it, without showing as an author."""
        return self.id.endswith("@newsletter")


class PartyBook:
    """All groups and newsletters, held in memory and in SQLite."""

    def __init__(self, db: sqlite3.Connection, phones: PhoneBook) -> None:
        self._db, self._phones = db, phones
        members: dict[str, list[str]] = {}
        for row in db.execute("SELECT party, phone FROM member ORDER BY phone"):
            members.setdefault(row["party"], []).append(row["phone"])
        self._parties = {
            row["id"]: Party(row["id"], row["name"], row["owner"], tuple(members.get(row["id"], ())))
            for row in db.execute("SELECT * FROM party ORDER BY created")}

    def of(self, number: str) -> list[Party]:
        """The parties that this phone is a member of."""
        return [party for party in self._parties.values() if number in party.members]

    def find(self, party_id: str) -> Party | None:
        """The party with this id, or None."""
        return self._parties.get(party_id)

    def create(self, name: str, owner: str, members: list[str], kind: str, now: float) -> Party:
        """Make a group or newsletter; raises a Refusal where a member has no phone here."""
        everyone = tuple(dict.fromkeys([owner, *members]))
        for number in everyone:
            self._phones.require(number)
        party = Party(f"{120363 * 10**12 + secrets.randbelow(10**12)}@{SERVERS[kind]}", name, owner, everyone)
        with transaction(self._db):
            self._db.execute("INSERT INTO party VALUES (?, ?, ?, ?)", (party.id, name, owner, now))
            self._db.executemany("INSERT INTO member VALUES (?, ?)", [(party.id, number) for number in everyone])
        self._parties[party.id] = party
        return party

    def forget_phone(self, number: str) -> None:
        """Take a deleted phone out of every party."""
        for party in self.of(number):
            rest = tuple(member for member in party.members if member != number)
            self._parties[party.id] = Party(party.id, party.name, party.owner, rest)

    def target(self, sender: str, to: object) -> str:
        """The address that a phone means by `to`: digits, a party's id or "status"; raises a Refusal otherwise."""
        if to in (STATUS, STATUS_WID):
            return STATUS
        if isinstance(to, str) and to.partition("@")[2] in SERVERS.values():
            return self._party_for(sender, to)
        if isinstance(to, str) and "@" in to:
            phone = self._phones.by_wid(to)
            number = phone.number if phone else to
        else:
            number = parse_number(to)
        if self._phones.find(number) is None:
            shown = shown_number(number) if number.isdigit() else number
            raise Refusal(f"{shown} is not on WhatsApp: no phone has it here. Make it with POST /api/phones.", 404)
        return number

    def audience(self, sender: str, target: str) -> list[str]:
        """The digits of every phone but the sender's that a message to this target reaches."""
        if target == STATUS:
            return [phone.number for phone in self._phones if phone.number != sender]
        party = self._parties.get(target)
        if party:
            return [number for number in party.members if number != sender]
        return [target] if target != sender else []

    def _party_for(self, sender: str, party_id: str) -> str:
        party = self._parties.get(party_id)
        if party is None:
            raise Refusal(f"There is no group {party_id[:60]} here: make it with POST /api/groups.", 404)
        if sender not in party.members:
            raise Refusal(f"{shown_number(sender)} is not a member of {party.name}.", 403)
        if party.is_newsletter and sender != party.owner:
            raise Refusal(f"Only {shown_number(party.owner)} can write into the newsletter {party.name}.", 403)
        return party_id
