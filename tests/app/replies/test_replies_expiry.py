"""What was left half-finished, and what the bot has no answer to."""
from datetime import timedelta

import pytest

from tests.app.replies.conversation import Talk, bare, tenant

LATER = timedelta(hours=26)
SLOW = {"problem": "Slow internet", "steps": ["Restart it.", "Use a cable."], "phrasings": ["internet is slow"]}


def half_a_booking(language: str = "EN") -> Talk:
    talk = Talk(tenant("BOOKING", language=language))
    talk.say("book a facial" if language == "EN" else "nataka kuweka miadi ya kusuka rasta")
    assert talk.state["form"] == "booking"
    return talk


def test_a_customer_who_comes_back_is_told_what_was_left_and_goes_on_with_it():
    talk = half_a_booking()
    reply = talk.say("hello", after=LATER)

    assert reply.startswith("Hello! Welcome")
    assert reply.endswith("Last time we stopped half-way. Write *continue* to go on where we were.\nSo far: Facial.")
    assert talk.say("continue").startswith("So far: Facial.\nWhich day")
    assert talk.say("Saturday").startswith("So far: Facial, Saturday")


@pytest.mark.parametrize("word", ["endelea", "ndiyo", "naomba tuendelee"])
def test_so_it_is_in_swahili(word):
    talk = half_a_booking("SW")

    assert "Mara ya mwisho tuliishia njiani. Andika *endelea*" in talk.say("habari", after=LATER)
    assert talk.hears(word) == "booking:ask_day"


def test_no_means_no_and_is_not_asked_again():
    talk = half_a_booking()
    talk.say("hello", after=LATER)

    assert talk.hears("no") == "declined_aside"
    assert "half-way" not in talk.say("hello", after=LATER)


def test_the_answer_to_the_old_question_is_still_taken():
    talk = half_a_booking()
    reply = talk.say("Saturday", after=LATER)

    assert talk.because.endswith("booking:ask_time")
    assert "half-way" not in reply
    assert "aside" not in talk.state


def test_another_question_is_answered_first_and_the_word_works_afterwards():
    talk = half_a_booking()
    assert "half-way" in talk.say("what are your prices?", after=LATER)
    talk.say("where are you?")

    assert talk.hears("continue") == "booking:ask_day"


def test_after_a_week_it_is_gone():
    talk = half_a_booking()

    assert "half-way" not in talk.say("hello", after=timedelta(days=8))
    assert "aside" not in talk.state


def test_steps_to_try_are_taken_up_where_they_were():
    talk = Talk(bare("SUPPORT", content={"problems": [SLOW]}))
    talk.say("my internet is slow")
    talk.say("no")

    assert "Restart" not in talk.say("still not working", after=LATER)
    assert talk.because == "fix:failed"


def test_a_handed_over_chat_is_not_reminded():
    talk = half_a_booking()

    assert "half-way" not in talk.say("I want to talk to a person", after=LATER)


@pytest.mark.parametrize("stored", [3, [], {"form": 3}, {"form": "booking", "slots": 7, "at": "x"}, {"form": "gone"}])
def test_whatever_is_stored_as_aside_is_survived(stored):
    talk = Talk(tenant("BOOKING", language="EN"))
    talk.state = {"aside": stored}

    assert talk.say("hello", after=LATER)
    assert talk.say("continue")


@pytest.mark.parametrize("text", ["do you know any fun facts", "can I bring my dog to the pool?"])
def test_a_question_without_an_answer_is_passed_on_and_not_made_up(text):
    talk = Talk(bare("BOOKING"))
    talk.say("hello")
    reply = talk.say(text)

    assert talk.because == "unknown:ask_team"
    assert reply.startswith("I do not have the answer to that. I will ask the team.")
    assert talk.hears("yes") == "accepted_person"
