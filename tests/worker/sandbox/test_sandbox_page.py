"""Messages of all kinds between phones and the real wa-js on the sandbox's page; the tests share one linked page."""
import itertools

import pytest

SHOP = "+255700000001"
SEND = ("WPP.chat.sendTextMessage(args[0], args[1], {waitForAck: true, linkPreview: false, markIsRead: false,"
        " detectMentioned: false, messageId: args[2]})")

pytestmark = pytest.mark.browser
numbers = itertools.count(255710000001)


@pytest.fixture(scope="module")
def sandbox(shared_sandbox):
    shared_sandbox.phone(SHOP, "Shop")
    return shared_sandbox


@pytest.fixture(scope="module")
def linked_page(sandbox, open_shared_page):
    page = open_shared_page(sandbox)
    page.link(sandbox, SHOP)
    return page


@pytest.fixture
def shop(linked_page):
    """The shop's page, with nothing seen yet."""
    linked_page.run("seen.length = events.length = 0")
    return linked_page


@pytest.fixture
def asha(sandbox):
    """A customer whom the shop does not know yet."""
    return sandbox.phone(f"+{next(numbers)}", "Asha")


@pytest.fixture
def juma(sandbox):
    """A customer who hides the number."""
    return sandbox.phone(f"+{next(numbers)}", "Juma", lid=True)


@pytest.fixture
def chat(asha):
    """The shop's chat with Asha."""
    return f"{asha.removeprefix('+')}@c.us"


def test_a_message_arrives_as_new_and_the_answer_is_acknowledged_step_by_step(sandbox, shop, asha, chat, eventually):
    message_id = sandbox.write(asha, SHOP, "Habari <b>yako</b>?")
    seen = eventually(shop.seen)
    assert seen == [{"id": f"false_{chat}_{message_id}", "type": "chat", "body": "Habari <b>yako</b>?", "from": chat,
                     "to": "255700000001@c.us", "author": None, "fromMe": False, "caption": None, "ack": 1}]
    key = shop.ask("WPP.chat.generateMessageID(args[0]).then(String)", chat)
    shop.run("WPP.whatsapp.MsgStore.on('change:ack', (m) => events.push(['model', m.ack, String(m.id)]))")
    sent = shop.ask(SEND, chat, "Nzuri", key)
    assert (sent["id"], sent["sendMsgResult"]["messageSendResult"]) == (key, "OK")
    received = sandbox.messages(asha)[-1]
    assert (received["text"], received["from"], received["to"]) == ("Nzuri", SHOP, asha)
    assert received["id"] == key.split("_")[2]
    eventually(lambda: ["model", 2, key] in shop.run("return events"))
    assert sandbox.messages(SHOP)[-1]["ack"] == 2
    assert sandbox.messages(asha, SHOP)[-1]["ack"] == 3
    eventually(lambda: ["ack", 3, [key]] in shop.run("return events"))
    assert [event[1] for event in shop.run("return events") if event[0] == "model"] == [1, 2, 3]
    assert sandbox.messages(SHOP)[-1]["ack"] == 3


def test_reading_and_typing_on_the_page_show_on_the_phone(sandbox, shop, asha, chat, eventually):
    sandbox.write(asha, SHOP, "hello")
    eventually(shop.seen)
    assert sandbox.messages(asha)[-1]["ack"] == 2
    unread = ("WPP.chat.list({onlyWithUnreadMessage: true, ignoreGroupMetadata: true})"
              ".then((l) => l.map((c) => String(c.id)))")
    assert chat in shop.ask(unread)
    assert shop.ask(f"WPP.chat.markIsRead('{chat}')")["unreadCount"] == 1
    eventually(lambda: sandbox.messages(asha)[-1]["ack"] == 3)
    assert chat not in shop.ask(unread)
    with sandbox.listening(asha) as events:
        shop.ask(f"WPP.chat.markIsComposing('{chat}', 100).then(() => 1)")
        assert [events.next("typing")["state"], events.next("typing")["state"]] == ["composing", "paused"]


def test_reading_on_the_phone_clears_the_unread_count_of_the_page(sandbox, shop, asha, chat, eventually):
    sandbox.write(asha, SHOP, "hello")
    eventually(shop.seen)
    sandbox.messages(SHOP, asha)
    eventually(lambda: shop.run(f"return WPP.chat.get('{chat}').unreadCount === 0"))


def test_what_the_owner_types_on_the_phone_reaches_the_page_as_its_own(sandbox, shop, asha, chat, eventually):
    message_id = sandbox.write(SHOP, asha, "I am on my way")
    (seen,) = eventually(shop.seen)
    assert (seen["id"], seen["fromMe"], seen["to"]) == (f"true_{chat}_{message_id}", True, chat)


def test_two_sends_with_one_id_are_two_messages(sandbox, shop, asha, chat):
    key = shop.ask(f"WPP.chat.find('{chat}').then((c) => WPP.chat.generateMessageID(c.id)).then(String)")
    for _ in range(2):
        assert shop.ask(SEND, chat, "twice", key)["sendMsgResult"]["messageSendResult"] == "OK"
    assert [message["text"] for message in sandbox.messages(asha)] == ["twice", "twice"]


def test_a_phone_that_hides_its_number_is_seen_by_its_lid(sandbox, shop, juma, chat, eventually):
    lid = sandbox.get(f"/api/phones/{juma}")["lid"]
    sandbox.write(juma, SHOP, "guess who")
    (seen,) = eventually(shop.seen)
    assert (seen["from"], seen["to"]) == (lid, "255700000001@c.us")
    entry = shop.ask(f"WPP.contact.getPnLidEntry('{lid}')")
    assert (entry["phoneNumber"], entry["contact"]["pushname"]) == (None, "Juma")
    sent = shop.ask(SEND, lid, "hello LID", None)
    assert sent["sendMsgResult"]["messageSendResult"] == "OK"
    assert sandbox.messages(juma)[-1]["text"] == "hello LID"
    assert shop.ask(f"WPP.chat.find('{juma[1:]}@c.us').then((c) => String(c.id))") == lid


def test_a_shared_number_is_known_for_a_lid(sandbox, shop, juma, eventually):
    sandbox.phone(juma, "Juma", share_number=True)
    sandbox.write(juma, SHOP, "hello")
    (seen,) = eventually(shop.seen)
    entry = shop.ask(f"WPP.contact.getPnLidEntry('{seen['from']}')")
    assert entry["phoneNumber"]["_serialized"] == f"{juma[1:]}@c.us"


def test_group_messages_carry_their_author_and_can_be_answered(sandbox, shop, asha, juma, chat, eventually):
    group = sandbox.post("/api/groups", {"name": "Team", "owner": SHOP, "members": [asha, juma]})["id"]
    message_id = sandbox.write(asha, group, "hi all")
    sandbox.write(juma, group, "hi from me")
    first, second = eventually(lambda: len(shop.seen()) == 2 and shop.seen())
    assert (first["id"], first["from"], first["author"]) == (f"false_{group}_{message_id}_{chat}", group, chat)
    assert second["author"] == sandbox.get(f"/api/phones/{juma}")["lid"]
    sent = shop.ask(SEND, group, "hello team", None)
    assert sent["id"].endswith("_" + shop.run("return String(WPP.conn.getMyUserLid())"))
    assert [sandbox.messages(number, group)[-1]["text"] for number in (asha, juma)] == ["hello team"] * 2
    eventually(lambda: ["ack", 3, [sent["id"]]] in shop.run("return events"))


def test_status_newsletter_media_and_system_messages_arrive_as_what_they_are(sandbox, shop, asha, chat, eventually):
    newsletter = sandbox.post("/api/groups", {"name": "News", "owner": asha, "members": [SHOP],
                                              "kind": "newsletter"})["id"]
    sandbox.write(asha, "status", "my day")
    sandbox.write(asha, newsletter, "news")
    sandbox.write(asha, SHOP, "look", type="image")
    sandbox.write(asha, SHOP, type="ptt")
    sandbox.write(asha, SHOP, type="location", lat=-6.8)
    sandbox.write(asha, SHOP, type="e2e_notification")
    seen = eventually(lambda: len(shop.seen()) == 6 and shop.seen())
    assert [message["type"] for message in seen] == ["chat", "chat", "image", "ptt", "location", "e2e_notification"]
    assert (seen[0]["id"].split("_")[1], seen[0]["author"]) == ("status@broadcast", chat)
    assert seen[1]["from"] == newsletter
    assert (seen[2]["body"], seen[2]["caption"]) == ("", "look")


def test_a_message_that_is_decrypted_late_is_announced_twice(sandbox, shop, asha, chat, eventually):
    sandbox.write(asha, SHOP, "secret", type="ciphertext")
    seen = eventually(lambda: len(shop.seen()) == 2 and shop.seen())
    assert [(message["type"], message["body"]) for message in seen] == [("ciphertext", ""), ("chat", "secret")]
