from datetime import UTC, datetime
from typing import Any

import pytest

from app.replies import BotConfig, read_config
from app.replies.examples import example_content
from app.services.preview import LONGEST_LINE, MOST_LINES, PICTURE, clean_line, play

MONDAY_NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)
WEDNESDAY = datetime(2026, 3, 4, 9, tzinfo=UTC)


def bot(**changes: Any) -> BotConfig:
    return read_config(**(example_content("BOOKING") | changes))


def replies(*said: str, now: datetime = WEDNESDAY, language: str = "EN") -> list[str]:
    return [line.because for line in play(bot(), said, now=now, language=language) if line.by_bot]


def test_the_bot_answers_each_line_with_its_reason():
    assert replies("What are your prices?", "thanks") == ["prices", "thanks"]


def test_the_bot_says_how_sure_it_is_of_what_it_understood():
    asked, chosen = (line for line in play(bot(), ["What are your prices?", "0"], now=WEDNESDAY) if line.by_bot)
    assert asked.confidence is not None
    assert 0.5 < asked.confidence <= 1
    assert chosen.confidence is None


def test_a_form_goes_on_from_line_to_line():
    reasons = replies("I want to book a facial", "tomorrow", "15:00")
    assert all(reason.startswith("booking:") for reason in reasons)
    assert len(set(reasons)) > 1


def test_at_night_the_bot_says_that_it_is_closed():
    assert replies("What are your prices?", now=MONDAY_NIGHT) == ["closed+prices"]


def test_the_language_can_be_chosen():
    english, swahili = (play(bot(), ["?"], now=WEDNESDAY, language=language)[1].text for language in ("EN", "SW"))
    assert english != swahili


def test_after_a_hand_over_the_bot_is_silent():
    lines = play(bot(), ["I want to talk to a person", "hello?"], now=WEDNESDAY, language="EN")
    assert [line.by_bot for line in lines] == [False, True, False]
    assert lines[1].hands_over


def test_a_picture_can_be_sent():
    assert replies(PICTURE) == ["media"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eabc", "x" * 100_000, "\0", "😀" * 500, ""])
def test_any_text_has_an_answer(text: str):
    assert len(replies(clean_line(text))) == 1


def test_a_long_conversation_keeps_its_newest_lines():
    lines = play(bot(), [f"hello {number}" for number in range(MOST_LINES + 10)], now=WEDNESDAY)
    assert lines[0].text == "hello 10"


def test_a_line_is_as_long_as_a_line_may_be():
    assert len(clean_line("y" * 3 * LONGEST_LINE)) == LONGEST_LINE
