"""What is wrong with a draft, in the words of its page and in its language.

The replies name each problem in an English sentence; here a sentence that is known is said anew, and any other is shown
as it is.
"""
import re
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.web.labels import LABELS

KINDS: Mapping[str, LazyString] = {"Service": _l("Service"), "Product": _l("Product"), "Question": _l("Question"),
                                   "Problem": _l("Problem"), "Area": _l("Area"),
                                   "Conversation": _l("Conversation")}
PLACE = re.compile(r"(?P<kind>Service|Product|Question|Problem|Area|Conversation) (?P<place>\d+)(: the (?P<part>\w+))?")
TEXT = re.compile(r"The (?P<name>[\w -]+)")
NAMES = {"emergency answer": "emergency_answer", "hand-over words": "handover_words",
         "emergency words": "emergency_words"}

_SENTENCES: tuple[tuple[str, LazyString], ...] = (
    (r"(?P<what>.+) must be a number such as (?P<example>.+)\.", _l("%(what)s must be a number such as %(example)s.")),
    (r"(?P<what>.+) must be a whole number such as (?P<example>.+)\.",
     _l("%(what)s must be a whole number such as %(example)s.")),
    (r"(?P<what>\w+) must be a whole number from (?P<lowest>\d+) to (?P<highest>\d+)\.",
     _l("%(what)s: give a whole number from %(lowest)s to %(highest)s.")),
    (r"(?P<what>\w+) must be one of (?P<choices>.+)\.", _l("%(what)s: choose one of what is offered.")),
    (r"(?P<what>.+) is longer than (?P<most>\d+) characters\.", _l("%(what)s is longer than %(most)s characters.")),
    (r"(?P<what>.+) needs a name\.", _l("%(what)s needs a name.")),
    (r"(?P<what>.+) must be a text, or one text each for (?P<languages>.+)\.",
     _l("%(what)s must be a text, or one text for each of %(languages)s.")),
    (r"(?P<what>.+) must be a list\.", _l("%(what)s must be a list.")),
    (r"(?P<what>.+) must be a list of texts\.", _l("%(what)s must be a list of texts.")),
    (r"(?P<what>.+): (?P<count>\d+) are too many; (?P<most>\d+) is the most\.",
     _l("%(what)s: %(count)s are too many; %(most)s is the most.")),
    (r"(?P<what>.+): every entry must have named parts, such as a name\.",
     _l("%(what)s: every entry must have named parts, such as a name.")),
    (r"(?P<what>.+) needs a question and an answer\.", _l("%(what)s needs a question and an answer.")),
    (r"(?P<what>.+) needs a name for it and steps to try\.", _l("%(what)s needs a name for it and steps to try.")),
    (r'(?P<what>\w+)s: "(?P<key>.*)" stands there twice; give each a name of its own\.',
     _l("%(what)s: “%(key)s” stands there twice; give each a name of its own.")),
    (r"Hours: (?P<what>\w{3}) must be a list of spans .*", _l("%(what)s: give an opening and a closing time.")),
    (r"Hours: two spans of (?P<what>\w{3}) overlap\.", _l("%(what)s: two times overlap.")),
    (r'Hours: "(?P<key>.*)" is not a day; use (?P<days>.+) or holidays\.',
     _l("Hours: “%(key)s” is not a day; use %(days)s or holidays.")),
    (r'Hours: the holiday "(?P<key>.*)" must be a date such as (?P<example>.+)\.',
     _l("The holiday “%(key)s” must be a date such as %(example)s.")),
    (r'The time zone "(?P<key>.*)" is not known; .*',
     _l("The time zone “%(key)s” is not known; choose one such as Africa/Dar_es_Salaam.")),
    (r'The template "(?P<key>.*)" is not known; use (?P<choices>.+)\.',
     _l("The template “%(key)s” is not known; choose one of %(choices)s.")),
    (r'The language "(?P<key>.*)" is not known; use (?P<choices>.+)\.',
     _l("The language “%(key)s” is not known; choose one of %(choices)s.")),
    (r"Bookings: confirm must be (?P<choices>.+)\.", _l("Who confirms bookings must be one of %(choices)s.")),
    (r"Bookings: mail must be true or false\.", _l("Letters about bookings must be true or false.")),
    (r"The booking entry must have named parts, such as confirm\.",
     _l("Bookings must have lines with a name and a value.")),
    (r"Hours and content must be mappings\.", _l("Hours and content must have lines with a name and a value.")),
    (r"The emergency entry must have words and an answer\.", _l("Emergency: give both the words and the answer.")),
    (r"The emergency entry needs both words and an answer\.", _l("Emergency: give both the words and the answer.")),
    (r"The currency must be a short code such as TZS\.", _l("The currency must be a short code such as TZS.")),
    (r"(?P<what>.+) needs a talk: .*", _l("%(what)s needs at least one line of the customer.")),
    (r'(?P<what>.+), line (?P<place>\d+): say with `bot:` .*',
     _l("%(what)s, line %(place)s: say what the answer must hold, or what else the bot does.")),
    (r'(?P<what>.+), line (?P<place>\d+): the customer says nothing; .*',
     _l("%(what)s, line %(place)s: the customer writes nothing; for a picture write (picture).")),
    (r'(?P<what>.+), line (?P<place>\d+): after must be .*',
     _l("%(what)s, line %(place)s: the time after the line before must be such as 30 minutes, 13 hours or 2 days.")),
    (r'(?P<what>.+), line (?P<place>\d+): a silent bot .*',
     _l("%(what)s, line %(place)s: a bot that keeps silent answers nothing: empty what its answer must hold.")),
    (r"(?P<what>.+): at must be .*", _l("%(what)s: it must begin at a time such as wed 12:00 or 2026-03-04 12:00.")),
    (r'Two conversations are called "(?P<key>.*)": .*',
     _l("Two conversations are called “%(key)s”: give each a name of its own.")),
    (r"There is no conversation: .*", _l("There is no conversation in it.")),
    (r"This is not YAML( near line (?P<line>\d+))?.*",
     _l("This is no YAML file that can be read. Take one that this page saved as an example.")),
)
SENTENCES = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _SENTENCES)
NEEDS_NAME = _l("The business needs a name.")


def in_words(problems: Iterable[str]) -> list[str]:
    """Each problem in the page's words."""
    return [_said(problem) for problem in problems]


def _said(problem: str) -> str:
    if problem == "The business needs a name.":
        return str(NEEDS_NAME)
    for pattern, words in SENTENCES:
        if found := pattern.fullmatch(problem):
            values = found.groupdict()
            return str(words) % (values | {"what": _what(values["what"])} if "what" in values else values)
    return problem


def _what(name: str) -> str:
    """The thing that a problem is about."""
    if place := PLACE.fullmatch(name):
        kind, part = str(KINDS[place["kind"]]), place["part"]
        if part is None:
            return _("%(kind)s %(place)s", kind=kind, place=place["place"])
        return _("%(kind)s %(place)s, %(part)s", kind=kind, place=place["place"], part=_label(part))
    text = TEXT.fullmatch(name)
    return _label(text["name"] if text else name)


def _label(name: str) -> str:
    return str(KINDS.get(name) or LABELS.get(NAMES.get(name, name.lower())) or name)
