from datetime import timedelta

import pytest

from app.models import Chat, Delivery, Message
from app.services.chats import put_message
from worker.drafts import AGAIN_S, TRIES, Drafts
from worker.outbox import GIVE_UP_AFTER
from worker.whatsapp.devtools import PageError


class Page:
    """Makes ids, but for the chats that it refuses one; knows some by another id."""

    refused = frozenset({"255711000001@c.us"})
    moved = {"255711000003@c.us": "777@lid"}

    def __init__(self):
        self.asked = []

    def new_key(self, chat):
        self.asked.append(chat)
        if chat in self.refused:
            raise PageError("Error: wid_is_not_valid\n at somewhere")
        return f"true_{self.moved.get(chat, chat)}_3EB0{len(self.asked)}"


@pytest.fixture
def drafts(tenant):
    return Drafts(tenant, Page())


@pytest.fixture
def write(tenant, now):
    def write(number):
        chat = Chat.create(tenant=tenant, wa_chat_id=f"25571100000{number}@c.us", phone=f"25571100000{number}")
        return put_message(tenant, chat, "Your order is ready.", because="portal", by="a@b.example", now=now)

    return write


def test_a_draft_that_the_page_refuses_holds_up_no_other_and_fails_after_some_tries(drafts, write, now):
    bad, good = write(1), write(2)
    assert [reply.message_id for reply in drafts.assign_keys(now, 0)] == [good.id]
    Message.update(delivery=Delivery.SENT).where(Message.id == good.id).execute()
    assert list(drafts.assign_keys(now, AGAIN_S / 2)) == [] and len(drafts.page.asked) == 2
    for times in range(1, TRIES):
        assert Message.get_by_id(bad.id).delivery == Delivery.PENDING
        assert list(drafts.assign_keys(now, times * AGAIN_S)) == []
    assert Message.get_by_id(bad.id).delivery == Delivery.FAILED
    assert len(drafts.page.asked) == 1 + TRIES


def test_a_draft_goes_to_the_chat_as_whatsapp_knows_it_now(drafts, write, now):
    write(3)
    (reply,) = drafts.assign_keys(now, 0)
    assert (reply.chat, reply.key) == ("777@lid", "true_777@lid_3EB01")


def test_a_draft_that_waited_for_the_link_for_a_day_is_not_sent_any_more(drafts, write, now):
    late = write(2)
    assert list(drafts.assign_keys(now + GIVE_UP_AFTER + timedelta(seconds=1), 0)) == []
    assert (Message.get_by_id(late.id).delivery, drafts.page.asked) == (Delivery.FAILED, [])
