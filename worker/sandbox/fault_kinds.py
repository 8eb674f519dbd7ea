"""PURE: the faults there are, how each shows to a client of WhatsApp Web, and what can be set about it."""
from collections.abc import Mapping
from dataclasses import dataclass, field

Option = str | float
BEHIND = "behind"


@dataclass(frozen=True)
class Kind:
    """A fault. One that lasts is on until it is ended; one that does not happens once, when it is asked for."""

    title: str
    shows: str
    options: Mapping[str, Option] = field(default_factory=dict)
    lasts: bool = True


KINDS: Mapping[str, Kind] = {
    "offline": Kind(
        "No connection", "The page loses its server: Socket.state and Stream.info become OPENING, the stream "
        "DISCONNECTED; sends wait. Ended, the connection comes back and with it what was missed."),
    "slow": Kind("Everything is slow", "Every answer and event comes late, in order.", {"delay_s": 3.0}),
    "hang": Kind("The page hangs", "A busy loop holds the page's thread for a while: it answers nothing, not even "
                 "the debugger.", {"seconds": 30.0}, lasts=False),
    "crash": Kind("The page crashes", "The renderer's process dies: the debugger says Inspector.targetCrashed.",
                  lasts=False),
    "never_ready": Kind(
        "Never ready", "After a scan or a start the page stays at \"Loading your chats\": authenticated, "
        "Stream.mode SYNCING, never MAIN. Ended, it goes on when it is loaded anew."),
    "modal": Kind(
        "A window over the page", "A dialog with one button covers the page until that is pressed; left open for long, "
        "the device is unlinked.",
        {"title": "What's new on WhatsApp Web", "text": "A fresh look for WhatsApp Web", "button": "Continue",
         "unlink_after_s": 300.0}),
    "acks_late": Kind("Late ticks", "The server's answer to a send and every receipt come late.",
                      {"delay_s": 10.0}),
    "acks_missing": Kind("No ticks", "Messages reach the phones, but a send is never answered (ack stays 0) and no "
                         "receipt comes."),
    "send_refused": Kind("Sends fail", "A send answers ERROR_UNKNOWN and ack -1, and reaches nobody."),
    "send_doubtful": Kind("Sends arrive and report a failure", "A send answers ERROR_UNKNOWN and ack -1, although the "
                          "message is on the phone."),
    "send_lost": Kind("Sends report success and never arrive", "A send answers OK and ack 1; no phone ever shows it, "
                      "and a page that is loaded anew does not know it."),
    "events_twice": Kind("Events come twice", "Every new message is announced twice, as one object with one id."),
    "events_swapped": Kind("Events change places", "Of two new messages the second is announced first; one that stays "
                           "alone comes a second late."),
    "history": Kind(
        "A long history", "The next device that is linked gets thousands of old messages, which are "
        "not new (isNewMsg is false, isMdHistoryMsg true).", {"messages": 5000.0, "chats": 100.0}),
    "codes_end": Kind("Nobody scans", "The codes of the pages that show one have run out: Socket.state UNPAIRED_IDLE, "
                      "a button in place of the code.", lasts=False),
    "pairing_refused": Kind("No pairing code", "WhatsApp gives no code to type: asking for one fails."),
    "logout": Kind("Logged out from the phone", "The device is unlinked: conn.logout_reason with the reason, then a "
                   "page with a code.", {"reason": "user_initiated"}, lasts=False),
    "taken_over": Kind("Another device takes over", "Stream.mode and Socket.state CONFLICT, \"Use here\" on the "
                       "page. Ended, the other device hands back."),
    "update": Kind("Update WhatsApp", "Stream.mode and Socket.state DEPRECATED_VERSION, needsUpdate is true and the "
                   "connection closed, after every load. Ended, the next load is good."),
    "ban_for_a_while": Kind("Banned for a while", "Stream.mode and Socket.state TOS_BLOCK. Ended, the page goes on."),
    "ban_for_good": Kind("Banned for good", "The device is unlinked with the reason account_locked, and no scan of the "
                         "phone is taken while this lasts."),
    "clock": Kind("The clocks differ", "WhatsApp's clock and that of this machine are far apart: every time that the "
                  "page is told from now on is too late, or too early.", {"off_s": 3600.0, "which": BEHIND}),
    "renamed": Kind(
        "WhatsApp renames its modules", "The page is loaded anew and the modules that wa-js looks for have other "
        "names: those for sending (sends throw) or everything (wa-js is never ready).", {"what": "sending"}),
}
SENDS = ("send_refused", "send_doubtful", "send_lost")
