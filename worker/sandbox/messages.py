"""Messages as they are stored: one row each, and one copy for every phone that holds it."""
import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

ACK_SENT, ACK_DELIVERED, ACK_READ = 1, 2, 3


@dataclass(frozen=True)
class Draft:
    """A message before it has its place; `stanza` names the page's attempt, so that its own resends are recognised."""

    id: str
    sender: str
    target: str
    type: str
    text: str
    extra: dict[str, Any]
    stanza: str | None = None


@dataclass(frozen=True)
class Copy:
    """A message as one phone holds it; `chat` is digits, a party's id or "status"; `changed` orders its events."""

    phone: str
    seq: int
    chat: str
    mine: bool
    ack: int
    created: int
    changed: int
    id: str
    sender: str
    target: str
    type: str
    text: str
    extra: dict[str, Any]
    time: float


SELECT = ("SELECT copy.phone, copy.seq, copy.chat, copy.mine, copy.ack, copy.created, copy.changed,"
          " message.id, message.sender, message.target, message.type, message.text, message.extra, message.time"
          " FROM copy JOIN message USING (seq) ")
# What still waits for a device's page is not history to it: it arrives as new.
TAKEN = " AND copy.seq NOT IN (SELECT message FROM frame WHERE device = ? AND message IS NOT NULL)"


class MessageStore:
    """Reads and writes of messages and copies; callers open the transactions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._version: int = db.execute("SELECT COALESCE(MAX(changed), 0) FROM copy").fetchone()[0]

    @property
    def version(self) -> int:
        """The number of the newest change to any copy: what event streams count by."""
        return self._version

    def next_version(self) -> int:
        """A number for one more change."""
        self._version += 1
        return self._version

    def insert(self, draft: Draft, now: float) -> int:
        """Store the message and return its place in the order of all messages."""
        cursor = self._db.execute(
            "INSERT INTO message (id, sender, target, type, text, extra, time, stanza) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (draft.id, draft.sender, draft.target, draft.type, draft.text, json.dumps(draft.extra), now, draft.stanza))
        return int(cursor.lastrowid or 0)

    def insert_copy(self, copy: Copy) -> None:
        """Store what one phone holds of a message."""
        self._db.execute("INSERT INTO copy VALUES (?, ?, ?, ?, ?, ?, ?)", (
            copy.phone, copy.seq, copy.chat, copy.mine, copy.ack, copy.created, copy.changed))

    def of_stanza(self, stanza: str, phone: str) -> Copy | None:
        """The sender's copy of what a page's attempt has already stored."""
        return self._one("WHERE message.stanza = ? AND copy.phone = ?", stanza, phone)

    def by_seq(self, phone: str, seq: int) -> Copy | None:
        """One phone's copy of a message."""
        return self._one("WHERE copy.phone = ? AND copy.seq = ?", phone, seq)

    def by_id(self, phone: str, message_id: str, chat: str | None = None) -> Copy | None:
        """The phone's oldest message with this id, in one chat or in any."""
        if chat is None:
            return self._one("WHERE message.id = ? AND copy.phone = ? ORDER BY copy.seq LIMIT 1", message_id, phone)
        return self._one("WHERE message.id = ? AND copy.phone = ? AND copy.chat = ? ORDER BY copy.seq LIMIT 1",
                         message_id, phone, chat)

    def after(self, phone: str, chat: str | None, seq: int, limit: int | None) -> list[Copy]:
        """The phone's messages behind a place, oldest first."""
        where, values = _of_chat(phone, chat)
        return self._many(f"{where} AND copy.seq > ? ORDER BY copy.seq LIMIT ?", *values, seq, _limit(limit))

    def newest(self, phone: str, chat: str | None, limit: int | None) -> list[Copy]:
        """The phone's newest messages, oldest first."""
        where, values = _of_chat(phone, chat)
        return self._many(f"{where} ORDER BY copy.seq DESC LIMIT ?", *values, _limit(limit))[::-1]

    def taken(self, phone: str, chat: str, device: str, *, anchor: int | None, backwards: bool,
              limit: int | None) -> list[Copy]:
        """What a device's page has already had of a chat, from an anchor on or back from it, oldest first."""
        side, order = ("<", "DESC") if backwards else (">", "ASC")
        bound = f" AND copy.seq {side} ?" if anchor is not None else ""
        rows = self._many(
            f"WHERE copy.phone = ? AND copy.chat = ?{TAKEN}{bound} ORDER BY copy.seq {order} LIMIT ?",
            phone, chat, device, *([] if anchor is None else [anchor]), _limit(limit))
        return rows[::-1] if backwards else rows

    def chats(self, phone: str) -> list[str]:
        """The chats that the phone has messages in."""
        rows = self._db.execute("SELECT DISTINCT chat FROM copy WHERE phone = ?", (phone,))
        return [row["chat"] for row in rows]

    def unread(self, phone: str, chat: str, upto: int | None = None, device: str = "") -> list[Copy]:
        """What the phone has not read of a chat, without what still waits for a device."""
        return self._many(
            f"WHERE copy.phone = ? AND copy.chat = ? AND copy.mine = 0 AND copy.ack < 3 AND copy.seq <= ?{TAKEN}"
            " ORDER BY copy.seq", phone, chat, 2**62 if upto is None else upto, device)

    def unread_count(self, phone: str) -> int:
        """How many messages the phone has not read."""
        row = self._db.execute("SELECT COUNT(*) FROM copy WHERE phone = ? AND mine = 0 AND ack < 3", (phone,))
        return int(row.fetchone()[0])

    def raise_ack(self, copy: Copy, ack: int) -> Copy:
        """Give the copy a higher ack, and return it as it is then."""
        raised = replace(copy, ack=ack, changed=self.next_version())
        self._db.execute("UPDATE copy SET ack = ?, changed = ? WHERE phone = ? AND seq = ?",
                         (raised.ack, raised.changed, raised.phone, raised.seq))
        return raised

    def read_by_all(self, seq: int) -> bool:
        """Whether every phone that received the message has read it."""
        row = self._db.execute("SELECT MIN(ack) FROM copy WHERE seq = ? AND mine = 0", (seq,)).fetchone()
        return bool(row[0] and row[0] >= ACK_READ)

    def changed_since(self, phone: str, version: int) -> list[Copy]:
        """The phone's copies that changed behind a version, in the order of their changes."""
        return self._many("WHERE copy.phone = ? AND copy.changed > ? ORDER BY copy.changed, copy.seq", phone, version)

    def _one(self, clause: str, *values: object) -> Copy | None:
        row = self._db.execute(SELECT + clause, values).fetchone()
        return _copy(row) if row else None

    def _many(self, clause: str, *values: object) -> list[Copy]:
        return [_copy(row) for row in self._db.execute(SELECT + clause, values)]


def _copy(row: sqlite3.Row) -> Copy:
    fields = dict(row)
    return Copy(**{**fields, "mine": bool(fields["mine"]), "extra": json.loads(fields["extra"])})


def _of_chat(phone: str, chat: str | None) -> tuple[str, list[str]]:
    if chat is None:
        return "WHERE copy.phone = ?", [phone]
    return "WHERE copy.phone = ? AND copy.chat = ?", [phone, chat]


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit
