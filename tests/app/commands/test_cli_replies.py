"""`flowhq replies`: what bots answer, tried on conversations."""
import json

import pytest

from app.models.base import utc_now
from app.services.content import save_draft
from app.services.tenants import find_tenant

GOOD = "- {name: Greets, language: en, talk: [{customer: hello, bot: Welcome}]}"
BAD = "- {name: Greets, language: en, talk: [{customer: hello, bot: Goodbye}, {customer: menu, bot: Prices}]}"


@pytest.fixture
def replies_test(flowhq, tmp_path):
    """Runs `replies test` on a file with this text."""
    def run(text, *words):
        (tmp_path / "talk.yaml").write_text(text)
        files = [str(tmp_path / "talk.yaml")] if text else []
        return flowhq("replies", "test", *files, *words)

    return run


def test_the_shipped_conversations_go_as_they_must(replies_test):
    result = replies_test("")

    assert result.exit_code == 0, result.output
    said, of = result.output.split(" conversations")[0].split(" of ")
    assert said == of
    assert int(of) >= 120


def test_a_conversation_that_goes_wrong_is_shown_with_what_was_said_instead(replies_test):
    result = replies_test(BAD, "--template", "support")

    assert result.exit_code == 1
    assert "bot: Hello! Welcome to Twiga Net." in result.output
    assert "wrong: the answer lacks 'Goodbye'" in result.output
    assert "wrong: the answer lacks 'Prices'" in result.output
    assert result.output.endswith("0 of 1 conversations went as they must.\n")


def test_programs_get_json(replies_test):
    (read,) = json.loads(replies_test(BAD, "--template", "booking", "--json").stdout)

    assert (read["name"], read["right"], [line["right"] for line in read["lines"]]) == ("Greets", False, [False, True])
    assert read["lines"][0]["wrong"] == ["the answer lacks 'Goodbye'"]


def test_the_template_may_stand_in_the_file_and_others_are_left_out(replies_test):
    both = f"{GOOD}\n- {{name: B, template: booking, talk: [{{customer: menu, bot: Kuweka miadi}}]}}"

    assert replies_test(both, "--template", "booking").output == "2 of 2 conversations went as they must.\n"
    assert replies_test(both, "--template", "support").output == "1 of 1 conversations went as they must.\n"


def test_a_tenants_own_conversations_are_tried_on_its_draft(flowhq, database, replies_test):
    flowhq("tenant", "create", "acme", "--name", "Acme", "--template", "BOOKING", "--example-content")
    assert "no conversation" in replies_test("", "--tenant", "acme").stderr

    tenant = find_tenant("acme")
    talk = [{"customer": "habari", "bot": "Karibu sana dukani"}]
    content = {"greeting": "Karibu sana dukani!", "conversations": [{"name": "Salamu", "talk": talk}]}
    save_draft(tenant, {"content": content}, by="owner", address="", now=utc_now())

    assert replies_test("", "--tenant", "acme").output == "1 of 1 conversations went as they must.\n"
    assert replies_test(GOOD, "--tenant", "acme").exit_code == 1


@pytest.mark.parametrize(("text", "words", "told"), [
    (GOOD, (), "does not say whose bot answers"), ("- name: A", ("--template", "booking"), "needs a talk"),
    (GOOD, ("--tenant", "nobody"), "nobody"), ("a: [", ("--template", "booking"), "not YAML"),
])
def test_what_cannot_be_used_gets_one_line(replies_test, database, text, words, told):
    result = replies_test(text, *words)

    assert result.exit_code in (2, 3)
    assert told in result.stderr
    assert "Traceback" not in result.output
