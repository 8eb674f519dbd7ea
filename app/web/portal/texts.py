"""PURE: the texts and limits of a tenant as form fields, and back."""
from collections.abc import Mapping
from typing import Any

from app.replies.booking_rules import (
    DEFAULT_AHEAD_DAYS,
    DEFAULT_LEAD_MIN,
    FARTHEST_DAYS,
    LONGEST_LEAD_MIN,
    LONGEST_REMINDER_H,
    MOST_AT_ONCE,
)
from app.services.content import LIMITS
from app.web.portal.rows import Form, both, clean, lines, number, stored_text

LONG_TEXTS = ("greeting", "address", "delivery", "payment", "refund")
SHORT_TEXTS = ("phone", "email", "website", "currency")
# Numbers of how bookings are taken: what stands where nothing is given, the lowest and the highest.
RULES = {
    "lead_minutes": (DEFAULT_LEAD_MIN, 0, LONGEST_LEAD_MIN), "ahead_days": (DEFAULT_AHEAD_DAYS, 1, FARTHEST_DAYS),
    "reminder_hours": (0, 0, LONGEST_REMINDER_H), "at_once": (0, 0, MOST_AT_ONCE),
}
NAMES = ("business_name", "language", "timezone")


def shown_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the page of texts, by its name."""
    content, main = values["content"], values["language"]
    emergency = content.get("emergency")
    emergency = emergency if isinstance(emergency, Mapping) else {}
    return {
        **{name: both(content.get(name), main) for name in LONG_TEXTS},
        **{name: next(filter(None, both(content.get(name), main).values()), "") for name in SHORT_TEXTS},
        "handover_words": "\n".join(content.get("handover_words") or ()),
        "emergency_words": "\n".join(emergency.get("words") or ()),
        "emergency_answer": both(emergency.get("answer"), main),
        **{name: values[name] for name in NAMES},
    }


def read_texts(form: Form, content: Mapping[str, Any]) -> dict[str, Any]:
    """The changes to a draft that the page of texts brings."""
    read: dict[str, Any] = {name: stored_text(form, name) for name in LONG_TEXTS}
    read |= {name: clean(form.get(name, "")) for name in SHORT_TEXTS}
    read["handover_words"] = lines(form.get("handover_words", ""))
    emergency = {"words": lines(form.get("emergency_words", "")), "answer": stored_text(form, "emergency_answer")}
    read["emergency"] = emergency if any(emergency.values()) else None
    kept = {name: value for name, value in content.items() if name not in read}
    said = {name: value for name, value in read.items() if value not in (None, "", [])}
    return {"content": kept | said, **{name: clean(form.get(name, "")) for name in NAMES}}


def read_limits(form: Form) -> dict[str, Any]:
    """The changes to a draft that the page of limits brings."""
    return {"away_policy": clean(form.get("away_policy", "")),
            **{name: number(form.get(name, "")) for name in LIMITS}}


def shown_rules(content: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the page of bookings, by its name."""
    stored = content.get("booking")
    return dict(stored) if isinstance(stored, Mapping) else {}


def read_rules(form: Form, content: Mapping[str, Any]) -> dict[str, Any]:
    """The changes to a draft that the page of bookings brings."""
    read = {"confirm": clean(form.get("confirm", ""))} | {name: number(form.get(name, "")) for name in RULES}
    said = {name: value for name, value in read.items() if value not in (None, "")}
    return {"content": {**content, "booking": said | ({"mail": False} if form.get("mail") == "no" else {})}}
