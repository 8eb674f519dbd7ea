"""The real wa-js on the sandbox's page: linking, receiving, sending, and what survives which end."""
import signal
import threading

import pytest

from worker.sandbox.codes import picture

SHOP, ASHA, JUMA = "+255700000001", "+255700000002", "+255700000003"
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


def reopen(open_page, sandbox, page, eventually):
    page.kill()
    again = open_page(sandbox)
    eventually(again.is_ready)
    return again


def test_wa_js_boots_shows_a_code_and_is_linked_by_a_scan(sandbox, open_page, eventually):
    sandbox.phone(SHOP, "Shop")
    page = open_page(sandbox)
    code = page.code()
    assert page.ask("WPP.conn.getAuthCode()")["fullCode"] == code.rsplit(",", 1)[0]
    assert [shown["qr"] for shown in sandbox.get("/api/codes")] == [code]
    assert page.run("return WPP.conn.isAuthenticated()") is False
    assert ["conn.require_auth", "undefined"] in page.run("return events")
    page.link(sandbox, SHOP)
    events = [event[0] for event in page.run("return events")]
    assert events.index("conn.authenticated") < len(events) - 1
    assert page.run("return [String(WPP.conn.getMyUserId()), WPP.conn.getStreamData().info]") == [
        "255700000001@c.us", "NORMAL"]
    assert page.run("return String(WPP.conn.getMyUserLid())").endswith("@lid")
    assert sandbox.get("/api/codes") == []
    assert sandbox.get(f"/api/phones/{SHOP}")["devices"][0]["online"]


def test_the_picture_on_the_page_holds_the_whole_code(sandbox, open_page):
    page = open_page(sandbox)
    code = page.code()
    drawn = page.run("""
        const canvas = document.querySelector('[data-ref] canvas'), size = canvas.width;
        const dots = canvas.getContext('2d').getImageData(0, 0, size, size).data;
        return Array.from({length: size}, (_, y) => Array.from({length: size},
          (_, x) => dots[4 * (y * size + x)] < 128 ? '1' : '0').join(''))""")
    rows = picture(code)
    scale = len(drawn) // (len(rows) + 8)
    assert [row[4 * scale:-4 * scale:scale] for row in drawn[4 * scale:-4 * scale:scale]] == rows


def test_a_page_goes_idle_after_its_last_code_until_it_is_refreshed(new_sandbox, open_page, eventually):
    sandbox = new_sandbox("--qr-seconds", "3,1", "--qr-codes", "2")
    page = open_page(sandbox)
    first = eventually(lambda: sandbox.get("/api/codes"))[0]["qr"]
    eventually(lambda: page.run("return WPP.isFullReady && WPP.conn.isIdle()"))
    assert page.run("return document.querySelector('[data-ref] button').textContent") == "Reload QR code"
    assert ["conn.qrcode_idle", "undefined"] in page.run("return events")
    assert page.ask("WPP.conn.getAuthCode()") is None
    sandbox.phone(SHOP)
    status, answer = sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": first})
    assert (status, "expired" in answer["error"]) == (410, True)
    assert page.ask("WPP.conn.refreshQR()")["fullCode"] != first
    page.link(sandbox, SHOP)


def test_the_reload_button_brings_a_new_code(new_sandbox, open_page, eventually):
    sandbox = new_sandbox("--qr-seconds", "1", "--qr-codes", "1")
    page = open_page(sandbox)
    eventually(lambda: page.run("return document.querySelector('[data-ref] button')"))
    page.run("document.querySelector('[data-ref] button').click()")
    eventually(lambda: sandbox.get("/api/codes"))


def test_a_page_is_linked_by_a_pairing_code(sandbox, open_page, eventually):
    sandbox.phone(SHOP)
    page = open_page(sandbox)
    page.code()
    code = page.ask("WPP.conn.genLinkDeviceCodeForPhoneNumber('255700000001')")
    assert sandbox.call("POST", f"/api/phones/{SHOP}/pair", {"code": "WRONG123"})[0] == 404
    sandbox.post(f"/api/phones/{SHOP}/pair", {"code": f"{code[:4]}-{code[4:]}"})
    eventually(page.is_ready)


def test_a_message_arrives_as_new_and_the_answer_is_acknowledged_step_by_step(sandbox, shop, eventually):
    message_id = sandbox.write(ASHA, SHOP, "Habari <b>yako</b>?")
    seen = eventually(shop.seen)
    assert seen == [{"id": f"false_{CHAT}_{message_id}", "type": "chat", "body": "Habari <b>yako</b>?", "from": CHAT,
                     "to": "255700000001@c.us", "author": None, "fromMe": False, "caption": None, "ack": 1}]
    key = shop.ask("WPP.chat.generateMessageID(args[0]).then(String)", CHAT)
    shop.run("WPP.whatsapp.MsgStore.on('change:ack', (m) => events.push(['model', m.ack, String(m.id)]))")
    sent = shop.ask(SEND, CHAT, "Nzuri", key)
    assert (sent["id"], sent["sendMsgResult"]["messageSendResult"]) == (key, "OK")
    received = sandbox.messages(ASHA)[-1]
    assert (received["text"], received["from"], received["to"]) == ("Nzuri", SHOP, ASHA)
    assert received["id"] == key.split("_")[2]
    eventually(lambda: ["model", 2, key] in shop.run("return events"))
    assert sandbox.messages(SHOP)[-1]["ack"] == 2
    assert sandbox.messages(ASHA, SHOP)[-1]["ack"] == 3
    eventually(lambda: ["ack", 3, [key]] in shop.run("return events"))
    assert [event[1] for event in shop.run("return events") if event[0] == "model"] == [1, 2, 3]
    assert sandbox.messages(SHOP)[-1]["ack"] == 3


def test_reading_and_typing_on_the_page_show_on_the_phone(sandbox, shop, eventually):
    sandbox.write(ASHA, SHOP, "hello")
    eventually(shop.seen)
    assert sandbox.messages(ASHA)[-1]["ack"] == 2
    chats = "WPP.chat.list({onlyWithUnreadMessage: true, ignoreGroupMetadata: true}).then((l) => l.length)"
    assert shop.ask(chats) == 1
    assert shop.ask(f"WPP.chat.markIsRead('{CHAT}')")["unreadCount"] == 1
    eventually(lambda: sandbox.messages(ASHA)[-1]["ack"] == 3)
    assert shop.ask(chats) == 0
    with sandbox.listening(ASHA) as events:
        shop.ask(f"WPP.chat.markIsComposing('{CHAT}', 100).then(() => 1)")
        assert [events.next("typing")["state"], events.next("typing")["state"]] == ["composing", "paused"]


def test_reading_on_the_phone_clears_the_unread_count_of_the_page(sandbox, shop, eventually):
    sandbox.write(ASHA, SHOP, "hello")
    eventually(shop.seen)
    sandbox.messages(SHOP, ASHA)
    eventually(lambda: shop.run(f"return WPP.chat.get('{CHAT}').unreadCount === 0"))


def test_what_the_owner_types_on_the_phone_reaches_the_page_as_its_own(sandbox, shop, eventually):
    message_id = sandbox.write(SHOP, ASHA, "I am on my way")
    (seen,) = eventually(shop.seen)
    assert (seen["id"], seen["fromMe"], seen["to"]) == (f"true_{CHAT}_{message_id}", True, CHAT)


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


def test_two_sends_with_one_id_are_two_messages(sandbox, shop):
    key = shop.ask(f"WPP.chat.find('{CHAT}').then((c) => WPP.chat.generateMessageID(c.id)).then(String)")
    for _ in range(2):
        assert shop.ask(SEND, CHAT, "twice", key)["sendMsgResult"]["messageSendResult"] == "OK"
    assert [message["text"] for message in sandbox.messages(ASHA)] == ["twice", "twice"]


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


def test_a_phone_that_hides_its_number_is_seen_by_its_lid(sandbox, shop, eventually):
    sandbox.phone(JUMA, "Juma", lid=True)
    lid = sandbox.get(f"/api/phones/{JUMA}")["lid"]
    sandbox.write(JUMA, SHOP, "guess who")
    (seen,) = eventually(shop.seen)
    assert (seen["from"], seen["to"]) == (lid, "255700000001@c.us")
    entry = shop.ask(f"WPP.contact.getPnLidEntry('{lid}')")
    assert (entry["phoneNumber"], entry["contact"]["pushname"]) == (None, "Juma")
    sent = shop.ask(SEND, lid, "hello LID", None)
    assert sent["sendMsgResult"]["messageSendResult"] == "OK"
    assert sandbox.messages(JUMA)[-1]["text"] == "hello LID"
    assert shop.ask("WPP.chat.find('255700000003@c.us').then((c) => String(c.id))") == lid


def test_a_shared_number_is_known_for_a_lid(sandbox, shop, eventually):
    sandbox.phone(JUMA, "Juma", lid=True, share_number=True)
    sandbox.write(JUMA, SHOP, "hello")
    (seen,) = eventually(shop.seen)
    entry = shop.ask(f"WPP.contact.getPnLidEntry('{seen['from']}')")
    assert entry["phoneNumber"]["_serialized"] == "255700000003@c.us"


def test_group_messages_carry_their_author_and_can_be_answered(sandbox, shop, eventually):
    sandbox.phone(JUMA, "Juma", lid=True)
    group = sandbox.post("/api/groups", {"name": "Team", "owner": SHOP, "members": [ASHA, JUMA]})["id"]
    message_id = sandbox.write(ASHA, group, "hi all")
    sandbox.write(JUMA, group, "hi from me")
    first, second = eventually(lambda: len(shop.seen()) == 2 and shop.seen())
    assert (first["id"], first["from"], first["author"]) == (f"false_{group}_{message_id}_{CHAT}", group, CHAT)
    assert second["author"] == sandbox.get(f"/api/phones/{JUMA}")["lid"]
    sent = shop.ask(SEND, group, "hello team", None)
    assert sent["id"].endswith("_" + shop.run("return String(WPP.conn.getMyUserLid())"))
    assert [sandbox.messages(number, group)[-1]["text"] for number in (ASHA, JUMA)] == ["hello team"] * 2
    eventually(lambda: ["ack", 3, [sent["id"]]] in shop.run("return events"))


def test_status_newsletter_media_and_system_messages_arrive_as_what_they_are(sandbox, shop, eventually):
    newsletter = sandbox.post("/api/groups", {"name": "News", "owner": ASHA, "members": [SHOP],
                                              "kind": "newsletter"})["id"]
    sandbox.write(ASHA, "status", "my day")
    sandbox.write(ASHA, newsletter, "news")
    sandbox.write(ASHA, SHOP, "look", type="image")
    sandbox.write(ASHA, SHOP, type="ptt")
    sandbox.write(ASHA, SHOP, type="location", lat=-6.8)
    sandbox.write(ASHA, SHOP, type="e2e_notification")
    seen = eventually(lambda: len(shop.seen()) == 6 and shop.seen())
    assert [message["type"] for message in seen] == ["chat", "chat", "image", "ptt", "location", "e2e_notification"]
    assert (seen[0]["id"].split("_")[1], seen[0]["author"]) == ("status@broadcast", CHAT)
    assert seen[1]["from"] == newsletter
    assert (seen[2]["body"], seen[2]["caption"]) == ("", "look")


def test_a_message_that_is_decrypted_late_is_announced_twice(sandbox, shop, eventually):
    sandbox.write(ASHA, SHOP, "secret", type="ciphertext")
    seen = eventually(lambda: len(shop.seen()) == 2 and shop.seen())
    assert [(message["type"], message["body"]) for message in seen] == [("ciphertext", ""), ("chat", "secret")]


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
