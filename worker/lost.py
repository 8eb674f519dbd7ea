"""PURE: what was answered by a machine that was lost since its backup, by the word of the chats themselves.

The log that was put back knows nothing of those answers. But the id of every reply ends in a mark of the message that
it answers (page.js makes both), and the history has the id.
"""
from collections.abc import Iterable, Mapping

from worker.whatsapp.events import MessageSeen

MARK_LENGTH = 8
Said = tuple[MessageSeen, ...]
"""What has been said to a message already, in its order."""


def answers_among(messages: Iterable[MessageSeen]) -> Mapping[str, Said]:
    """The replies to each customer's message that are among the messages, in their order, by the message's id."""
    messages = list(messages)
    replies: dict[tuple[str, str], list[MessageSeen]] = {}
    for message in messages:
        if message.from_me:
            replies.setdefault((message.chat, message.id[-MARK_LENGTH:]), []).append(message)
    return {message.id: tuple(replies[place]) for message in messages
            if not message.from_me and message.keys and (place := _mark(message)) in replies}


def marked(key: str, message: MessageSeen) -> str:
    """The id for one more reply to the message, with the mark that those which the page has made for it have."""
    return key[:-MARK_LENGTH] + message.keys[0][-MARK_LENGTH:] if message.keys else key


def _mark(message: MessageSeen) -> tuple[str, str]:
    """Where replies to it are found: all ids that the page has made for them end alike."""
    return message.chat, message.keys[0][-MARK_LENGTH:]
