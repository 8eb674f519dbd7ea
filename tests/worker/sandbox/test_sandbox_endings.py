"""The real wa-js on the sandbox's page when something ends: a browser, the server, the link."""
import signal
import threading

import pytest

SHOP, ASHA = "+255700000001", "+255700000002"
CHAT = "255700000002@c.us"
SEND = ("WPP.chat.sendTextMessage(args[0], args[1], {waitForAck: true, linkPreview: false, markIsRead: false,"
        " detectMentioned: false, messageId: args[2]})")

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(sandbox, open_page):
    """A page that is linked to the shop's phone."""
    sandbox.phone(SHOP, "Shop")
    sandbox.phone(ASHA)
    page = open_page(sandbox)
    page.link(sandbox, SHOP)
    return page


def test_a_thousand_messages_keep_their_order(sandbox, shop, eventually):
    for number in range(1000):
        sandbox.write(ASHA, SHOP, str(number))
    eventually(lambda: shop.run("return seen.length >= 1000"))
    assert [message["body"] for message in shop.seen()] == [str(number) for number in range(1000)]
    assert shop.run("return WPP.whatsapp.MsgStore.length") <= 60


def test_nothing_is_lost_or_doubled_when_the_server_dies_in_a_burst(sandbox, shop, eventually):
    texts = [str(number) for number in range(1000)]
    for text in texts[:400]:
        sandbox.write(ASHA, SHOP, text)
    sandbox.end(signal.SIGKILL)
    sandbox.start()
    for text in texts[400:700]:
        sandbox.write(ASHA, SHOP, text)
    sandbox.end(signal.SIGTERM)
    sandbox.start()
    for text in texts[700:]:
        sandbox.write(ASHA, SHOP, text)
    eventually(lambda: shop.run("return seen.length >= 1000"))
    assert [message["body"] for message in shop.seen()] == texts


def test_the_link_survives_a_killed_browser_and_a_restarted_server(sandbox, shop, open_page, eventually):
    shop.kill()
    sandbox.end()
    sandbox.start()
    again = open_page(sandbox)
    eventually(again.is_ready)
    assert again.run("return String(WPP.conn.getMyUserId())") == "255700000001@c.us"
    assert again.run("return events").count(["conn.require_auth", "undefined"]) == 0


def test_messages_to_a_closed_page_arrive_as_new_in_order_when_it_is_back(sandbox, shop, open_page, eventually):
    sandbox.write(ASHA, SHOP, "seen before")
    eventually(shop.seen)
    eventually(lambda: sandbox.get(f"/api/phones/{SHOP}")["devices"][0]["waiting"] == 0)
    shop.kill()
    for number in range(30):
        sandbox.write(ASHA, SHOP, f"while closed {number}")
    again = open_page(sandbox)
    eventually(lambda: again.run("return window.seen && seen.length >= 30"))
    assert [message["body"] for message in again.seen()] == [f"while closed {number}" for number in range(30)]
    history = again.ask(f"WPP.chat.getMessages('{CHAT}', {{count: 31}}).then((l) => l.map((m) => m.body))")
    assert history == ["seen before", *(f"while closed {number}" for number in range(30))]


def test_old_messages_are_found_after_a_restart(sandbox, shop, open_page, eventually):
    incoming = [f"false_{CHAT}_{sandbox.write(ASHA, SHOP, f'q{number}')}" for number in range(70)]
    eventually(lambda: len(shop.seen()) == 70)
    sent = [shop.ask(SEND, CHAT, f"a{number}", None)["id"] for number in range(3)]
    shop.kill()
    page = open_page(sandbox)
    eventually(page.is_ready)
    for key, text in ((incoming[0], "q0"), (incoming[69], "q69"), (sent[0], "a0"), (sent[2], "a2")):
        found = page.ask("WPP.chat.getMessageById(args[0]).then((m) => [m.body, m.ack >= 1])", key)
        assert found == [text, True]
    absent = page.ask("WPP.chat.getMessageById(args[0])", f"true_{CHAT}_3EB0000000000000000000")
    assert absent["code"] == "msg_not_found"
    query = f"WPP.chat.getMessages('{CHAT}', args[0]).then((l) => l.map((m) => m.body))"
    assert page.ask(query, {"count": 5}) == ["q68", "q69", "a0", "a1", "a2"]
    assert page.ask(query, {"count": 2, "direction": "before", "id": incoming[10]}) == ["q8", "q9"]
    assert page.ask(query, {"count": 2, "direction": "after", "id": incoming[10]}) == ["q11", "q12"]
    assert len(page.ask(query, {"count": -1})) == 73
    assert page.ask("WPP.chat.list({ignoreGroupMetadata: true}).then((l) => l.map((c) => [String(c.id), c.t > 0]))"
                    ) == [[CHAT, True]]


def test_a_send_hangs_without_a_server_and_goes_through_once_when_it_is_back(sandbox, shop, eventually):
    sandbox.end(signal.SIGKILL)
    eventually(lambda: not shop.run("return WPP.conn.isOnline()"))
    shop.run(f"window.result = null; {SEND.replace('args', 'arguments')}.then((r) => window.result = r)",
             CHAT, "are you there?", None)
    assert shop.run("return [result, WPP.conn.getStreamData().info]") == [None, "OPENING"]
    sandbox.start()
    assert eventually(lambda: shop.run("return result"))["sendMsgResult"]["messageSendResult"] == "OK"
    assert shop.run("return WPP.conn.getStreamData().info") == "NORMAL"
    assert [message["text"] for message in sandbox.messages(ASHA)] == ["are you there?"]


def test_a_message_that_no_server_took_is_sent_by_the_next_page(sandbox, shop, open_page, eventually):
    assert shop.ask(f"WPP.chat.find('{CHAT}').then(() => 1)") == 1
    sandbox.end()
    eventually(lambda: not shop.run("return WPP.conn.isOnline()"))
    shop.run(f"{SEND.replace('args', 'arguments')}", CHAT, "from the old page", None)
    eventually(lambda: shop.ask(
        "new Promise((done) => { indexedDB.open('sandbox').onsuccess = (e) => {"
        " e.target.result.transaction('state').objectStore('state').get('outbox').onsuccess ="
        " (x) => done(Boolean(x.target.result)); }; })"))
    shop.kill()
    sandbox.start()
    page = open_page(sandbox)
    eventually(page.is_ready)
    assert [message["text"] for message in eventually(lambda: sandbox.messages(ASHA))] == ["from the old page"]


def test_unlinking_on_the_phone_logs_the_page_out(sandbox, shop, eventually):
    shop.run("WPP.on('conn.logout_reason', (r) => sessionStorage.setItem('reason', r));"
             "WPP.on('conn.logout', () => sessionStorage.setItem('out', 'yes'))")
    assert sandbox.post(f"/api/phones/{SHOP}/unlink")["unlinked"] == 1
    eventually(lambda: "post_logout=1&logout_reason=0" in shop.driver.current_url)
    shop.code()
    assert shop.run("return [sessionStorage.getItem('out'), sessionStorage.getItem('reason')]") == [
        "yes", "user_initiated"]
    shop.link(sandbox, SHOP)


def test_a_page_that_was_unlinked_while_closed_shows_a_code(sandbox, shop, open_page):
    shop.kill()
    sandbox.post(f"/api/phones/{SHOP}/unlink")
    page = open_page(sandbox)
    page.code()
    assert page.run("return WPP.conn.isAuthenticated()") is False


def test_logging_out_on_the_page_unlinks_the_phone(sandbox, shop, eventually):
    assert shop.ask("WPP.conn.logout()") is True
    shop.code()
    assert sandbox.get(f"/api/phones/{SHOP}")["linked"] is False


def test_a_second_window_takes_the_session_and_can_give_it_back(sandbox, shop, eventually):
    first = shop.driver.current_window_handle
    shop.driver.switch_to.new_window("tab")
    shop.driver.get(sandbox.url)
    second = shop.driver.current_window_handle
    shop.driver.switch_to.window(first)
    eventually(lambda: shop.run("return WPP.conn.getStreamData().mode === 'CONFLICT'"))
    shop.run("WPP.whatsapp.Socket.takeover()")
    eventually(shop.is_ready)
    shop.driver.switch_to.window(second)
    eventually(lambda: shop.run("return document.body.textContent.includes('another window')"))


def test_sends_and_bursts_cross_without_harm(sandbox, shop, eventually):
    writer = threading.Thread(target=lambda: [sandbox.write(ASHA, SHOP, f"q{n}") for n in range(100)])
    writer.start()
    for number in range(50):
        assert shop.ask(SEND, CHAT, f"a{number}", None)["sendMsgResult"]["messageSendResult"] == "OK"
    writer.join()
    eventually(lambda: len([message for message in shop.seen() if not message["fromMe"]]) == 100)
    texts = [message["text"] for message in sandbox.messages(ASHA)]
    assert [text for text in texts if text[0] == "a"] == [f"a{number}" for number in range(50)]
    assert [text for text in texts if text[0] == "q"] == [f"q{number}" for number in range(100)]
