"""What a person who takes a chat over has to know of it: what the customer wanted, what is known, what was tried."""
from collections.abc import Callable, Mapping
from typing import Any

from app.replies.appointment import told_day, told_time
from app.replies.listing import catalogue_of
from app.replies.steps import FIX, problem_in_hand, step_in_hand, tried_steps
from app.replies.turn import Turn

TOLD: Mapping[str, Callable[[Turn, str], str]] = {"day": told_day, "time": told_time}
"""How slots are told that are kept in another form."""
LONGEST_SAID = 300


def story_so_far(turn: Turn) -> dict[str, Any]:
    """`wanted` (the form in hand or just sent off), `known` (its slots in words), `tried` (steps), `said` (last words).

    What there is nothing of is left out; all of it is JSON-able.
    """
    wanted, slots = _in_hand(turn)
    if wanted == FIX:
        problem = problem_in_hand(turn)
        tried = tried_steps(turn, step_in_hand(turn, problem) + 1) if problem else ()
        named = {"problem": turn.local_text(problem.question)} if problem else {}
        known = {**named, "details": str(slots.get("said", ""))}
    else:
        tried, known = (), {name: as_told(turn, name, value) for name, value in slots.items()}
    story = {"wanted": wanted, "known": known, "tried": list(tried), "said": turn.text[:LONGEST_SAID]}
    return {name: part for name, part in story.items() if part}


def _in_hand(turn: Turn) -> tuple[str, Mapping[str, Any]]:
    if turn.chat.form:
        return turn.chat.form, turn.chat.slots
    last = turn.chat.requests[-1] if turn.chat.requests else {}
    return (last["form"], last["slots"]) if last.get("at") == turn.now.isoformat() else ("", {})


def as_told(turn: Turn, slot: str, value: object) -> str:
    """A slot's value as it is told."""
    if slot in TOLD:
        return TOLD[slot](turn, str(value))
    item = catalogue_of(turn, slot).by_key.get(str(value)) if slot in ("service", "product") else None
    return turn.name_of(item) if item else str(value)
