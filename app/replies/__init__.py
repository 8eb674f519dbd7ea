"""Understand a customer's message and decide the answer. Pure: no database, clock, environment, network or random."""
from app.replies.actions import Decision, Deed, HandOver, Incoming, Send
from app.replies.config import BotConfig, ConfigError, read_config
from app.replies.dialogue import decide, late_apology, rate_warning
from app.replies.records import Records

__all__ = [
    "BotConfig", "ConfigError", "Decision", "Deed", "HandOver", "Incoming", "Records", "Send", "decide", "late_apology",
    "rate_warning", "read_config",
]
