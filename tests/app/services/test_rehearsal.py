"""A bot goes through conversations; those that ship with Flow HQ are carried through by the examples."""
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from app.replies import read_config
from app.replies.conversations import shipped
from app.replies.examples import EXAMPLES, example_content
from app.services.rehearsal import rehearse
from app.services.script import read_script

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
BOTS = {name: read_config(**example_content(name)) for name in EXAMPLES}
SHIPPED = [(name, one) for name, text in shipped().items() for one in read_script(text)]


def gone_through(*talk, **handover):
    (conversation,) = read_script(f"- {{name: A, language: en, talk: [{', '.join(talk)}]}}")
    return rehearse(BOTS["BOOKING"], conversation, now=NOW, **handover).lines


@pytest.mark.parametrize(("name", "conversation"), SHIPPED, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_shipped_conversation_is_carried_through(name, conversation):
    rehearsed = rehearse(BOTS[conversation.template], conversation, now=NOW)

    assert [(line.line.customer, line.missing, line.unwanted, line.said)
            for line in rehearsed.lines if not line.is_right] == []


def test_at_least_sixty_conversations_ship_in_each_language_and_some_for_each_template():
    by_language = Counter(name.partition("/")[0] for name, _ in SHIPPED)
    by_template = Counter((name.partition("/")[0], one.template) for name, one in SHIPPED)

    assert min(by_language["en"], by_language["sw"]) >= 60
    assert min(by_template[language, template] for language in ("en", "sw") for template in EXAMPLES) >= 8
    assert len({(name, one.name) for name, one in SHIPPED}) == len(SHIPPED)


def test_what_an_answer_must_hold_is_looked_for_whatever_its_letters_and_stars():
    (line,) = gone_through('{customer: menu, bot: ["MAKE   a booking", "*prices*", "12345"], not: [Talk to a PERSON]}')

    assert (line.missing, line.unwanted, line.is_right) == (("12345",), ("Talk to a PERSON",), False)


def test_a_bot_that_should_be_silent_and_speaks_is_wrong_and_so_is_the_other_way_round():
    spoke, handed, silent = gone_through(
        "{customer: hello, silent: yes}", "{customer: person, person: no}", "{customer: hello, bot: hello}")

    assert (spoke.spoke, handed.person, silent.kept_silent) == (True, True, True)
    assert not any(line.is_right for line in (spoke, handed, silent))


def test_a_person_that_must_be_called_and_is_not_is_wrong():
    (line,) = gone_through("{customer: hello, person: yes}")

    assert (line.person, line.is_right) == (False, False)


def test_the_bot_keeps_out_as_long_as_the_business_wants():
    talk = ("{customer: person, bot: passing}", "{customer: hello, after: 2 hours, silent: yes}")

    assert gone_through(*talk)[1].is_right
    assert not gone_through(*talk, handover=timedelta(hours=1))[1].is_right
