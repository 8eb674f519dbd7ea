"""What holds for any text, any state and any tenant."""
import ast
import json
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.replies import Deed, HandOver, Incoming, Send, decide, rate_warning
from app.replies.state import KEPT_REQUESTS
from tests.app.replies.conversation import WEDNESDAY_NOON, Talk, bare, tenant
from tests.source_tree import ROOT, parsed

TEMPLATES = ("BOOKING", "ECOMMERCE", "SUPPORT")
TENANTS = [*map(tenant, TEMPLATES), *map(bare, TEMPLATES)]
UNFILLED = re.compile(r"\{\w*\}")

said = st.sampled_from([
    "hello", "habari", "menu", "1", "2", "3", "7", "10", "99", "yes", "ndiyo", "no", "hapana", "cancel",
    "book a facial", "prices", "sukari",
    "rice 2", "Friday", "kesho saa nne", "10:30", "how much?", "asdf", "problem", "complaint", "where is my order",
    "mtu", "stop", "start",
    "thanks", "Sinza kwa Remmy", "wifi slow", "review", "questions", "hours", "refund", "👍", "", "shikamoo", "order",
    "massage", "7 lamps",
])
texts = said | st.text(max_size=80) | st.text("{}0aé ا\u202e\x00🙂%\\<>&*_~`\n", max_size=40)
kinds = st.sampled_from(["chat", "chat", "chat", "image", "ptt", "location", "odd kind"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6,
)
state_keys = st.sampled_from([
    "language", "seen", "menu", "form", "asked", "tries", "slots", "offer", "unknown", "out", "closed_until",
    "requests", "other",
])
likely_values = st.sampled_from([
    "EN", "SW", "booking", "order", "problem", "review", "day", "time", "service", "product", "quantity", "place",
    "details", "confirm",
    "change", "held", "person", "fix", "addition", "helped", {"ticket": 3}, ["ticket:1", "ticket_close:x"],
    {"problem": "my internet is slow. what can i do?", "step": 9},
    ["do:menu", "service:facial", "more:product:x", "more:question:3", "category:", 7],
    {"product": "sugar 1kg"},
    {"service": "facial", "day": "x", "time": 3}, {"product": 3, "quantity": "two", "place": []},
    [{"form": "order", "slots": {}}],
])
states = st.dictionaries(state_keys, likely_values | json_values, max_size=8)


def checked(decision, customer_text):
    sends = [action for action in decision.actions if isinstance(action, Send)]
    given_away = [action for action in decision.actions if isinstance(action, HandOver)]
    deeds = [action for action in decision.actions if isinstance(action, Deed)]
    assert list(decision.actions) == [*sends, *deeds, *given_away]
    assert len(given_away) <= len(sends) <= 1
    for send in sends:
        assert 0 < len(send.text) <= 4000
        assert 0 < len(send.because) <= 80
        assert "{" in customer_text or not UNFILLED.search(send.text), send.text
    assert len(decision.state.get("requests", [])) <= KEPT_REQUESTS
    return json.loads(json.dumps(decision.state))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(TENANTS), st.lists(st.tuples(texts, kinds), min_size=1, max_size=12))
def test_every_message_of_any_talk_gets_exactly_one_reply_unless_the_customer_opted_out(config, messages):
    state: dict = {}
    for text, kind in messages:
        decision = decide(Incoming(text, kind, text), state, config, WEDNESDAY_NOON)
        again = decide(Incoming(text, kind, text), state, config, WEDNESDAY_NOON)
        assert decision == again, "the same message in the same state gets the same answer"
        was_out = state.get("out", False)
        state = checked(decision, "".join(message for message, _ in messages))
        assert decision.actions or (was_out and state["out"])


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(TENANTS), states, texts, kinds)
def test_any_stored_state_is_survived(config, state, text, kind):
    before = json.dumps(state)
    decision = decide(Incoming(text, kind), state, config, WEDNESDAY_NOON)

    checked(decision, text + before)
    assert json.dumps(state) == before, "the state handed in is not changed"
    assert rate_warning(state, config).text


@pytest.mark.parametrize("text", [
    "a" * 65536, "\x00" * 65536, "order " * 11000, "1" * 65536, "🙂" * 16000, "م" * 65536, "\u202e" * 60000,
    "saa " * 16000,
    "{0}{business}%s%n" * 4000, "<script>alert(1)</script>" * 2000, "1/1 " * 16000, "\n" * 65536, "é" * 65536,
    "ﷺ" * 20000,
    "\ud800lone surrogate", "٣", "book a facial " * 4000,
])
@pytest.mark.parametrize("config", TENANTS[:3], ids=lambda config: config.template)
def test_hostile_text_is_answered_like_any_other(config, text):
    talk = Talk(config)
    for _ in range(3):
        assert talk.say(text)
        assert len(json.dumps(talk.state)) < 20000


def test_what_a_customer_wrote_comes_back_on_one_line():
    talk = Talk(bare("BOOKING"))
    talk.say("I want to book")
    talk.say("x\n*Grand total*\r\nTZS 0\u202e")

    assert talk.state["slots"]["service"] == "x *Grand total* TZS 0"


def test_the_replies_import_nothing_of_ours_and_nothing_that_reaches_outside():
    allowed = {"app", "phonenumbers", "yaml"} | set(sys.stdlib_module_names) - {
        "asyncio", "http", "io", "logging", "os", "pathlib", "random", "secrets", "select", "shutil", "socket", "ssl",
        "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
    }
    for path in sorted((ROOT / "app" / "replies").rglob("*.py")):
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in allowed, f"{path.name}: {name}"
                assert name.split(".")[0] != "app" or name.startswith("app.replies"), f"{path.name}: {name}"


def test_the_replies_never_look_at_the_clock():
    looks = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "app" / "replies").rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
    ]

    assert looks == []
