"""PURE but for words: a test conversation as form fields, and back."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.services.preview import BETWEEN_LINES, MOST_LINES, PICTURE, PreviewLine
from app.services.script import Conversation, Line
from app.web import problems
from app.web.portal import rows

BLANK_LINES, MORE_BLANK_LINES = 1, 5
LONGEST_BEGINNING = 60
THENS: Mapping[str, LazyString] = {
    "": _l("Answers"), "person": _l("Hands over to a person"), "bot": _l("Does not hand over"),
    "silent": _l("Keeps silent"),
}
PICTURE_IN_WORDS = "(picture)"


@dataclass(frozen=True)
class SceneLine:
    """A line as it stands in its fields; `bot` and `lacks` hold one thing a line, `then` is one of THENS."""

    customer: str = ""
    bot: str = ""
    lacks: str = ""
    then: str = ""
    after: str = ""

    @property
    def stored(self) -> dict[str, Any]:
        """The line as content keeps it."""
        read: dict[str, Any] = {"customer": self.customer, "bot": rows.lines(self.bot), "not": rows.lines(self.lacks),
                                "after": self.after}
        read |= {"silent": "yes"} if self.then == "silent" else {}
        read |= {"person": "yes" if self.then == "person" else "no"} if self.then in ("person", "bot") else {}
        return {name: value for name, value in read.items() if value}


@dataclass(frozen=True)
class Scene:
    """A conversation as it stands in its fields."""

    name: str = ""
    language: str = ""
    at: str = ""
    lines: Sequence[SceneLine] = field(default_factory=tuple)

    @property
    def stored(self) -> dict[str, Any]:
        """The conversation as content keeps it, whether it can be used or not."""
        head = {"name": self.name, "language": self.language.lower(), "at": self.at}
        return {**{name: value for name, value in head.items() if value}, "talk": [line.stored for line in self.lines]}


def read_scene(form: Mapping[str, str]) -> Scene:
    """What was typed, without the lines that are empty."""
    lines = (SceneLine(*(rows.clean(form.get(f"{name}-{place}", ""))
                         for name in ("customer", "bot", "lacks", "then", "after"))) for place in range(MOST_LINES))
    name, language, at = (rows.clean(form.get(field, "")) for field in ("name", "language", "at"))
    return Scene(name, language, at, [line for line in lines if line != SceneLine()])


def of_conversation(conversation: Conversation) -> Scene:
    """A conversation in its fields."""
    return Scene(conversation.name, conversation.language, conversation.at, list(map(_of_line, conversation.lines)))


def _of_line(line: Line) -> SceneLine:
    then = "silent" if line.silent else {True: "person", False: "bot", None: ""}[line.person]
    said = PICTURE_IN_WORDS if line.customer == PICTURE else line.customer
    after = "" if line.after == BETWEEN_LINES else f"{int(line.after / timedelta(minutes=1))} minutes"
    return SceneLine(said, "\n".join(line.bot), "\n".join(line.lacks), then, after)


def of_talk(talk: Iterable[PreviewLine], day: str, clock: str, language: str) -> Scene:
    """A talk of the preview: each answer must begin as it did."""
    lines: list[SceneLine] = []
    for line in talk:
        if not line.by_bot:
            lines.append(SceneLine(PICTURE_IN_WORDS if line.text == PICTURE else line.text, then="silent"))
        elif lines:
            lines[-1] = SceneLine(lines[-1].customer, _beginning(line.text), then="person" if line.hands_over else "")
    return Scene(lines[0].customer[:LONGEST_BEGINNING] if lines else "", language,
                 f"{day} {clock}" if day and clock else "", lines)


def _beginning(text: str) -> str:
    """The first line of the longest paragraph: that is the answer itself, not a welcome or a hint."""
    paragraph = max(text.split("\n\n"), key=len)
    first = next((line for line in paragraph.splitlines() if line.strip()), "")
    return first if len(first) <= LONGEST_BEGINNING else first[:LONGEST_BEGINNING].rpartition(" ")[0]


def in_words(found: Iterable[str]) -> list[str]:
    """What is wrong with conversations, in the page's words."""
    return problems.in_words(found)
