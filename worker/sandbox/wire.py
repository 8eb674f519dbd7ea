"""How messages, chats and contacts look to a page: the bodies of frames and answers, with WhatsApp's ids in them."""
from typing import Any

from worker.sandbox.faults import FaultBoard
from worker.sandbox.messages import Copy
from worker.sandbox.parties import STATUS, STATUS_WID, PartyBook
from worker.sandbox.phonebook import Phone, PhoneBook


class Wire:
    """Turns what the store holds into what one phone's linked devices are told."""

    def __init__(self, phones: PhoneBook, parties: PartyBook, faults: FaultBoard) -> None:
        self._phones, self._parties, self._faults = phones, parties, faults

    def time(self, copy: Copy) -> int:
        """When the message was sent, by WhatsApp's clock, in whole unix seconds."""
        return self._faults.clock(copy.phone, copy.time)

    def chat_wid(self, chat: str) -> str:
        """The id of a chat: a customer's, a group's or newsletter's, or the status feed's."""
        if chat == STATUS:
            return STATUS_WID
        if "@" in chat:
            return chat
        phone = self._phones.find(chat)
        return phone.wid if phone else f"{chat}@c.us"

    def chat_of(self, wid: str) -> str:
        """The chat that an id means to a page; an unknown id stands for itself."""
        if wid == STATUS_WID:
            return STATUS
        phone = self._phones.by_wid(wid)
        return phone.number if phone else wid.removesuffix("@c.us")

    def key(self, copy: Copy) -> dict[str, Any]:
        """The parts of WhatsApp's message key."""
        key: dict[str, Any] = {"fromMe": copy.mine, "remote": self.chat_wid(copy.chat), "id": copy.id}
        if self._has_author(copy):
            key["participant"] = self._author(copy)
        return key

    def serialized_key(self, copy: Copy) -> str:
        """The message key as WhatsApp writes it: false_255…@c.us_3EB0…"""
        key = self.key(copy)
        parts = [str(key["fromMe"]).lower(), key["remote"], key["id"], key.get("participant")]
        return "_".join(part for part in parts if part)

    def message(self, copy: Copy) -> dict[str, Any]:
        """A message as a page gets it."""
        sender = self._phones.find(copy.sender)
        other = self._phones.find(copy.chat) if copy.mine else sender
        return {
            "key": self.key(copy), "seq": copy.seq, "type": copy.type, "body": copy.text, "t": self.time(copy),
            "ack": copy.ack if copy.mine else 1, "author": self._author(copy) if self._has_author(copy) else None,
            "notifyName": sender.name if sender else "", "extra": copy.extra,
            "contacts": [self.contact(other)] if other else []}

    def contact(self, phone: Phone) -> dict[str, Any]:
        """What a page may know of a phone: its number only if it does not hide behind its LID."""
        known = not phone.uses_lid or phone.share_number
        return {"wid": phone.wid, "pushname": phone.name, "lid": phone.lid_wid,
                "pn": phone.number_wid if known else None}

    def chat(self, chat: str, last: Copy | None, unread: int) -> dict[str, Any]:
        """A chat as a page's list holds it."""
        phone, party = self._phones.find(chat), self._parties.find(chat)
        return {
            "wid": self.chat_wid(chat), "name": party.name if party else None, "unread": unread,
            "t": self.time(last) if last else 0, "last": self.message(last) if last else None,
            "contact": self.contact(phone) if phone else None,
            "members": [self.chat_wid(number) for number in party.members] if party else None}

    def _has_author(self, copy: Copy) -> bool:
        return copy.chat == STATUS or copy.chat.endswith("@g.us")

    def _author(self, copy: Copy) -> str:
        sender = self._phones.find(copy.sender)
        if sender is None:
            return f"{copy.sender}@c.us"
        # In groups an account's own messages carry its LID, whoever typed them.
        return sender.lid_wid if copy.mine else sender.wid
