"""Decide what to do about one message."""
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.replies.actions import Decision, Incoming, Send
from app.replies.config import BotConfig


def decide(message: Incoming, state: Mapping[str, Any], config: BotConfig, now: datetime) -> Decision:
    """The actions for one customer message and the chat's next state; `now` is aware UTC. Never raises for any text."""
    return Decision((Send(f"Karibu {config.business_name}.", "menu"),), dict(state))


def rate_warning(state: Mapping[str, Any], config: BotConfig) -> Send:
    """The one line that asks a customer to slow down, in the chat's language."""
    return Send("Tafadhali subiri kidogo.", "rate_limit")
