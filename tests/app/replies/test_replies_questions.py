"""The tenant's own questions: found despite typing errors, and told where two are too alike."""
import pytest

from app.replies.lookup import alike
from tests.app.replies.conversation import bare, reason, tenant


def asked(*pairs):
    content = {"questions": [{"question": pair[0], "answer": "Yes.", "phrasings": list(pair[1:])} for pair in pairs]}
    return bare("BOOKING", content=content)


def test_a_new_question_takes_part_at_once():
    assert reason(asked(), "do you wash carpets?") != "question"
    assert reason(asked(("Do you wash carpets?",)), "do you wash carpets?") == "question"


@pytest.mark.parametrize("text", ["do you wash carpts?", "can you wash my carpet",
"carpet washing, do you wash carpets"])
def test_a_question_is_found_in_other_words_and_with_typing_errors(text):
    assert reason(asked(("Do you wash carpets?", "washing of a carpet")), text) == "question"


def test_two_questions_that_are_too_alike_are_told():
    config = asked(("Do you wash carpets?",), ("Can you wash a carpet?",), ("Is there parking?",))

    ((first, second, closeness),) = alike(config.questions.questions)
    assert {first, second} == {"do you wash carpets?", "can you wash a carpet?"}
    assert closeness > 0.9


def test_a_phrasing_alone_may_make_two_questions_too_alike():
    config = asked(("Do you wash carpets?",), ("What about rugs?", "will you wash carpets"))

    assert len(alike(config.questions.questions)) == 1


@pytest.mark.parametrize("template", ["BOOKING", "ECOMMERCE", "SUPPORT"])
def test_the_questions_of_the_examples_can_be_told_apart(template):
    assert alike(tenant(template).questions.questions) == []


def test_many_questions_are_compared_in_bounded_time():
    many = asked(*((f"Do you have item number {chr(97 + n % 26)}{chr(97 + n // 26)}xyz in blue?",) for n in range(500)))

    assert isinstance(alike(many.questions.questions), list)
