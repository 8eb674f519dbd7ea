"""Every place between a customer's line and its settled reply at which a worker may die, in a line's order."""
from dataclasses import dataclass


@dataclass(frozen=True)
class CrashPoint:
    """Before or after a call of `place` (module:name), the `nth` one; `says` what is and is not yet done there."""

    name: str
    place: str
    when: str
    says: str
    nth: int = 3

    def __str__(self) -> str:
        return self.name


CRASH_POINTS = (
    CrashPoint("seen", "worker.inbox:Inbox.take", "before", "the page has told of the line, nothing is stored"),
    CrashPoint("claimed", "worker.inbox:log_in", "after", "the claim is written and not committed"),
    CrashPoint("answered", "worker.inbox:log_out", "after", "claim and reply are written and not committed"),
    CrashPoint("before_commit", "worker.inbox:update_chat", "after", "all is written, the commit has not begun"),
    CrashPoint("committed", "worker.inbox:Inbox.take", "after", "claim, state and reply are committed, none is queued"),
    CrashPoint("queued", "worker.outbox:Outbox.add", "after", "the reply is queued in memory"),
    CrashPoint("typing", "worker.whatsapp.page:Page.composing", "after", "the customer sees that somebody types"),
    CrashPoint("before_send", "worker.whatsapp.page:Page.send", "before", "the page has not heard of the reply"),
    CrashPoint("sending", "worker.whatsapp.page:Page.send", "after", "the page sends, nobody hears what becomes of it"),
    CrashPoint("sent", "worker.outbox:Outbox.on_sent", "before", "the reply is on the phone, which is not stored"),
    CrashPoint("before_settlement", "worker.outbox:Outbox._settle", "before", "WhatsApp has it, which is not stored"),
    CrashPoint("settled", "worker.outbox:Outbox._settle", "after", "the reply is settled, the page keeps the event"),
    CrashPoint("before_acknowledgement", "worker.whatsapp.page:Page.acknowledge", "before",
               "all is stored, the page does not know that it may drop the event"),
    CrashPoint("receipt", "worker.outbox:Outbox.on_ack", "before", "the second tick has come and is not stored"),
    CrashPoint("watermark", "worker.catchup:CatchUp.advance", "before", "all is claimed, the watermark is an old one"),
    CrashPoint("new_watermark", "worker.catchup:CatchUp.advance", "after", "the watermark has moved"),
    CrashPoint("heartbeat", "app.services.sessions:report_beat", "before", "the page is proved, which is not stored"),
)
# What comes on top where quick lines of one customer are read together.
GATHERING = (
    CrashPoint("gathered", "worker.gathering:Gathering.take", "after", "lines wait for the next, nothing is stored", 5),
    CrashPoint("joined", "worker.inbox:log_in", "after", "one of several lines is claimed and not committed", 4),
    CrashPoint("answered_together", "worker.inbox:Inbox.take", "after",
               "several lines and their reply are committed, none is queued", 2),
)
# What comes on top when one that has died comes back, with lines that were written meanwhile and replies in doubt.
COMING_BACK = (
    CrashPoint("leftovers", "worker.profile:Profile.end_leftovers", "after", "the old browser is gone", 1),
    CrashPoint("in_doubt", "worker.outbox:Outbox.load_unsettled", "after", "what was under way is queued in doubt", 1),
    CrashPoint("looking_up", "worker.whatsapp.page:Page.look_up", "after", "the page looks for a reply in doubt", 1),
    CrashPoint("looked_up", "worker.outbox:Outbox.on_looked_up", "before", "the answer is not stored", 1),
    CrashPoint("catching_up", "worker.whatsapp.page:Page.catch_up", "after", "the page reads its history", 1),
    CrashPoint("caught_up_in_part", "worker.inbox:Inbox.take", "after", "some of what was missed is claimed"),
    CrashPoint("caught_up", "worker.catchup:CatchUp.end_release", "before", "all of it is claimed, not all sent", 1),
)
