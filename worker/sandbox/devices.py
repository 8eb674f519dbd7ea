"""Linked devices, and the frames that wait for each of them until its page has taken them."""
import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from worker.sandbox.schema import transaction


@dataclass
class Device:
    """One linked browser profile; `last` is the number of its newest frame, `acked` of the newest that it took."""

    id: str
    secret: str
    phone: str
    linked: float
    acked: int
    last: int


class DeviceBook:
    """All linked devices, held in memory and in SQLite; their frames in SQLite only."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        newest = {row["device"]: row["n"]
                  for row in db.execute("SELECT device, MAX(n) AS n FROM frame GROUP BY device")}
        self._devices = {
            row["id"]: Device(row["id"], row["secret"], row["phone"], row["linked"], row["acked"],
                              max(row["acked"], newest.get(row["id"], 0)))
            for row in db.execute("SELECT * FROM device ORDER BY linked")}

    def of(self, number: str) -> list[Device]:
        """The devices that are linked to this phone, oldest first."""
        return [device for device in self._devices.values() if device.phone == number]

    def link(self, number: str, now: float) -> Device:
        """Give the phone one more linked device."""
        device = Device(secrets.token_hex(8), secrets.token_urlsafe(24), number, now, 0, 0)
        with transaction(self._db):
            self._db.execute("INSERT INTO device (id, secret, phone, linked) VALUES (?, ?, ?, ?)",
                             (device.id, device.secret, device.phone, device.linked))
        self._devices[device.id] = device
        return device

    def unlink(self, device: Device) -> None:
        """Forget the device and what waits for it."""
        with transaction(self._db):
            self._db.execute("DELETE FROM device WHERE id = ?", (device.id,))
            self._db.execute("DELETE FROM frame WHERE device = ?", (device.id,))
        self._devices.pop(device.id, None)

    def find(self, device_id: str) -> Device | None:
        """The device of this name, if it is still linked."""
        return self._devices.get(device_id)

    def authenticate(self, device_id: str, secret: str) -> Device | None:
        """The device, if it is still linked and the secret is its own."""
        device = self._devices.get(device_id)
        return device if device and secrets.compare_digest(device.secret, secret) else None

    def add_frame(self, device: Device, body: dict[str, Any], message: int | None = None) -> str:
        """Queue a frame for the device and return its text; belongs into the transaction of what it reports."""
        number = device.last + 1
        text = json.dumps({"n": number, **body}, ensure_ascii=False, separators=(",", ":"))
        self._db.execute("INSERT INTO frame VALUES (?, ?, ?, ?)", (device.id, number, message, text))
        device.last = number
        return text

    def waiting_frames(self, device: Device) -> list[str]:
        """What the device's page has not yet acknowledged, in order."""
        rows = self._db.execute("SELECT body FROM frame WHERE device = ? AND n > ? ORDER BY n",
                                (device.id, device.acked))
        return [row["body"] for row in rows]

    def acknowledge(self, device: Device, number: int) -> None:
        """The page has taken every frame up to this number: they are never sent again."""
        if not device.acked < number <= device.last:
            return
        with transaction(self._db):
            self._db.execute("UPDATE device SET acked = ? WHERE id = ?", (number, device.id))
            self._db.execute("DELETE FROM frame WHERE device = ? AND n <= ?", (device.id, number))
        device.acked = number
