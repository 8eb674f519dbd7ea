"""The line that `systemctl status` shows: what the worker is doing."""
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from app.models import Chat, Tenant
from app.times import ago


@dataclass(frozen=True)
class Traffic:
    """How many chats the tenant has, and when somebody last wrote in one."""

    chats: int = 0
    last_message_at: datetime | None = None


def traffic_of(tenant: Tenant) -> Traffic:
    """As the database has it now."""
    query = Chat.select(fn.COUNT(Chat.id), fn.MAX(Chat.last_message_at)).where(Chat.tenant == tenant)
    counted: Any = query.tuples().get()
    chats, last = counted
    return Traffic(chats, Chat.last_message_at.python_value(last))


def in_words(session: str, traffic: Traffic, now: datetime) -> str:
    """PURE: the session, the chats, the last message; without the latter where there are none."""
    if not traffic.chats:
        return session
    chats = "1 chat" if traffic.chats == 1 else f"{traffic.chats} chats"
    last = f", last message {_since(traffic.last_message_at, now)}" if traffic.last_message_at else ""
    return f"{session}, {chats}{last}"


def _since(moment: datetime, now: datetime) -> str:
    """To the minute, so that the line does not change every second."""
    minutes = int((now - moment).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else ago(moment, now)  # noqa: PLR2004 - of an hour
