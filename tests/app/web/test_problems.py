import pytest
from flask import Flask
from flask_babel import force_locale

from app.replies.content import LONGEST_NAME, MOST_ITEMS
from app.services import content
from app.web.problems import in_words

SOUND = {"business_name": "Acme", "language": "EN", "timezone": "Africa/Nairobi", "hours": {}, "content": {},
         "chat_limit": 5, "handover_hours": 1, "owner_silence_hours": 1, "away_hours": 1, "away_limit": 5,
         "away_policy": "ANSWER"}
MISTAKES = [
    ({"business_name": ""}, "The business needs a name."),
    ({"timezone": "Mars/North"}, "The time zone “Mars/North” is not known"),
    ({"chat_limit": 0}, "Replies to one customer in ten minutes: give a whole number from 1 to 200."),
    ({"hours": {"mon": [["08:00", ""]]}}, "Monday: give an opening and a closing time."),
    ({"hours": {"sun": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "Sunday: two times overlap."),
    ({"hours": {"holidays": ["Christmas"]}}, "The holiday “Christmas” must be a date such as 2026-12-25."),
    ({"content": {"services": [{"price": 5}]}}, "Service 1 needs a name."),
    ({"content": {"services": [{"name": "A", "price": "much"}]}}, "Service 1, Price must be a number such as 25000."),
    ({"content": {"products": [{"name": "A", "stock": 1.5}]}}, "Product 1, In stock must be a whole number such as"),
    ({"content": {"products": [{"name": "A"}, {"name": "a"}]}}, "Product: “a” stands there twice"),
    ({"content": {"services": [{"name": "x" * (LONGEST_NAME + 1)}]}}, "Service 1, Name is longer than"),
    ({"content": {"questions": [{"question": "A"}]}}, "Question 1 needs a question and an answer."),
    ({"content": {"address": "x" * 3000}}, "Address is longer than 2000 characters."),
    ({"content": {"emergency": {"words": ["fire"]}}}, "Emergency: give both the words and the answer."),
    ({"content": {"currency": "Shillings of Tanzania"}}, "The currency must be a short code such as TZS."),
    ({"content": {"address": 5}}, "Address must be a text, or one text for each of EN and SW."),
    ({"content": {"services": "Facial"}}, "Services and prices must be a list."),
    ({"content": {"handover_words": 5}}, "Words that call a person, one a line must be a list of texts."),
    ({"content": {"products": [{"name": "A"}] * (MOST_ITEMS + 1)}}, f"Products: {MOST_ITEMS + 1} are too many;"),
    ({"content": {"questions": ["Where?"]}}, "Questions and answers: every entry must have named parts"),
    ({"content": {"emergency": "fire"}}, "Emergency: give both the words and the answer."),
    ({"hours": {"someday": []}}, "Hours: “someday” is not a day; use mon, tue"),
    ({"hours": []}, "Hours and content must have lines with a name and a value."),
    ({"language": "FR"}, "The language “FR” is not known; choose one of EN"),
]


@pytest.mark.parametrize("change", [change for change, _words in MISTAKES])
def test_every_mistake_is_said_in_swahili(web_app: Flask, change: dict):
    found = content.problems("BOOKING", SOUND | change)
    with web_app.test_request_context(), force_locale("en"):
        english = in_words(found)
    with web_app.test_request_context(), force_locale("sw"):
        swahili = in_words(found)
    assert found
    assert set(english) & set(swahili) == set()


def test_an_unknown_template_is_said_in_words(web_app: Flask):
    with web_app.test_request_context(), force_locale("sw"):
        assert "hakijulikani" in " ".join(in_words(content.problems("BAKERY", SOUND)))


@pytest.mark.parametrize("change, words", MISTAKES)
def test_a_mistake_is_said_in_the_words_of_the_page(web_app: Flask, change: dict, words: str):
    with web_app.test_request_context():
        found = in_words(content.problems("BOOKING", SOUND | change))
    assert [problem for problem in found if words in problem], found


def test_a_problem_that_is_not_known_is_shown_as_it_is(web_app: Flask):
    with web_app.test_request_context():
        assert in_words(["100% <new>"]) == ["100% <new>"]
