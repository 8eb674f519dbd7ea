"""PURE: conversations as an owner writes them, to try a bot on: what the customer says and what the bot must answer.

    template: booking          # whose example answers; a business's own conversations leave it out
    language: en               # what the customer is known to speak; without it, what the bot speaks first
    at: 2026-03-04 12:00       # when they begin, on the clock of the business; `wed 12:00` is the next such moment
    conversations:
      - name: Prices, then thanks
        talk:
          - customer: what does a facial cost?
            bot: [Facial, "45,000"]
            not: sorry
          - customer: thanks
            bot: welcome

docs/conversations.md tells all of it.
"""
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from app.replies.config import TEMPLATES
from app.replies.hours import DAYS
from app.replies.voice import LANGUAGES
from app.services.preview import BETWEEN_LINES, LONGEST_LINE, MOST_LINES, PICTURE

LONGEST_SCRIPT = 300_000
# A file of ours nests five deep. libyaml ends the process where it runs out of stack, so that nothing deep is loaded.
DEEPEST = 20
PLAIN = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
OPENING = (yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken, yaml.FlowSequenceStartToken,
           yaml.FlowMappingStartToken)
CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
MOST_CONVERSATIONS = 200
MOST_EXPECTED = 12
LONGEST_NAME = 120
LONGEST_PAUSE = timedelta(days=400)
YEARS = range(2000, 2101)
COMMON_KEYS = frozenset({"template", "language", "at"})
FILE_KEYS = COMMON_KEYS | {"conversations"}
CONVERSATION_KEYS = COMMON_KEYS | {"name", "talk"}
LINE_KEYS = frozenset({"customer", "bot", "not", "silent", "person", "after"})
PICTURES = frozenset({"(picture)", "(picha)", PICTURE})
YES, NO = ("yes", "ndiyo", "true"), ("no", "hapana", "false", "")
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_PAUSE = re.compile(r"(\d{1,4}) (minute|hour|day)s?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d|[a-z]{3})[ T](\d\d:\d\d)", re.IGNORECASE)


class Unusable(ValueError):
    """The conversations cannot be read; `problems` has one sentence for each thing to mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class Line:
    """What the customer says, and what must and must not stand in what the bot answers.

    `silent` says that it must answer nothing, `person` whether it must hand the chat to a person, and `after` how long
    after the last line the customer writes.
    """

    customer: str
    bot: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    silent: bool = False
    person: bool | None = None
    after: timedelta = BETWEEN_LINES


@dataclass(frozen=True)
class Conversation:
    """A conversation with its name.

    `template` is empty for a business's own, `language` for a customer of whom nothing is known, `at` for one that
    begins now.
    """

    name: str
    lines: tuple[Line, ...]
    template: str = ""
    language: str = ""
    at: str = ""

    def begins(self, zone: ZoneInfo, now: datetime) -> datetime:
        """When the first line is written."""
        return moment(self.at, zone, now)


def moment(at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment that `2026-03-04 12:00` or `wed 12:00` names in the zone; now where it is empty."""
    found = _MOMENT.fullmatch(at)
    if found is None:
        return now
    day, clock = found[1].lower(), time.fromisoformat(found[2])
    if day not in DAYS:
        return datetime.combine(date.fromisoformat(day), clock, zone)
    today = now.astimezone(zone).date()
    first = datetime.combine(today + timedelta(days=(DAYS.index(day) - today.weekday()) % len(DAYS)), clock, zone)
    return first if first >= now else first + timedelta(days=len(DAYS))


@dataclass
class Reader:
    """Reads conversations and notes one sentence for each problem."""

    problems: list[str] = field(default_factory=list)

    def file(self, text: str) -> tuple[Conversation, ...]:
        """The conversations of a file's text."""
        read = self._yaml(text)
        if isinstance(read, list):
            read = {"conversations": read}
        if not isinstance(read, Mapping):
            self.problems.append("Write `conversations:` and, under it, one entry for each.")
            return ()
        self._known("The file", read, FILE_KEYS)
        common = {key: read[key] for key in COMMON_KEYS if key in read}
        return self.conversations(read.get("conversations"), common)

    def conversations(self, stored: Any, common: Mapping[str, Any] | None = None) -> tuple[Conversation, ...]:
        """The conversations of a list; what they all have in common may stand apart."""
        if not isinstance(stored, list) or not stored:
            self.problems.append("There is no conversation: write at least one.")
            return ()
        if len(stored) > MOST_CONVERSATIONS:
            self.problems.append(f"{len(stored)} conversations are too many; {MOST_CONVERSATIONS} is the most.")
        found = tuple(self._conversation(f"Conversation {place}", {**(common or {}), **row} if isinstance(row, Mapping)
                                         else {}) for place, row in enumerate(stored[:MOST_CONVERSATIONS], 1))
        names = [conversation.name.casefold() for conversation in found]
        twins = sorted({name for name in names if name and names.count(name) > 1})
        self.problems += [f'Two conversations are called "{name}": give each a name of its own.' for name in twins]
        return found

    def _yaml(self, text: str) -> Any:
        if len(text) > LONGEST_SCRIPT:
            self.problems.append(f"The file is longer than {LONGEST_SCRIPT:,} characters: make several of it.")
            return {"conversations": []}
        try:
            if problem := _unloadable(text):
                self.problems.append(problem)
                return {"conversations": []}
            # All scalars are texts to this loader, so that `yes` and `12:00` stay what the owner wrote.
            return yaml.load(text, Loader=PLAIN)  # noqa: S506 - it makes nothing but texts, lists and mappings
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            where = f" near line {mark.line + 1}" if mark else ""
            self.problems.append(f"This is not YAML{where}: put words that hold a colon or a # into quotes.")
        except (yaml.YAMLError, ValueError):
            self.problems.append("This is not YAML that can be read.")
        return {"conversations": []}

    def _conversation(self, what: str, row: Mapping[str, Any]) -> Conversation:
        name = self._text(f"{what}: the name", row.get("name"), LONGEST_NAME)
        if not name:
            self.problems.append(f"{what} needs a name.")
        what = f'"{name}"' if name else what
        self._known(what, row, CONVERSATION_KEYS)
        template = self._one_of(what, "template", row.get("template"), TEMPLATES)
        language = self._one_of(what, "language", row.get("language"), LANGUAGES)
        talk: list[Any] = row["talk"] if isinstance(row.get("talk"), list) else []
        if not talk:
            self.problems.append(f"{what} needs a talk: what the customer says, line by line.")
        elif len(talk) > MOST_LINES:
            self.problems.append(f"{what} has more than {MOST_LINES} lines.")
        lines = tuple(self._line(f"{what}, line {place}", line) for place, line in enumerate(talk[:MOST_LINES], 1))
        return Conversation(name, lines, template, language, self._moment(what, row.get("at")))

    def _line(self, what: str, row: Any) -> Line:
        if not isinstance(row, Mapping):
            self.problems.append(f"{what}: write `customer:` and what the customer says.")
            return Line("")
        self._known(what, row, LINE_KEYS)
        said = self._text(f"{what}: what the customer says", row.get("customer"), LONGEST_LINE)
        if not said:
            self.problems.append(f"{what}: the customer says nothing; for a picture write (picture).")
        line = Line(
            PICTURE if said.casefold() in PICTURES else said, self._texts(what, row.get("bot")),
            self._texts(what, row.get("not")), self._flag(what, "silent", row.get("silent")) or False,
            self._flag(what, "person", row.get("person")), self._pause(what, row.get("after")),
        )
        if not (line.bot or line.lacks or line.silent or line.person is not None):
            self.problems.append(f"{what}: say with `bot:` what the answer must contain.")
        if line.silent and (line.bot or line.person):
            self.problems.append(f"{what}: a silent bot can neither answer nor call a person.")
        return line

    def _known(self, what: str, row: Mapping[str, Any], keys: frozenset[str]) -> None:
        for key in sorted(map(str, set(row) - keys)):
            self.problems.append(f"{what}: {key[:40]!r} is not known here; use {', '.join(sorted(keys))}.")

    def _text(self, what: str, stored: Any, longest: int) -> str:
        if stored is None:
            return ""
        if not isinstance(stored, str):
            self.problems.append(f"{what} must be words.")
            return ""
        if len(stored) > longest:
            self.problems.append(f"{what} is longer than {longest} characters.")
        return stored.replace("\0", "").strip()[:longest]

    def _texts(self, what: str, stored: Any) -> tuple[str, ...]:
        rows = stored if isinstance(stored, list) else [stored]
        if len(rows) > MOST_EXPECTED:
            self.problems.append(f"{what}: {len(rows)} things to look for are too many; {MOST_EXPECTED} is the most.")
        texts = (self._text(f"{what}: what to look for", row, LONGEST_LINE) for row in rows[:MOST_EXPECTED])
        return tuple(text for text in texts if text)

    def _flag(self, what: str, key: str, stored: Any) -> bool | None:
        said = str(stored if stored is not None else "").casefold()
        if said not in (*YES, *NO):
            self.problems.append(f"{what}: {key} must be yes or no.")
        return None if not said else said in YES

    def _one_of(self, what: str, key: str, stored: Any, choices: Sequence[str]) -> str:
        said = str(stored or "").upper()
        if said and said not in choices:
            self.problems.append(f"{what}: the {key} must be {' or '.join(choices).lower()}.")
            return ""
        return said

    def _pause(self, what: str, stored: Any) -> timedelta:
        if not stored:
            return BETWEEN_LINES
        found = _PAUSE.fullmatch(str(stored).strip())
        pause = int(found[1]) * UNITS[found[2]] if found else LONGEST_PAUSE + BETWEEN_LINES
        if pause > LONGEST_PAUSE:
            self.problems.append(f"{what}: after must be such as 30 minutes, 13 hours or 2 days.")
            return BETWEEN_LINES
        return pause

    def _moment(self, what: str, stored: Any) -> str:
        at = str(stored or "").strip()
        if at and not _is_moment(at):
            self.problems.append(f"{what}: at must be such as 2026-03-04 12:00 or wed 12:00.")
            return ""
        return at


def _is_moment(at: str) -> bool:
    found = _MOMENT.fullmatch(at)
    try:
        if found is None or time.fromisoformat(found[2]).tzinfo:
            return False
        return found[1].lower() in DAYS or date.fromisoformat(found[1]).year in YEARS
    except ValueError:
        return False


def read_script(text: str) -> tuple[Conversation, ...]:
    """The conversations of a file's text; raises Unusable with every problem."""
    return _checked(reader := Reader(), reader.file(text))


def read_stored(stored: Any) -> tuple[Conversation, ...]:
    """The conversations as a business's content keeps them; none where it has none. Raises Unusable."""
    reader = Reader()
    return _checked(reader, reader.conversations(stored)) if stored else ()


def _checked(reader: Reader, found: tuple[Conversation, ...]) -> tuple[Conversation, ...]:
    if reader.problems:
        raise Unusable(reader.problems)
    return found


def _unloadable(text: str) -> str:
    """What in the text no loader may see, in a sentence; raises yaml.YAMLError where it is no YAML."""
    depth = 0
    for token in yaml.scan(text, Loader=PLAIN):
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > DEEPEST:
            return "This is not YAML that can be read: it nests too deep."
        if isinstance(token, yaml.AliasToken):
            return "References (*name) cannot be used here: write the words out."
    return ""


def stored(conversation: Conversation) -> dict[str, Any]:
    """The conversation as content keeps it, which is as a file has it."""
    head = {"name": conversation.name, "template": conversation.template.lower(),
            "language": conversation.language.lower(), "at": conversation.at}
    return {**{key: value for key, value in head.items() if value},
            "talk": [dict(_stored_line(line)) for line in conversation.lines]}


def _stored_line(line: Line) -> Iterator[tuple[str, Any]]:
    yield "customer", "(picture)" if line.customer == PICTURE else line.customer
    for key, texts in (("bot", line.bot), ("not", line.lacks)):
        if texts:
            yield key, texts[0] if len(texts) == 1 else list(texts)
    if line.silent:
        yield "silent", "yes"
    if line.person is not None:
        yield "person", "yes" if line.person else "no"
    if line.after != BETWEEN_LINES:
        yield "after", f"{int(line.after / UNITS['minute'])} minutes"


def written(conversations: Sequence[Conversation]) -> str:
    """The text of a file with these conversations, which reads the same again."""
    rows = {"conversations": list(map(stored, conversations))}
    text: str = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=120)
    return text
