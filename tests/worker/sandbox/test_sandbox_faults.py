"""The faults of the sandbox: the API that switches them, and how each shows to the real wa-js on its page."""
import itertools

import pytest
from selenium.common.exceptions import WebDriverException

SHOP, ASHA = "+255700000001", "+255700000002"
CHAT = "255700000002@c.us"
SEND = ("WPP.chat.sendTextMessage(args[0], args[1], {waitForAck: true, linkPreview: false, markIsRead: false,"
        " detectMentioned: false}).then((sent) => sent.sendMsgResult.messageSendResult)")
STREAM = "return [WPP.conn.getStreamData().mode, WPP.conn.getStreamData().info, WPP.whatsapp.Socket.state]"
texts = (f"text {number}" for number in itertools.count())


@pytest.fixture
def page(sandbox, open_page):
    """The shop's page, linked."""
    sandbox.phone(SHOP, "Shop")
    sandbox.phone(ASHA, "Asha")
    opened = open_page(sandbox)
    opened.link(sandbox, SHOP)
    return opened


@pytest.fixture
def begin(sandbox):
    """Switches a fault of the shop on."""
    return lambda name, **options: sandbox.post(f"/api/faults/{name}", {"phone": SHOP, **options})


@pytest.fixture
def end(sandbox):
    def switch_off(name):
        status, answer = sandbox.call("DELETE", f"/api/faults/{name}?phone=%2B255700000001")
        assert (status, answer) == (200, {"ended": True})
    return switch_off


def on_the_phone(sandbox):
    return [message["text"] for message in sandbox.messages(ASHA, SHOP) if message["from"] == SHOP]


# ---- the API


def test_every_fault_is_listed_with_where_it_is_on(sandbox, begin):
    sandbox.phone(SHOP)
    begin("slow", delay_s=2)
    sandbox.post("/api/faults/acks_missing", {"for_s": 60})
    listed = {fault["name"]: fault for fault in sandbox.get("/api/faults")}
    assert len(listed) >= 20
    assert all(fault["title"] and fault["shows"] for fault in listed.values())
    assert [(on["phone"], on["options"]) for on in listed["slow"]["on"]] == [(SHOP, {"delay_s": 2.0})]
    assert listed["acks_missing"]["on"][0]["phone"] is None
    assert 0 < listed["acks_missing"]["on"][0]["left_s"] <= 60
    assert sandbox.call("DELETE", "/api/faults") == (200, {"ended": 2})
    assert not any(fault["on"] for fault in sandbox.get("/api/faults"))


def test_a_fault_ends_by_itself_after_its_time(sandbox, eventually):
    sandbox.post("/api/faults/slow", {"for_s": 0.2})
    eventually(lambda: not any(fault["on"] for fault in sandbox.get("/api/faults")))


@pytest.mark.parametrize(("path", "body", "status", "words"), [
    ("nonsense", {}, 404, "There is no fault nonsense"),
    ("slow", {"delay_s": "long"}, 400, '"delay_s" takes a number'),
    ("slow", {"delay_s": -1}, 400, '"delay_s" takes a number'),
    ("slow", {"seconds": 1}, 400, 'no field "seconds": it takes delay_s, for_s, phone, times'),
    ("renamed", {"what": 3}, 400, '"what" takes a text'),
    ("slow", {"phone": "+255799999999"}, 404, "There is no phone"),
])
def test_it_refuses_what_it_does_not_understand(sandbox, path, body, status, words):
    answered, answer = sandbox.call("POST", f"/api/faults/{path}", body)
    assert (answered, words in answer["error"]) == (status, True), answer


# ---- the connection


@pytest.mark.browser
def test_a_lost_connection_comes_back_with_what_was_missed(sandbox, page, begin, end, eventually):
    begin("offline")
    eventually(lambda: page.run(STREAM) == ["MAIN", "OPENING", "OPENING"])
    text = next(texts)
    sandbox.write(ASHA, SHOP, text)
    page.run("window.sent = WPP.chat.sendTextMessage(arguments[0], 'later', {linkPreview: false})", CHAT)
    end("offline")
    eventually(lambda: page.run(STREAM) == ["MAIN", "NORMAL", "CONNECTED"])
    eventually(lambda: [seen["body"] for seen in page.seen() if not seen["fromMe"]] == [text])
    eventually(lambda: on_the_phone(sandbox) == ["later"])


@pytest.mark.browser
def test_a_slow_server_answers_late_and_in_order(sandbox, page, begin, eventually):
    begin("slow", delay_s=1)
    began = page.run("return performance.now()")
    assert page.ask(SEND, CHAT, "slow") == "OK"
    assert page.run("return performance.now()") - began > 900
    for text in ("a", "b", "c"):
        sandbox.write(ASHA, SHOP, text)
    eventually(lambda: [seen["body"] for seen in page.seen() if not seen["fromMe"]] == ["a", "b", "c"])


@pytest.mark.browser
def test_a_hanging_page_does_nothing_for_its_time(page, begin, eventually):
    page.run("window.gaps = [0]; setInterval(() => window.gaps.push(Date.now()), 10)")
    eventually(lambda: page.run("return gaps.length > 3"))
    begin("hang", seconds=2)
    longest = "return Math.max(...gaps.slice(2).map((at, place) => at - gaps[place + 1]))"
    eventually(lambda: page.run(longest) >= 2000)


@pytest.mark.browser
def test_a_crashed_page_is_gone(page, begin, eventually):
    begin("crash")

    def is_gone():
        try:
            page.run("return 1")
        except WebDriverException as error:
            return "crash" in str(error)
        return False
    eventually(is_gone)


# ---- the link


@pytest.mark.browser
def test_a_page_that_never_gets_ready_is_authenticated_and_stays_syncing(sandbox, open_page, eventually):
    sandbox.phone(SHOP)
    sandbox.post("/api/faults/never_ready", {"phone": SHOP})
    page = open_page(sandbox)
    sandbox.post(f"/api/phones/{SHOP}/scan", {"qr": page.code()})
    eventually(lambda: page.run("return WPP.conn.isAuthenticated() && WPP.conn.getStreamData().mode === 'SYNCING'"))
    assert not page.is_ready()
    sandbox.call("DELETE", "/api/faults")
    page.driver.refresh()
    eventually(page.is_ready)


@pytest.mark.browser
def test_codes_that_nobody_scans_run_out(sandbox, open_page, eventually):
    page = open_page(sandbox)
    page.code()
    sandbox.post("/api/faults/codes_end")
    eventually(lambda: page.run("return WPP.whatsapp.Socket.state") == "UNPAIRED_IDLE")
    assert ["conn.qrcode_idle", "undefined"] in page.run("return events")
    assert sandbox.get("/api/codes") == []


@pytest.mark.browser
def test_a_pairing_code_may_be_refused(sandbox, open_page):
    sandbox.phone(SHOP)
    sandbox.post("/api/faults/pairing_refused", {"phone": SHOP})
    page = open_page(sandbox)
    page.code()
    assert "rate-overlimit" in page.ask("WPP.conn.genLinkDeviceCodeForPhoneNumber('255700000001')")["error"]


@pytest.mark.browser
def test_another_device_takes_over_and_hands_back(sandbox, page, begin, end, eventually):
    begin("taken_over")
    eventually(lambda: page.run(STREAM)[::2] == ["CONFLICT", "CONFLICT"])
    sandbox.write(ASHA, SHOP, "while away")
    end("taken_over")
    eventually(page.is_ready)
    eventually(lambda: "while away" in [seen["body"] for seen in page.seen()])


@pytest.mark.browser
def test_an_outdated_page_stays_outdated_until_a_load_after_the_end(page, begin, end, eventually):
    begin("update")
    outdated = "return WPP.conn.needsUpdate() && WPP.conn.getStreamData().mode === 'DEPRECATED_VERSION'"
    eventually(lambda: page.run(outdated))
    page.driver.refresh()
    eventually(lambda: page.run("return WPP.isFullReady") and page.run(outdated))
    end("update")
    page.driver.refresh()
    eventually(page.is_ready)


@pytest.mark.browser
def test_a_ban_for_a_while_blocks_and_passes(page, begin, end, eventually):
    begin("ban_for_a_while")
    eventually(lambda: page.run(STREAM)[::2] == ["TOS_BLOCK", "TOS_BLOCK"])
    end("ban_for_a_while")
    eventually(page.is_ready)


@pytest.mark.browser
@pytest.mark.parametrize(("name", "reason"), [("ban_for_good", "account_locked"), ("logout", "unknown_companion")])
def test_a_link_ends_with_its_reason(sandbox, page, begin, eventually, name, reason):
    page.run("WPP.on('conn.logout_reason', (why) => sessionStorage.setItem('why', String(why)))")
    begin(name, **({"reason": reason} if name == "logout" else {}))
    eventually(lambda: page.run("return sessionStorage.getItem('why')") == reason)
    status, answer = sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": page.code()})
    assert (status, "banned" in str(answer)) == ((403, True) if name == "ban_for_good" else (200, False))


@pytest.mark.browser
@pytest.mark.parametrize("what", ["sending", "everything"])
def test_a_release_that_renames_modules_breaks_wa_js(sandbox, page, begin, end, eventually, what):
    page.run("window.isOld = true")
    begin("renamed", what=what)
    eventually(lambda: page.run("return !window.isOld && document.readyState === 'complete'"))
    if what == "sending":
        eventually(page.is_ready)
        assert "error" in page.ask(SEND, CHAT, "hello")
    else:
        eventually(lambda: page.run("return document.querySelector('#pane-side') !== null"))
        assert not page.run("return Boolean(WPP.isReady)")
    page.run("window.isOld = true")
    end("renamed")
    eventually(lambda: page.run("return !window.isOld && document.readyState === 'complete'"))
    eventually(page.is_ready)
    assert page.ask(SEND, CHAT, "again") == "OK"


@pytest.mark.browser
def test_a_long_history_comes_at_link_time_and_is_not_new(sandbox, open_page, eventually):
    sandbox.phone(SHOP)
    sandbox.post("/api/faults/history", {"phone": SHOP, "times": 1})
    page = open_page(sandbox)
    page.link(sandbox, SHOP)
    count = "return WPP.whatsapp.MsgStore.getModelsArray().filter((each) => each.isMdHistoryMsg).length"
    eventually(lambda: page.run(count) > 1500)
    assert page.seen() == []
    assert len(sandbox.messages(SHOP)) == 5000
    chats = page.ask("WPP.chat.list({ignoreGroupMetadata: true}).then((found) => found.length)")
    assert chats == 100
    assert not any(fault["on"] for fault in sandbox.get("/api/faults"))


@pytest.mark.browser
@pytest.mark.parametrize(("which", "off_s"), [("behind", -7200), ("ahead", 7200)])
def test_the_page_is_told_the_time_of_a_clock_that_is_off(sandbox, page, begin, end, eventually, which, off_s):
    begin("clock", off_s=7200, which=which)
    sandbox.write(ASHA, SHOP, "when")
    sent = sandbox.messages(SHOP)[0]["time"]
    told = "return WPP.whatsapp.MsgStore.getModelsArray().find((each) => each.body === 'when')?.t"
    assert eventually(lambda: page.run(told)) == int(sent + off_s)
    end("clock")
    page.driver.refresh()
    eventually(page.is_ready)
    held = "WPP.chat.getMessages(args[0], {count: 5}).then((found) => found[0].t)"
    assert page.ask(held, CHAT) == int(sent)


# ---- what lies over the page


@pytest.mark.browser
def test_a_window_lies_over_the_page_until_its_button_is_pressed(sandbox, page, begin, eventually):
    begin("modal", title="What's new", text="A fresh look", button="Continue")
    dialog = "return document.querySelector('[role=dialog]')?.innerText"
    eventually(lambda: page.run(dialog))
    assert page.run(dialog).split("\n\n") == ["What's new", "A fresh look", "Continue"]
    page.run("document.querySelector('[role=dialog] button').click()")
    eventually(lambda: not any(fault["on"] for fault in sandbox.get("/api/faults")))
    assert page.run(dialog) is None


@pytest.mark.browser
def test_a_window_that_is_left_open_costs_the_link(page, begin, eventually):
    begin("modal", unlink_after_s=0.5)
    eventually(lambda: page.run("return location.search").startswith("?post_logout=1"))


# ---- sends and events


@pytest.mark.browser
def test_sends_are_refused_doubtful_or_lost_as_often_as_was_asked(sandbox, page, begin):
    begin("send_refused", times=1)
    assert page.ask(SEND, CHAT, "refused") == "ERROR_UNKNOWN"
    begin("send_doubtful", times=1)
    assert page.ask(SEND, CHAT, "doubtful") == "ERROR_UNKNOWN"
    begin("send_lost", times=1)
    assert page.ask(SEND, CHAT, "lost") == "OK"
    assert page.ask(SEND, CHAT, "good") == "OK"
    assert on_the_phone(sandbox) == ["doubtful", "good"]


@pytest.mark.browser
def test_ticks_are_late_or_missing(sandbox, page, begin, end, eventually):
    begin("acks_late", delay_s=1)
    began = page.run("return performance.now()")
    assert page.ask(SEND, CHAT, "late") == "OK"
    assert page.run("return performance.now()") - began > 900
    end("acks_late")
    begin("acks_missing")
    page.run(f"window.answer = null; const args = arguments; {SEND}.then((sent) => {{ window.answer = sent; }})",
             CHAT, "missing")
    eventually(lambda: on_the_phone(sandbox) == ["late", "missing"])
    assert page.run("return window.answer") is None
    assert page.run("return WPP.whatsapp.MsgStore.getModelsArray().find((each) => each.body === 'missing').ack") == 0


@pytest.mark.browser
def test_events_come_twice_or_change_places(sandbox, page, begin, end, eventually):
    begin("events_twice")
    sandbox.write(ASHA, SHOP, "twice")
    eventually(lambda: [seen["body"] for seen in page.seen()] == ["twice", "twice"])
    end("events_twice")
    begin("events_swapped")
    for text in ("first", "second", "alone"):
        sandbox.write(ASHA, SHOP, text)
    eventually(lambda: [seen["body"] for seen in page.seen()][2:] == ["second", "first", "alone"])
