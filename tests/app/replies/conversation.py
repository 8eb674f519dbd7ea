"""A customer's talk with the bot of an example tenant, message by message."""
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.replies import BotConfig, Decision, Deed, HandOver, Incoming, Send, decide, read_config
from app.replies.examples import example_content
from app.replies.records import records_at_first

WEDNESDAY_NOON = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def tenant(template: str, **changed: Any) -> BotConfig:
    """The example tenant of a template; `content` is merged into the example's, the rest replaces it."""
    stored = example_content(template)
    stored["content"] = stored["content"] | changed.pop("content", {})
    return read_config(**stored | changed)


def bare(template: str, **changed: Any) -> BotConfig:
    """A tenant of which nothing but the name is known."""
    known: dict[str, Any] = {"language": "EN", "business_name": "Bare", "timezone": "Africa/Nairobi"}
    return read_config(template=template, **known | {"hours": {}, "content": {}} | changed)


class Talk:
    """One chat: keeps the state between messages, through JSON as the database does, and does its deeds."""

    def __init__(self, config: BotConfig, now: datetime = WEDNESDAY_NOON, name: str = "") -> None:
        self.config, self.now, self.name = config, now, name
        self.state: dict[str, Any] = {}
        self.records = records_at_first(config)
        self.decision = Decision(())

    def say(self, text: str, kind: str = "chat", after: timedelta = timedelta(minutes=1)) -> str:
        """The customer's message, some time after the last; gives the reply's text, nothing if the bot kept silent."""
        self.now += after
        self.decision = decide(Incoming(text, kind, self.name), self.state, self.config, self.now, self.records)
        self.state = json.loads(json.dumps(self.decision.state))
        for deed in self.deeds:
            self.records = self.records.after(deed, self.now)
        sends = [action for action in self.decision.actions if isinstance(action, Send)]
        return sends[0].text if sends else ""

    def hears(self, text: str) -> str:
        """The reason of the reply to a message."""
        self.say(text)
        return self.because

    @property
    def because(self) -> str:
        """The reason of the last reply, nothing if the bot kept silent."""
        return next((action.because for action in self.decision.actions if isinstance(action, Send | HandOver)), "")

    @property
    def deeds(self) -> list[Deed]:
        """What the last message did to the records."""
        return [action for action in self.decision.actions if isinstance(action, Deed)]

    @property
    def is_handed_over(self) -> bool:
        """Whether the last message gave the chat to a person."""
        return any(isinstance(action, HandOver) for action in self.decision.actions)


def reason(config: BotConfig, text: str) -> str:
    """Why the bot answers as it does to a message in the middle of a talk."""
    talk = Talk(config)
    talk.say("hello")
    talk.state.pop("menu", None)
    return talk.hears(text)
