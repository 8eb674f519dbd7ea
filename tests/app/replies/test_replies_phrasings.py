"""What customers' messages are understood as, by a table written by hand, as `flowhq understand` gives it."""
import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from app.cli import cli
from app.replies.classifier import NONE
from app.replies.dialogue import WORTH_ASKING
from app.replies.understand import UNSURE
from app.replies.words import normal

NOW = ("--now", "2026-03-04T12:00", "--zone", "Africa/Dar_es_Salaam")
TEMPLATES = {"booking": "booking", "shop": "ecommerce", "support": "support"}
TABLE = yaml.safe_load(Path(__file__).with_name("phrasings.yaml").read_text(encoding="utf-8"))
PHRASINGS = sorted((Path(__file__).parents[3] / "training" / "phrasings").glob("*.yaml"))
ROWS = [(part, row) for part, rows in TABLE.items() for row in rows]


@cache
def understood(part):
    """What the command writes for every message of a part of the table, by the message."""
    texts = [row["says"] for row in TABLE[part]]
    command = ["understand", "--template", TEMPLATES[part], *NOW]
    result = CliRunner().invoke(cli, command, input="\n".join(texts), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return dict(zip(texts, map(json.loads, result.stdout.splitlines()), strict=True))


def of_rows(asks):
    """The rows that the bot asks back about, or the others, as parameters."""
    return [pytest.param(part, row, id=row["says"]) for part, row in ROWS if row.get("asks", False) == asks]


def slots_of(row):
    """The slots that a row names."""
    named = {name: value for name, value in row.items() if name not in ("says", "means", "asks")}
    return {name: value if isinstance(value, int) else str(value) for name, value in named.items()}


@pytest.mark.parametrize(("part", "row"), of_rows(asks=False))
def test_a_message_means_what_it_says(part, row):
    read = understood(part)[row["says"]]

    assert (read["intent"], read["slots"]) == (row["means"], slots_of(row)), read["because"]
    assert row["means"] == NONE or read["confidence"] >= UNSURE, read["because"]


@pytest.mark.parametrize(("part", "row"), of_rows(asks=True))
def test_what_is_not_sure_is_asked_back_with_what_it_means_among_the_choices(part, row):
    read = understood(part)[row["says"]]
    _, _, guessed = read["because"].partition("unsure, or ")
    guesses = {read["intent"]: read["confidence"]}
    guesses |= {name: float(sure) for name, sure in (guess.split() for guess in guessed.split(", "))}

    assert read["confidence"] < UNSURE
    assert guesses[row["means"]] >= WORTH_ASKING, read["because"]
    assert read["slots"] == slots_of(row)


def squeezed(text, kept=""):
    """The letters and digits of a text, run together, and what is to be kept besides."""
    return "".join(character for character in normal(text) if character.isalnum() or character in kept)


def what_training_may_learn():
    """An expression for each pattern of training's phrasings, of all that can be made of it."""
    patterns = (pattern for path in PHRASINGS for patterns in yaml.safe_load(path.read_text(encoding="utf-8")).values()
                for pattern in patterns)
    return [re.compile(squeezed(pattern, "(|)").replace("(", "(?:")) for pattern in patterns]


def test_the_table_is_large_speaks_both_languages_and_is_nothing_that_training_learns():
    languages = {read["language"] for part in TABLE for read in understood(part).values()}
    patterns = what_training_may_learn()

    assert len({row["says"] for _, row in ROWS}) == len(ROWS) >= 150
    assert languages == {"en", "sw"}
    assert any(pattern.fullmatch("futaodayangu") for pattern in patterns)
    assert [row["says"] for _, row in ROWS if any(one.fullmatch(squeezed(row["says"])) for one in patterns)] == []
