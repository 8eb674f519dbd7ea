"""PURE: what a snapshot of the page means for the session, in the words of app.services.states.SESSION.

The words of WhatsApp (Stream.mode, Stream.info, Socket.state) are listed in wa-js's enums StreamMode, StreamInfo and
SOCKET_STATE. `isFullReady` is true on the QR screen too, so it is not "linked"; `isAuthenticated` is.
"""
from dataclasses import dataclass

from worker.whatsapp.events import Snapshot

_PERSON_NEEDED = {
    "DEPRECATED_VERSION": "WhatsApp Web asks for an update before it goes on.",
    "PROXYBLOCK": "WhatsApp refuses connections from this network.",
    "TOS_BLOCK": "WhatsApp has blocked this number for a breach of its terms. Open WhatsApp on the phone.",
    "SMB_TOS_BLOCK": "WhatsApp has blocked this business number for a breach of its terms. Open WhatsApp on the phone.",
}
UPDATE_NEEDED = _PERSON_NEEDED["DEPRECATED_VERSION"]
_WORKING = {"NORMAL", ""}
# Windows with news, which mean nothing but are to be closed: left open, they cost fresh links.
NEWS = ("what's new", "what’s new", "fresh look", "new look")
NEWS_BUTTONS = ("Continue", "OK", "Got it", "Next", "Done", "Close")


@dataclass(frozen=True)
class Meaning:
    """A cause of states.SESSION and a sentence for the person who reads it."""

    cause: str
    detail: str = ""


def meaning(snapshot: Snapshot, *, was_connected: bool) -> Meaning | None:
    """What the snapshot says, or None where it says nothing new (a code screen: its code arrives as an event)."""
    for word in (snapshot.mode, snapshot.socket):
        if word in _PERSON_NEEDED:
            return Meaning("person_needed", _PERSON_NEEDED[word])
    if snapshot.needs_update:
        return Meaning("person_needed", UPDATE_NEEDED)
    if "CONFLICT" in (snapshot.mode, snapshot.socket):
        return Meaning("taken_over", "WhatsApp Web was opened with this number somewhere else.")
    if snapshot.modal and not is_news(snapshot.modal):
        return Meaning("person_needed", f"WhatsApp Web asks something that a person must answer: {_one_line(snapshot)}")
    if not snapshot.ready:
        return Meaning("page_opened", "WhatsApp Web is loading.")
    return _linked(snapshot, was_connected) if snapshot.authenticated else None


def _linked(snapshot: Snapshot, was_connected: bool) -> Meaning:
    if is_connected(snapshot):
        return Meaning("proved")
    if snapshot.mode == "OFFLINE" or (was_connected and snapshot.info in ("OFFLINE", "OPENING", "CONNECTING")):
        return Meaning("connection_lost", "WhatsApp Web has lost its connection and is trying again.")
    return Meaning("syncing", "Linked; WhatsApp is loading the chats.")


def is_connected(snapshot: Snapshot) -> bool:
    """Whether messages can come and go: linked, in the main view, stream in order, and we know who we are."""
    return (snapshot.ready and snapshot.authenticated and snapshot.mode == "MAIN" and snapshot.info in _WORKING
            and bool(snapshot.me) and snapshot.wasm and snapshot.frames)


def is_news(modal: str) -> bool:
    """Whether the window that lies over the page only tells of something new."""
    return any(words in modal.lower() for words in NEWS)


def _one_line(snapshot: Snapshot) -> str:
    return " ".join(snapshot.modal.split())[:120]


def is_parked(snapshot: Snapshot) -> bool:
    """Whether the page has shown its last code and waits for somebody to ask for more."""
    return snapshot.ready and not snapshot.authenticated and snapshot.socket == "UNPAIRED_IDLE"
