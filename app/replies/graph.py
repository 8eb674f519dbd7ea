"""The states of a dialogue as a picture: one row for each form, and what leads out of every state at the top."""
from collections.abc import Sequence
from textwrap import wrap
from xml.etree import ElementTree as Xml

from app.replies.states import CHANGE, CONFIRM, IDLE, PERSON, STOPPED, State, Way, states_of
from app.replies.voice import voice

BOX, GAP, HEIGHT, LANE = 232, 40, 116, 172
LEFT, TOP = 30, 130
LINE = 15
LETTERS = 32
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1c2733 }
.title { font-size: 20px; font-weight: 700 }
.name { font-weight: 700 }
.quiet { fill: #51606f }
rect { fill: #fff; stroke: #51606f; rx: 8px }
.begin rect { fill: #e7f2ea; stroke: #2b7a45 }
.end rect { fill: #fdf0e1; stroke: #a35b00 }
line, path { stroke: #51606f; fill: none; marker-end: url(#tip) }
"""
NAMES = {IDLE: "waits for a message", PERSON: "a person has the chat", STOPPED: "stopped by the customer"}


def drawn(template: str) -> str:
    """An SVG of the states of a template and what leads out of each."""
    states = states_of(template)
    lanes = _lanes(states)
    columns = max(len(lane) for lane in lanes)
    width = LEFT * 2 + columns * BOX + (columns - 1) * GAP
    height = TOP + len(lanes) * LANE
    svg = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": str(width), "height": str(height),
                              "viewBox": f"0 0 {width} {height}", "role": "img"})
    Xml.SubElement(svg, "title").text = f"The dialogue of {template}"
    Xml.SubElement(svg, "style").text = STYLE
    _tip(svg)
    _heading(svg, template, states[0])
    for row, lane in enumerate(lanes):
        _lane(svg, lane, TOP + row * LANE)
    return Xml.tostring(svg, encoding="unicode")


def _lanes(states: Sequence[State]) -> list[list[State]]:
    """The states in rows: those without a form first, then one row for each form."""
    forms = dict.fromkeys(state.form for state in states)
    return [[state for state in states if state.form == form] for form in forms]


def _tip(svg: Xml.Element) -> None:
    marker = Xml.SubElement(Xml.SubElement(svg, "defs"), "marker", {
        "id": "tip", "viewBox": "0 0 8 8", "refX": "8", "refY": "4", "markerWidth": "7", "markerHeight": "7",
        "orient": "auto"})
    Xml.SubElement(marker, "path", {"d": "M0 0L8 4L0 8z", "style": "fill:#51606f;marker-end:none"})


def _heading(svg: Xml.Element, template: str, first: State) -> None:
    _text(svg, LEFT, 40, f"What a {template} bot does", "title")
    ways = dict.fromkeys(f"{way.says} → {named(way.to)}" for way in first.ways if not way.says.startswith("begins"))
    rows = wrap(f"From every state in which the bot answers: {'; '.join(ways)}.", 150)
    for place, row in enumerate(rows):
        _text(svg, LEFT, 66 + place * LINE, row, "quiet")
    begun = ", ".join(dict.fromkeys(way.to.partition(":")[0] for way in first.ways if way.says.startswith("begins")))
    _text(svg, LEFT, 66 + len(rows) * LINE, f"What a customer wants may begin, or take the place of: {begun}.", "quiet")


def _lane(svg: Xml.Element, lane: Sequence[State], top: int) -> None:
    places = {state.name: LEFT + place * (BOX + GAP) for place, state in enumerate(lane)}
    for state in lane:
        _box(svg, state, places[state.name], top)
        for way in own_ways(state):
            if way.to in places:
                _arrow(svg, places[state.name], places[way.to], top)


def own_ways(state: State) -> list[Way]:
    """The ways that lead out of this state and not out of every other."""
    general = {"menu", "person", "stop", "a question", "what cannot be known or understood"}
    return [way for way in state.ways if way.says not in general and not way.says.startswith("begins")]


def named(state: str) -> str:
    """A state in words."""
    return NAMES.get(state, state.replace(":", ": "))


def _box(svg: Xml.Element, state: State, left: int, top: int) -> None:
    kind = {IDLE: "begin", PERSON: "end", STOPPED: "end"}.get(state.name, "state")
    group = Xml.SubElement(svg, "g", {"class": kind})
    Xml.SubElement(group, "rect", {"x": str(left), "y": str(top), "width": str(BOX), "height": str(HEIGHT)})
    _text(group, left + 10, top + 20, named(state.name), "name")
    asked = wrap(question(state), LETTERS)[:2]
    for place, row in enumerate(asked):
        _text(group, left + 10, top + 38 + place * LINE, row, "quiet")
    for place, way in enumerate(own_ways(state)[:3]):
        _text(group, left + 10, top + 76 + place * LINE, f"{way.says} → {named(way.to)}"[:LETTERS + 2], "way")


def question(state: State) -> str:
    """What the bot has asked in a state, in English, as far as it is always the same."""
    phrases = voice("EN").phrases
    if state.asked in (CONFIRM, CHANGE):
        return phrases["form.right" if state.asked == CONFIRM else "form.change"]
    return phrases.get(f"{state.form}.ask_{state.asked}", "")


def _arrow(svg: Xml.Element, start: int, end: int, top: int) -> None:
    middle = top + HEIGHT / 2
    if end == start + BOX + GAP:
        Xml.SubElement(svg, "line", {"x1": str(start + BOX), "y1": str(middle), "x2": str(end), "y2": str(middle)})
    elif end != start:
        below = top + HEIGHT
        bend = f"M{start + BOX / 2} {below}v14H{end + BOX / 2 + 12}v-14"
        Xml.SubElement(svg, "path", {"d": bend})


def _text(parent: Xml.Element, left: float, top: float, text: str, kind: str) -> None:
    Xml.SubElement(parent, "text", {"x": str(left), "y": str(top), "class": kind}).text = text
