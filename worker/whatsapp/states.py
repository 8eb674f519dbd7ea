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
TAKEN_OVER = "WhatsApp Web was opened with this number somewhere else."
LOADING = "WhatsApp Web is loading."
LOST = "WhatsApp Web has lost its connection and is trying again."
SYNCING = "Linked; WhatsApp is loading the chats."
ASKED = "WhatsApp Web asks something that a person must answer"
_WORKING = {"NORMAL", ""}
NO_ANSWER = "TIMEOUT"
_AWAY = frozenset(("OFFLINE", "OPENING", "CONNECTING"))
# WhatsApp's words for why a link ended, by how they begin; the first that fits counts.
LOGOUT_REASONS = (
    ("user_initiated", "The phone has unlinked this device."),
    ("account_locked", "WhatsApp has locked this account, as it does for a breach of its terms."),
    ("primary_identity_key_change", "WhatsApp was installed anew on the phone, or has moved to another one."),
    ("client_version_outdated", "This version of WhatsApp Web is too old."),
    ("md_opt_out", "The phone has turned linked devices off."),
    ("storage_quota_exceeded", "The browser has no room left for the chats."),
    ("cache_storage_open_failed", "The browser cannot open what it has stored."),
    ("unknown_companion", "WhatsApp does not know this device any more."),
    ("invalid_adv_status", "WhatsApp does not know this device any more."),
    ("missing_", "What the browser had stored is incomplete."),
    ("web_fail_", "What the browser had stored is incomplete."),
    ("", "The phone and this device could not agree on the chats."),
)
# Windows with news, which mean nothing but are to be closed: left open, they cost fresh links.
NEWS = ("what's new", "what’s new", "fresh look", "new look")
NEWS_BUTTONS = ("Continue", "OK", "Got it", "Next", "Done", "Close")


@dataclass(frozen=True)
class Meaning:
    """A cause of states.SESSION and a sentence for the person who reads it."""

    cause: str
    detail: str = ""
    is_question: bool = False
    """Whether a window that we do not know lies over the page."""


def meaning(snapshot: Snapshot, *, was_connected: bool, news_stays: bool = False) -> Meaning | None:
    """What the snapshot says, or None where it says nothing new (a code screen: its code arrives as an event).

    A window with news is none that a person has to see, unless it stays although its buttons were pressed.
    """
    for word in (snapshot.mode, snapshot.socket):
        if word in _PERSON_NEEDED:
            return Meaning("person_needed", _PERSON_NEEDED[word])
    if snapshot.needs_update:
        return Meaning("person_needed", UPDATE_NEEDED)
    if "CONFLICT" in (snapshot.mode, snapshot.socket):
        return Meaning("taken_over", TAKEN_OVER)
    if snapshot.modal and (news_stays or not is_news(snapshot.modal)):
        return Meaning("person_needed", f"{ASKED}: {_one_line(snapshot)}", is_question=True)
    if not snapshot.ready:
        return Meaning("page_opened", LOADING)
    return _linked(snapshot, was_connected) if snapshot.authenticated else None


def _linked(snapshot: Snapshot, was_connected: bool) -> Meaning:
    if is_connected(snapshot):
        return Meaning("proved")
    is_away = snapshot.info in _AWAY or snapshot.socket == NO_ANSWER
    if snapshot.mode == "OFFLINE" or (was_connected and is_away):
        return Meaning("connection_lost", LOST)
    return Meaning("syncing", SYNCING)


def is_connected(snapshot: Snapshot) -> bool:
    """Whether messages can come and go: linked, in the main view, stream in order, and we know who we are."""
    return (snapshot.ready and snapshot.authenticated and snapshot.mode == "MAIN" and snapshot.info in _WORKING
            and snapshot.socket != NO_ANSWER and bool(snapshot.me) and snapshot.wasm and snapshot.frames)


def is_news(modal: str) -> bool:
    """Whether the window that lies over the page only tells of something new."""
    return any(words in modal.lower() for words in NEWS)


def _one_line(snapshot: Snapshot) -> str:
    return " ".join(snapshot.modal.split())[:120]


def is_parked(snapshot: Snapshot) -> bool:
    """Whether the page has shown its last code and waits for somebody to ask for more."""
    return snapshot.ready and not snapshot.authenticated and snapshot.socket == "UNPAIRED_IDLE"


def logout_words(reason: str) -> str:
    """What a person reads of a link that ended; `reason` is WhatsApp's word."""
    words = next(words for beginning, words in LOGOUT_REASONS if reason.startswith(beginning))
    return f"The link was ended ({reason}). {words} Scan the code to link the number again."
