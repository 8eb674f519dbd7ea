"""Every reason that the bot can give has words, in both languages."""
import re

import pytest
from flask import Flask
from flask_babel import force_locale

from app.replies.templates import FORMS
from app.web.portal.reasons import ASKED, REASONS, reason_in_words

REST = ("confirm", "recorded", "dropped", "change")


def reasons() -> list[str]:
    steps = [f"{name}:{step}" for name, form in FORMS.items()
             for step in (*(f"ask_{slot.name}" for slot in form.slots), *REST)]
    return [*REASONS, *steps, "closed+prices"]


@pytest.mark.parametrize("because", reasons())
def test_a_reason_is_said_in_both_languages(web_app: Flask, because: str):
    said = []
    for language in ("en", "sw"):
        with web_app.test_request_context(), force_locale(language):
            said.append(reason_in_words(because, 0.5))
    assert said[0] != said[1]
    assert not [text for text in said if re.search(r"%\(|_", text)]


def test_every_part_that_is_asked_for_has_words():
    assert {slot.name for form in FORMS.values() for slot in form.slots} == set(ASKED)
