import pytest
from flask import Flask

from app.replies.content import LONGEST_NAME
from app.services import content
from app.web.portal.problems import in_words

SOUND = {"business_name": "Acme", "language": "EN", "timezone": "Africa/Nairobi", "hours": {}, "content": {},
         "chat_limit": 5, "handover_hours": 1, "owner_silence_hours": 1}
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
]


@pytest.mark.parametrize("change, words", MISTAKES)
def test_a_mistake_is_said_in_the_words_of_the_page(web_app: Flask, change: dict, words: str):
    with web_app.test_request_context():
        found = in_words(content.problems("BOOKING", SOUND | change))
    assert [problem for problem in found if words in problem], found


def test_a_problem_that_is_not_known_is_shown_as_it_is(web_app: Flask):
    with web_app.test_request_context():
        assert in_words(["100% <new>"]) == ["100% <new>"]
