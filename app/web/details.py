"""What a worker says about its session, in the language of who reads it.

The worker writes English sentences into the session; here those that are known are said anew, and any other is shown as
it is.
"""
import re

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_SENTENCES: tuple[tuple[str, LazyString], ...] = (
    (r"WhatsApp Web asks for an update before it goes on\.", _l("WhatsApp Web asks for an update before it goes on.")),
    (r"WhatsApp refuses connections from this network\.", _l("WhatsApp refuses connections from this network.")),
    (r"WhatsApp has blocked this number for a breach of its terms\. Open WhatsApp on the phone\.",
     _l("WhatsApp has blocked this number for a breach of its terms. Open WhatsApp on the phone.")),
    (r"WhatsApp has blocked this business number for a breach of its terms\. Open WhatsApp on the phone\.",
     _l("WhatsApp has blocked this business number for a breach of its terms. Open WhatsApp on the phone.")),
    (r"WhatsApp Web was opened with this number somewhere else\.",
     _l("WhatsApp Web was opened with this number somewhere else.")),
    (r"WhatsApp Web is loading\.", _l("WhatsApp Web is loading.")),
    (r"WhatsApp Web has lost its connection and is trying again\.",
     _l("WhatsApp Web has lost its connection and is trying again.")),
    (r"Linked; WhatsApp is loading the chats\.", _l("Linked; WhatsApp is loading the chats.")),
    (r"WhatsApp Web asks something that a person must answer: (?P<what>.+)",
     _l("WhatsApp Web asks something that a person must answer: %(what)s")),
    (r"Scan the code with WhatsApp on the phone\.", _l("Scan the code with WhatsApp on the phone.")),
    (r"The code has expired\. Ask for a new one\.", _l("The code has expired. Ask for a new one.")),
    (r"The worker was stopped\.", _l("The bot's program was stopped.")),
    (r"The browser ended and is being started again\.", _l("The browser ended and is being started again.")),
    (r"WhatsApp Web did not get ready within .+", _l("WhatsApp Web does not get ready. It is being opened anew.")),
    (r"WhatsApp Web stayed .+", _l("WhatsApp Web does not get ready. It is being opened anew.")),
    (r"(\d+ sends in a row|Sends failed in|A reply stays in) .+",
     _l("WhatsApp Web does not send what it is given. It is being opened anew.")),
    (r"The link was ended \((?P<reason>\w+)\)\. (?P<why>.+) Scan the code to link the number again\.",
     _l("The link was ended (%(reason)s). %(why)s Scan the code to link the number again.")),
    (r"The phone has unlinked this device\.", _l("The phone has unlinked this device.")),
    (r"WhatsApp has locked this account, as it does for a breach of its terms\.",
     _l("WhatsApp has locked this account, as it does for a breach of its terms.")),
    (r"WhatsApp was installed anew on the phone, or has moved to another one\.",
     _l("WhatsApp was installed anew on the phone, or has moved to another one.")),
    (r"This version of WhatsApp Web is too old\.", _l("This version of WhatsApp Web is too old.")),
    (r"The phone has turned linked devices off\.", _l("The phone has turned linked devices off.")),
    (r"The browser has no room left for the chats\.", _l("The browser has no room left for the chats.")),
    (r"The browser cannot open what it has stored\.", _l("The browser cannot open what it has stored.")),
    (r"WhatsApp does not know this device any more\.", _l("WhatsApp does not know this device any more.")),
    (r"What the browser had stored is incomplete\.", _l("What the browser had stored is incomplete.")),
    (r"The phone and this device could not agree on the chats\.",
     _l("The phone and this device could not agree on the chats.")),
)
SENTENCES = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _SENTENCES)


def in_words(detail: str) -> str:
    """The detail of a session in the page's language."""
    for pattern, words in SENTENCES:
        if found := pattern.fullmatch(detail):
            values = found.groupdict()
            if "why" in values:
                values["why"] = in_words(values["why"])
            return str(words) % values if values else str(words)
    return detail


def is_known(detail: str) -> bool:
    """Whether the detail is one of those that are translated, whole."""
    return any(pattern.fullmatch(detail) for pattern, _ in SENTENCES)
