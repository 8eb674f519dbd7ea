"""PURE: what was answered by a machine that was lost since its backup, by the word of the chats themselves.

The log that was put back knows nothing of those answers. But the id of every reply ends in a mark of the message that
it answers (page.js makes both), and the history has the id. Before the mark stands a digit: how many messages without
a reply of their own were read together with that message.
"""
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile

from worker.whatsapp.events import MessageSeen

MARK_LENGTH = 8
LONGEST_SPAN_S = 15
"""So many seconds lie at most between the first and the last of messages that are read together, by their own times."""
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
            if not message.from_me and message.mark and (place := (message.chat, message.mark)) in replies}


def joined_among(messages: Iterable[MessageSeen], answers: Mapping[str, Said]) -> Mapping[str, Said]:
    """The messages that were read together with each that has `answers`, in their order, by the latter's id.

    `messages` stand in the order in which they were written.
    """
    chats: dict[str, list[MessageSeen]] = {}
    for message in messages:
        if not message.from_me:
            chats.setdefault(message.chat, []).append(message)
    return {last.id: before for chat in chats.values() for place, last in enumerate(chat)
            if (before := tuple(_joined(chat[:place], last, answers)))}


def _joined(earlier: Sequence[MessageSeen], last: MessageSeen, answers: Mapping[str, Said]) -> Iterator[MessageSeen]:
    if last.id in answers:
        without = (message for message in reversed(earlier) if message.id not in answers)
        near = takewhile(lambda message: last.time - message.time <= LONGEST_SPAN_S, without)
        yield from reversed(list(islice(near, _joined_to(answers[last.id][0].id))))


def _joined_to(key: str) -> int:
    digit = key[-MARK_LENGTH - 1]
    return int(digit, 16) if digit in "0123456789ABCDEF" else 0


def marked(key: str, message: MessageSeen, joined: int = 0) -> str:
    """The id for one more reply to the message, with the mark that those which the page has made for it have.

    `joined` messages before it, 15 at most, were read together with it.
    """
    if not message.mark:
        return key
    end = f"{joined:X}{message.mark}"
    return key[:-len(end)] + end
