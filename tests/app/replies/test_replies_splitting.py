"""Long texts go out in several messages."""
import pytest

from app.replies import Send
from app.replies.splitting import LONGEST_PART, MOST_PARTS, parts_of
from tests.app.replies.conversation import Talk, bare


@pytest.mark.parametrize(("text", "ends"), [
    ("Sentence one is here. " * 400, "."), ("A line\n" * 1500, "line"), ("word " * 2000, "word"), ("x" * 9000, "x"),
])
def test_a_long_text_is_cut_where_something_ends(text, ends):
    parts = parts_of(text)

    assert 1 < len(parts) <= MOST_PARTS
    assert all(0 < len(part) <= LONGEST_PART for part in parts)
    assert all(part.endswith(ends) for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_what_is_far_too_long_ends_in_an_ellipsis():
    parts = parts_of("word " * 10000)

    assert (len(parts), parts[-1][-6:]) == (MOST_PARTS, "word …")


def test_a_long_answer_is_sent_whole_in_several_messages():
    answer = {"EN": "We plant trees on slopes. " * 76, "SW": "Tunapanda miti. " * 100}
    talk = Talk(bare("SUPPORT", content={"questions": [{"question": "Do you plant trees?", "answer": answer}],
                                         "greeting": "Welcome to all of you. " * 86}))
    talk.say("do you plant trees?")

    sent = [action for action in talk.decision.actions if isinstance(action, Send)]
    assert [send.because for send in sent] == ["question"] * len(sent)
    assert "".join(send.text for send in sent).count("slopes") == 76
