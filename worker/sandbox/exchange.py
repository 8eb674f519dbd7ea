"""The sandbox's post office: stores each message once, and brings it to every phone and linked device it concerns."""
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from worker.sandbox import past
from worker.sandbox.devices import Device, DeviceBook
from worker.sandbox.faults import Fault, FaultBoard
from worker.sandbox.messages import ACK_DELIVERED, ACK_READ, ACK_SENT, Copy, Draft, MessageStore
from worker.sandbox.parties import STATUS, PartyBook
from worker.sandbox.phone_numbers import shown_number
from worker.sandbox.phonebook import PhoneBook
from worker.sandbox.refusal import Refusal
from worker.sandbox.schema import transaction
from worker.sandbox.streams import Streams
from worker.sandbox.wire import Wire

# Marks a message that linked devices get as ciphertext first, and can read a moment later.
LATE_DECRYPTION = "ciphertext"
DEVICE_LIMIT = 4
CONFLICT = json.dumps({"k": "conflict"})

Telling = Callable[[], None]


def logout(reason: str = "user_initiated") -> str:
    """What a page is told whose link has ended; the reason is WhatsApp's word."""
    return json.dumps({"k": "logout", "reason": reason})


@dataclass(frozen=True)
class Attached:
    """The page of a device that is here: the name it gave itself, and what sends to it."""

    page: str
    send: Callable[[str], None]


@dataclass(frozen=True)
class Stored:
    """What storing a message left to do: its sender's copy, and who is to be told what."""

    copy: Copy
    tell: tuple[Telling, ...] = ()

    def deliver(self) -> None:
        """Tell everyone; where this never happens nothing is lost: frames and events are read back from the store."""
        for telling in self.tell:
            telling()


class Exchange:
    """All verbs on messages; each is one transaction, and order is that of the calls."""

    def __init__(self, db: sqlite3.Connection, streams: Streams, faults: FaultBoard) -> None:
        self._db, self.streams, self.faults = db, streams, faults
        self.phones = PhoneBook(db)
        self.parties = PartyBook(db, self.phones)
        self.devices = DeviceBook(db)
        self.messages = MessageStore(db)
        self.wire = Wire(self.phones, self.parties, faults)
        self._pages: dict[str, Attached] = {}

    def link(self, number: str, now: float) -> Device:
        """Link one more device to a phone, whose past is history to it; raises a Refusal (409) past the limit.

        The device that was linked first and has no page open makes room for a new one.
        """
        if self.faults.of("ban_for_good", number):
            raise Refusal(f"{shown_number(number)} is banned: this account cannot use WhatsApp.", 403)
        linked = self.devices.of(number)
        if len(linked) >= DEVICE_LIMIT:
            away = next((device for device in linked if not self.is_online(device)), None)
            if away is None:
                raise Refusal(f"{shown_number(number)} has {DEVICE_LIMIT} linked devices: unlink one first.", 409)
            self.unlink(away)
        device = self.devices.link(number, now)
        if fault := self.faults.take("history", number):
            with transaction(self._db):
                self._queue_history(device, fault, now)
        return device

    def unlink(self, device: Device, reason: str = "user_initiated") -> None:
        """End a link; a page that is here is told, another one learns it when it comes."""
        self.devices.unlink(device)
        self._push(device.id, logout(reason))
        self._pages.pop(device.id, None)

    def attach(self, device: Device, attached: Attached) -> None:
        """A device's page is here: it gets what waits for it, then every further frame, in order."""
        before = self._pages.get(device.id)
        if before and before.page != attached.page:
            before.send(CONFLICT)
        self._pages[device.id] = attached
        for text in self.devices.waiting_frames(device):
            attached.send(text)

    def is_online(self, device: Device) -> bool:
        """Whether a page of the device is here."""
        return device.id in self._pages

    def detach(self, device: Device, send: Callable[[str], None]) -> None:
        """That page is gone; a newer one of the same device stays attached."""
        attached = self._pages.get(device.id)
        if attached and attached.send == send:
            del self._pages[device.id]

    def store(self, draft: Draft, now: float, origin: Device | None = None) -> Stored:
        """Store a message and queue it for everyone; `origin` is the device that sent it and has it already.

        An attempt that a page repeats after a broken connection gives its first outcome again.
        """
        if draft.stanza and (known := self.messages.of_stanza(draft.stanza, draft.sender)):
            return Stored(known)
        tell: list[Telling] = []
        with transaction(self._db):
            seq = self.messages.insert(draft, now)
            audience = self.parties.audience(draft.sender, draft.target)
            sent = self._store_copy(draft, seq, draft.sender, now, ACK_SENT)
            tell += self._announce(sent, origin)
            for number in audience:
                tell += self._announce(self._store_copy(draft, seq, number, now, ACK_DELIVERED), None)
            if audience or draft.target == draft.sender:
                tell += self._acknowledge(sent, ACK_DELIVERED if audience else ACK_READ)
        return Stored(sent, tuple(tell))

    def mark_read(self, number: str, chat: str, upto: int | None = None, reader: Device | None = None) -> int:
        """The phone's owner has seen a chat, on the phone or on the device `reader`: tell senders and other devices."""
        tell: list[Telling] = []
        with transaction(self._db):
            unread = self.messages.unread(number, chat, upto, reader.id if reader else "")
            for copy in unread:
                self.messages.raise_ack(copy, ACK_READ)
            for copy in unread:
                tell += self._tell_sender_it_is_read(copy)
            if unread:
                tell += self._frames(number, {"k": "read", "chat": self.wire.chat_wid(chat)}, skip=reader)
        for telling in tell:
            telling()
        return len(unread)

    def tell_typing(self, number: str, chat: str, state: str) -> None:
        """The account of `number` types, records or stops in a chat: those on the other side see it."""
        for listener in self.parties.audience(number, chat):
            self.streams.typing(listener, shown_number(number), state)

    def delete_phone(self, number: str) -> None:
        """Unlink the phone's devices and forget it."""
        for device in self.devices.of(number):
            self.unlink(device)
        self.parties.forget_phone(number)
        self.phones.delete(number)

    def _queue_history(self, device: Device, fault: Fault, now: float) -> None:
        """Old messages, as a phone brings them to a device that was just linked."""
        for page in past.pages(device.phone, fault.options, now):
            copies = []
            for draft, sent_at in page:
                seq, mine = self.messages.insert(draft, sent_at), draft.sender == device.phone
                version = self.messages.next_version()
                copies.append(Copy(device.phone, seq, draft.target if mine else draft.sender, mine, ACK_READ, version,
                                   version, draft.id, draft.sender, draft.target, draft.type, draft.text, {}, sent_at))
                self.messages.insert_copy(copies[-1])
            self.devices.add_frame(device, {"k": "history", "ms": [self.wire.message(copy) for copy in copies]})

    def _store_copy(self, draft: Draft, seq: int, number: str, now: float, ack: int) -> Copy:
        mine = number == draft.sender
        chat = draft.target if mine or "@" in draft.target or draft.target == STATUS else draft.sender
        version = self.messages.next_version()
        copy = Copy(number, seq, chat, mine, ack, version, version, draft.id, draft.sender, draft.target, draft.type,
                    draft.text, draft.extra, now)
        self.messages.insert_copy(copy)
        return copy

    def _announce(self, copy: Copy, origin: Device | None) -> list[Telling]:
        late = bool(copy.extra.get(LATE_DECRYPTION))
        shown = replace(copy, type="ciphertext", text="") if late else copy
        tell = self._frames(copy.phone, {"k": "msg", "m": self.wire.message(shown)}, skip=origin, message=copy.seq)
        if late:
            opened = {"k": "decrypted", "key": self.wire.key(copy), "type": copy.type, "body": copy.text}
            tell += self._frames(copy.phone, opened, skip=origin)
        return [*tell, partial(self.streams.message, copy)]

    def _acknowledge(self, copy: Copy, ack: int) -> list[Telling]:
        raised = self.messages.raise_ack(copy, ack)
        if self.faults.of("acks_missing", copy.phone):
            return [partial(self.streams.ack, raised)]
        tell = self._frames(copy.phone, {"k": "ack", "key": self.wire.key(copy), "ack": ack})
        return [*tell, partial(self.streams.ack, raised)]

    def _tell_sender_it_is_read(self, copy: Copy) -> list[Telling]:
        sent = self.messages.by_seq(copy.sender, copy.seq)
        if sent is None or sent.ack >= ACK_READ or not self.messages.read_by_all(copy.seq):
            return []
        return self._acknowledge(sent, ACK_READ)

    def _frames(self, number: str, body: dict[str, Any], skip: Device | None = None,
                message: int | None = None) -> list[Telling]:
        queued = [(device.id, self.devices.add_frame(device, body, message))
                  for device in self.devices.of(number) if device is not skip]
        return [partial(self._push, device_id, text) for device_id, text in queued]

    def _push(self, device_id: str, text: str) -> None:
        attached = self._pages.get(device_id)
        if attached:
            attached.send(text)
