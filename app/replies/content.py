"""The tenant's own content: services, products, questions and texts, checked and made ready for looking things up.

Texts are strings or `{"EN": …, "SW": …}`; a text in one language serves both.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.replies.voice import LANGUAGES
from app.replies.words import normal, plain

LONGEST_NAME = 120
LONGEST_TEXT = 2000
MOST_ITEMS = 2000
MOST_QUESTIONS = 500
MOST_STEPS = 20
HIGHEST_PRICE = 10**12

Text = Mapping[str, str]


def in_language(text: Text, language: str) -> str:
    """The text in that language, else in any that there is, else nothing."""
    return text.get(language) or next(iter(text.values()), "")


@dataclass(frozen=True)
class Item:
    """A service or a product. `key` stays the same while the name does; `price` is None where it must be asked.

    `capacity` is how many people a service takes at the same time, None where it takes one booking at a time.
    """

    key: str
    name: Text
    price: float | None = None
    minutes: int | None = None
    stock: int | None = None
    capacity: int | None = None
    category: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Area(Item):
    """Where a shop delivers to; `price` is the fee, which goes where the goods cost `free_from` or more.

    Less than for `minimum` is not delivered there.
    """

    free_from: float | None = None
    minimum: float | None = None


@dataclass(frozen=True)
class Question:
    """A question of the tenant's own, other ways to put it, and its answer.

    A problem is one with `steps`, which are tried one after the other, in place of the answer.
    """

    key: str
    question: Text
    answer: Text
    phrasings: tuple[str, ...] = ()
    steps: tuple[Text, ...] = ()


class Reader:
    """Reads parts of the stored content and notes one sentence per problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems

    def text(self, what: str, stored: Any, longest: int = LONGEST_TEXT) -> Text:
        """A text in one or more languages; nothing where nothing is stored."""
        given = stored if isinstance(stored, Mapping) else dict.fromkeys(LANGUAGES, stored)
        texts = {language: value for language, value in given.items() if value not in (None, "")}
        if set(given) - set(LANGUAGES) or any(not isinstance(value, str) for value in texts.values()):
            self.problems.append(f"{what} must be a text, or one text each for {' and '.join(LANGUAGES)}.")
            return {}
        if any(len(value) > longest for value in texts.values()):
            self.problems.append(f"{what} is longer than {longest} characters.")
        return {language: value.strip() for language, value in texts.items() if value.strip()}

    def number(self, what: str, stored: Any, example: str, highest: float = HIGHEST_PRICE) -> float | None:
        """A number of 0 or more; None where nothing is stored."""
        if stored is None or stored == "":
            return None
        if isinstance(stored, bool) or not isinstance(stored, int | float) or not 0 <= stored <= highest:
            self.problems.append(f"{what} must be a number such as {example}.")
            return None
        return stored

    def whole(self, what: str, stored: Any, example: str) -> int | None:
        """A whole number of 0 or more; None where nothing is stored."""
        number = self.number(what, stored, example, 10**9)
        if number is not None and number != int(number):
            self.problems.append(f"{what} must be a whole number such as {example}.")
        return None if number is None else int(number)

    def rows(self, what: str, stored: Any, most: int) -> list[Mapping[str, Any]]:
        """A list of mappings; the mistakes in it are noted and left out."""
        rows = stored if isinstance(stored, list | tuple) else []
        if stored and not rows:
            self.problems.append(f"{what} must be a list.")
        if len(rows) > most:
            self.problems.append(f"{what}: {len(rows)} are too many; {most} is the most.")
        if any(not isinstance(row, Mapping) for row in rows):
            self.problems.append(f"{what}: every entry must have named parts, such as a name.")
        return [row for row in rows[:most] if isinstance(row, Mapping)]

    def strings(self, what: str, stored: Any) -> tuple[str, ...]:
        """A list of short texts."""
        values = [stored] if isinstance(stored, str) else stored or []
        if not isinstance(values, list | tuple) or any(not isinstance(value, str) for value in values):
            self.problems.append(f"{what} must be a list of texts.")
            return ()
        return tuple(value.strip() for value in values if value.strip())


def read_items(reader: Reader, what: str, stored: Any) -> tuple[Item, ...]:
    """Services or products; `what` names one of them in the sentences about problems."""
    rows = reader.rows(f"{what}s", stored, MOST_ITEMS)
    items = [_read_item(reader, f"{what} {place}", row) for place, row in enumerate(rows, 1)]
    _refuse_twins(reader, what, [item.key for item in items if item.name])
    return tuple(items)


def _read_item(reader: Reader, what: str, row: Mapping[str, Any]) -> Item:
    given = reader.text(f"{what}: the name", row.get("name"), LONGEST_NAME)
    name = {language: plain(text) for language, text in given.items() if plain(text)}
    if not name:
        reader.problems.append(f"{what} needs a name.")
    return Item(
        key=key_of(name),
        name=name,
        price=reader.number(f"{what}: the price", row.get("price"), "25000"),
        minutes=reader.whole(f"{what}: the minutes", row.get("minutes"), "60"),
        stock=reader.whole(f"{what}: the stock", row.get("stock"), "12"),
        capacity=reader.whole(f"{what}: the capacity", row.get("capacity"), "2") or None,
        category=reader.text(f"{what}: the category", row.get("category"), LONGEST_NAME),
        description=reader.text(f"{what}: the description", row.get("description")),
    )


def read_areas(reader: Reader, stored: Any) -> tuple[Area, ...]:
    """The areas a shop delivers to."""
    rows = reader.rows("Areas", stored, MOST_ITEMS)
    areas = tuple(_read_area(reader, f"Area {place}", row) for place, row in enumerate(rows, 1))
    _refuse_twins(reader, "Area", [area.key for area in areas if area.name])
    return areas


def _read_area(reader: Reader, what: str, row: Mapping[str, Any]) -> Area:
    named = _read_item(reader, what, {"name": row.get("name")})
    return Area(
        named.key, named.name,
        price=reader.number(f"{what}: the fee", row.get("fee"), "3000"),
        free_from=reader.number(f"{what}: the free_from", row.get("free_from"), "50000"),
        minimum=reader.number(f"{what}: the minimum", row.get("minimum"), "10000"),
    )


def key_of(text: Text) -> str:
    """What names an item or a question in a chat's state."""
    return normal(in_language(text, LANGUAGES[0]))[:LONGEST_NAME]


def read_questions(reader: Reader, stored: Any, problems: Any) -> tuple[Question, ...]:
    """The tenant's own questions and answers, and the problems for which it has steps to try."""
    rows = reader.rows("Questions", stored, MOST_QUESTIONS)
    questions = [_read_question(reader, f"Question {place}", row) for place, row in enumerate(rows, 1)]
    rows = reader.rows("Problems", problems, MOST_QUESTIONS)
    questions += [_read_problem(reader, f"Problem {place}", row) for place, row in enumerate(rows, 1)]
    _refuse_twins(reader, "Question", [question.key for question in questions if question.question])
    return tuple(questions)


def _read_question(reader: Reader, what: str, row: Mapping[str, Any]) -> Question:
    question = reader.text(f"{what}: the question", row.get("question"))
    answer = reader.text(f"{what}: the answer", row.get("answer"))
    if not question or not answer:
        reader.problems.append(f"{what} needs a question and an answer.")
    phrasings = reader.strings(f"{what}: the phrasings", row.get("phrasings"))
    return Question(key_of(question), question, answer, phrasings)


def _read_problem(reader: Reader, what: str, row: Mapping[str, Any]) -> Question:
    problem = reader.text(f"{what}: the problem", row.get("problem"))
    steps = _read_steps(reader, what, row.get("steps"))
    if not problem or not steps:
        reader.problems.append(f"{what} needs a name for it and steps to try.")
    phrasings = reader.strings(f"{what}: the phrasings", row.get("phrasings"))
    return Question(key_of(problem), problem, {}, phrasings, steps)


def _read_steps(reader: Reader, what: str, stored: Any) -> tuple[Text, ...]:
    if stored and not isinstance(stored, list | tuple):
        reader.problems.append(f"{what}: the steps must be a list.")
        return ()
    given = list(stored or ())
    if len(given) > MOST_STEPS:
        reader.problems.append(f"{what}: the steps: {len(given)} are too many; {MOST_STEPS} is the most.")
    read = (reader.text(f"{what}: the steps", step) for step in given[:MOST_STEPS])
    return tuple(step for step in read if step)


def _refuse_twins(reader: Reader, what: str, keys: Sequence[str]) -> None:
    twins = sorted({key for key in keys if keys.count(key) > 1})
    reader.problems.extend(f'{what}s: "{key}" stands there twice; give each a name of its own.' for key in twins)
