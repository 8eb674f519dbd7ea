"""The states of a dialogue: what leads out of each, and that no talk leaves them or gets stuck in one."""
import json
from datetime import timedelta
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.replies import Deed, HandOver, Incoming, Send, decide
from app.replies.graph import drawn, own_ways
from app.replies.records import records_at_first
from app.replies.state import ChatState
from app.replies.states import IDLE, PERSON, STOPPED, State, state_of, states_of
from tests.app.replies.conversation import WEDNESDAY_NOON, tenant

TEMPLATES = ("BOOKING", "ECOMMERCE", "SUPPORT")
CONFIGS = {template: tenant(template) for template in TEMPLATES}
STATES = {template: {state.name: state for state in states_of(template)} for template in TEMPLATES}
IN_FORMS = [(template, state) for template in TEMPLATES for state in states_of(template) if state.form]
each_state_of_a_form = pytest.mark.parametrize(
    ("template", "state"), IN_FORMS, ids=lambda each: each.name if isinstance(each, State) else each)
NONSENSE = "qwrtz zxcvb plmok"

usual = st.sampled_from([
    "hello", "habari", "menu", "menyu", "1", "2", "3", "9", "number two", "yes", "ndiyo", "no", "hapana", "cancel",
    "ghairi", "I want to book", "nataka kubook", "facial", "masaji kesho saa nne", "tomorrow at 3pm", "Saturday",
    "10:00", "saa nne asubuhi", "Asha Juma", "jina langu ni Baraka", "how much is it?", "prices", "bei zenu",
    "2 bags of sugar", "nataka chandarua mbili", "order", "Sinza", "collect", "where is my order", "oda yangu iko wapi",
    "cancel my booking", "change my appointment", "is my booking confirmed", "my wifi is slow", "shida ya mtandao",
    "still not working", "it works now", "the red light is on since yesterday and nothing loads at all any more here",
    "person", "mtu", "stop", "acha", "start", "anza", "thanks", "asante", "I have a complaint", "review", "hours?",
    "mko wapi", "what can you do", "back", "start over", "never mind", "no, Saturday", NONSENSE,
])
hostile = st.text(max_size=60) | st.sampled_from([
    "", "\x00", "{0}{business}%s", "<script>alert(1)</script>", "' OR 1=1 --", "🙂" * 50, "menu " * 300, "١٢٣",
    "\u202eabc", "yes no yes no", "1 2 3 4 5", "99999999999999999999", "31/02/2026", "saa 99", "-1",
])
lines = st.lists(st.tuples(usual | usual | hostile, st.sampled_from([1, 1, 1, 60, 60 * 13])), min_size=1, max_size=25)


def led_to(decision):
    """The state after a decision."""
    handed = any(isinstance(action, HandOver) for action in decision.actions)
    return state_of(ChatState.read(decision.state), handed)


def may_lead(template, before, after):
    """Whether the table has a way from one state to the other; an answer may fill several slots of a form at once."""
    state = STATES[template][before]
    same_form = bool(state.form) and STATES[template][after].form == state.form
    return before == after or same_form or after in {way.to for way in state.ways}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(TEMPLATES), st.sampled_from(["", "EN", "SW"]), lines)
@example("SUPPORT", "", [("my wifi is slow", 1), ("my wifi is slow", 60 * 13)])
def test_a_random_walk_never_raises_and_goes_only_where_the_table_says(template, language, walk):
    config, now = CONFIGS[template], WEDNESDAY_NOON
    state, records = {"language": language} if language else {}, records_at_first(config)
    for text, minutes in walk:
        now += timedelta(minutes=minutes)
        before = state_of(ChatState.read(state))
        decision = decide(Incoming(text), state, config, now, records)
        for action in decision.actions:
            records = records.after(action, now) if isinstance(action, Deed) else records
        after = led_to(decision)
        lapsed = minutes >= 60 * 12 and may_lead(template, IDLE, after)
        assert may_lead(template, before, after) or lapsed, f"{text!r}: {before} -> {after}"
        state = json.loads(json.dumps(decision.state))
        assert len(json.dumps(state)) < 20_000
        assert sum(isinstance(action, Send) for action in decision.actions) <= 4


def answer(template, state, text, language="EN"):
    stored = {"seen": WEDNESDAY_NOON.isoformat(), "language": language, "form": state.form, "asked": state.asked}
    return decide(Incoming(text), stored, CONFIGS[template], WEDNESDAY_NOON + timedelta(minutes=1))


@each_state_of_a_form
def test_no_state_is_a_dead_end(template, state):
    for language, cancel, person, menu in (("EN", "cancel", "person", "menu"), ("SW", "ghairi", "mtu", "menyu")):
        assert led_to(answer(template, state, person, language)) == PERSON
        assert ChatState.read(answer(template, state, menu, language).state).form == ""
        assert ChatState.read(answer(template, state, cancel, language).state).form != state.form
        assert led_to(answer(template, state, "stop" if language == "EN" else "acha", language)) == STOPPED


@each_state_of_a_form
def test_nonsense_does_not_go_round_in_circles(template, state):
    stored = {"seen": WEDNESDAY_NOON.isoformat(), "language": "EN", "form": state.form, "asked": state.asked}
    config, records, seen = CONFIGS[template], records_at_first(CONFIGS[template]), []
    for minute in range(1, 13):
        decision = decide(Incoming(NONSENSE), stored, config, WEDNESDAY_NOON + timedelta(minutes=minute), records)
        stored = json.loads(json.dumps(decision.state))
        seen.append(led_to(decision))
        if seen[-1] == PERSON or "offer:person" in seen:
            return
    pytest.fail(f"nobody is offered: {seen}")


def test_a_stopped_chat_and_one_with_a_person_lead_back():
    for template in TEMPLATES:
        stopped = decide(Incoming("start"), {"out": True, "language": "EN"}, CONFIGS[template], WEDNESDAY_NOON)
        assert led_to(stopped) == IDLE
        assert [way.to for name in (STOPPED, PERSON) for way in STATES[template][name].ways] == [IDLE, IDLE]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_way_leads_to_a_state_that_there_is(template):
    states = STATES[template]

    assert {way.to for state in states.values() for way in state.ways} <= set(states)
    assert all(state.ways for state in states.values())


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_picture_shows_every_state_with_what_leads_out_of_it(template):
    picture = Xml.fromstring(drawn(template))
    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]

    assert len(picture.findall("{http://www.w3.org/2000/svg}g")) == len(STATES[template])
    for state in STATES[template].values():
        assert state.name.replace(":", ": ") in texts or not state.form
        for way in own_ways(state)[:3]:
            assert any(text.startswith(f"{way.says} →"[:30]) for text in texts)
