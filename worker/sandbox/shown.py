"""How the API shows messages."""
from typing import Any

from worker.sandbox.messages import Copy
from worker.sandbox.phone_numbers import shown_number


def shown_message(copy: Copy) -> dict[str, Any]:
    """A message as one phone's owner sees it."""
    return {
        "id": copy.id, "seq": copy.seq, "from": shown_number(copy.sender), "to": shown_target(copy.target),
        "with": shown_target(copy.chat), "text": copy.text, "time": copy.time, "ack": copy.ack, "type": copy.type,
        **({"media": copy.extra} if copy.extra else {})}


def shown_ack(copy: Copy) -> dict[str, Any]:
    """How far a message has come."""
    return {"id": copy.id, "with": shown_target(copy.chat), "ack": copy.ack}


def shown_target(target: str) -> str:
    """A number with its plus sign; a group's id and "status" as they are."""
    return shown_number(target) if target.isdecimal() else target
