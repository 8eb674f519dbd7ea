"""Conversations as owners write them: read, refused with what to mend, and written again."""
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.preview import PICTURE
from app.services.script import (
    PICTURES,
    Conversation,
    Line,
    Unusable,
    moment,
    read_script,
    read_stored,
    stored,
    written,
)

ZONE = ZoneInfo("Africa/Dar_es_Salaam")
WEDNESDAY_NOON = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def problems_of(text):
    with pytest.raises(Unusable) as refused:
        read_script(text)
    return refused.value.problems


def test_a_file_is_read_with_what_its_conversations_have_in_common():
    (first, second) = read_script("""
template: booking
at: wed 12:00
conversations:
  - name: Yes is a word here, and so is 12:00
    talk:
      - customer: yes
        bot: [no, 12:00]
        not: sorry
      - customer: (picture)
        after: 2 hours
        silent: yes
  - name: Another
    template: support
    language: sw
    talk: [{customer: mtu, person: yes}]
""")

    assert first == Conversation("Yes is a word here, and so is 12:00", (
        Line("yes", bot=("no", "12:00"), lacks=("sorry",)),
        Line(PICTURE, silent=True, after=timedelta(hours=2)),
    ), "BOOKING", at="wed 12:00")
    assert (second.template, second.language, second.at) == ("SUPPORT", "SW", "wed 12:00")
    assert second.lines == (Line("mtu", person=True),)


def test_a_bare_list_of_conversations_will_do():
    assert [one.name for one in read_script("- name: A\n  talk: [{customer: hi, bot: hello}]")] == ["A"]


@pytest.mark.parametrize(("text", "told"), [
    ("", "Write `conversations:`"), ("conversations: []", "There is no conversation"), ("a: [", "This is not YAML"),
    ("- name: A\n  talk: [{customer: hi}]", '"A", line 1: say with `bot:` what the answer must contain.'),
    ("- name: A\n  talk: [{bot: hi}]", '"A", line 1: the customer says nothing; for a picture write (picture).'),
    ("- name: A\n  talk: [{customer: hi, answer: x}]", "'answer' is not known here"),
    ("- talk: [{customer: hi, bot: x}]", "Conversation 1 needs a name."), ("- name: A", '"A" needs a talk'),
    ("- {name: A, at: noon, talk: [{customer: hi, bot: x}]}", "at must be such as 2026-03-04 12:00 or wed 12:00."),
    ("- {name: A, at: 9999-12-31 12:00, talk: [{customer: hi, bot: x}]}", "at must be such as"),
    ("- {name: A, template: salon, talk: [{customer: hi, bot: x}]}", "the template must be booking or"),
    ("- {name: A, talk: [{customer: hi, bot: x, after: later}]}", "after must be such as 30 minutes"),
    ("- {name: A, talk: [{customer: hi, bot: x, after: 9999 days}]}", "after must be such as 30 minutes"),
    ("- {name: A, talk: [{customer: hi, bot: x, silent: yes}]}", "a silent bot can neither answer"),
    ("- {name: A, talk: [{customer: hi, person: perhaps}]}", "person must be yes or no."),
    ("- {name: A, talk: [{customer: hi, bot: x}]}\n- {name: a, talk: [{customer: hi, bot: x}]}", "are called"),
    ("- {name: A, talk: [{customer: [hi], bot: x}]}", "what the customer says must be words."),
    ("- &a {name: A, talk: [{customer: hi, bot: x}]}\n- *a", "References (*name) cannot be used"),
    ("- name: A\n  talk: hello", '"A" needs a talk'), ("[" * 300_000, "nests too deep"),
    ("- " * 150_000, "nests too deep"), ("? " * 100_000, "nests too deep"), ("a: \ud800", "This is not YAML"),
    ("x" * 300_001, "is longer than"),
])
def test_what_cannot_be_used_is_told_in_a_sentence(text, told):
    assert any(told in problem for problem in problems_of(text)), problems_of(text)


def test_a_moment_is_on_the_clock_of_the_business():
    assert moment("2026-03-05 08:00", ZONE, WEDNESDAY_NOON) == datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
    assert moment("wed 12:00", ZONE, WEDNESDAY_NOON) == WEDNESDAY_NOON
    assert moment("wed 11:59", ZONE, WEDNESDAY_NOON) == WEDNESDAY_NOON + timedelta(days=7, minutes=-1)
    assert moment("", ZONE, WEDNESDAY_NOON) == WEDNESDAY_NOON


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=20)
lines = st.builds(
    Line, words.filter(lambda text: text.casefold() not in PICTURES) | st.just(PICTURE),
    bot=st.lists(words, min_size=1, max_size=3).map(tuple),
    lacks=st.lists(words, max_size=2).map(tuple), person=st.none() | st.booleans(),
    after=st.integers(1, 9999).map(lambda minutes: timedelta(minutes=minutes)),
)
conversations = st.builds(
    Conversation, words, st.lists(lines, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["", "BOOKING"]), st.sampled_from(["", "SW"]), st.sampled_from(["", "fri 08:30"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(conversations, min_size=1, max_size=3, unique_by=lambda one: one.name.casefold()))
def test_what_is_written_reads_the_same_again(some):
    assert list(read_script(written(some))) == some
    assert list(read_stored(list(map(stored, some)))) == some


keys = st.sampled_from(["name", "talk", "customer", "bot", "after", "at", "silent", "x"])


@settings(deadline=None, max_examples=100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)), max_leaves=12))
def test_whatever_is_stored_is_read_or_refused(value):
    try:
        read_stored(value)
    except Unusable as refused:
        assert refused.problems
