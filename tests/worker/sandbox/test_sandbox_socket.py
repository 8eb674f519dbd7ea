"""The page's WebSocket: what is sent again, what is recognised, what is refused."""
import http.client
import json
import signal
import threading

import pytest
import websocket

SHOP, ASHA = "+255700000001", "+255700000002"
KEYS = ["bm9pc2U=", "aWRlbnRpdHk=", "c2VjcmV0", "1"]


class Socket:
    """A page reduced to its socket."""

    def __init__(self, sandbox, **hello):
        self.socket = websocket.create_connection(sandbox.url.replace("http", "ws") + "/socket", timeout=60)
        self.say(op="hello", **hello)

    def say(self, **body):
        self.socket.send(json.dumps(body))

    def hear(self, kind):
        """The next thing of a kind: a word of the server, or "r" for an answer."""
        while True:
            heard = json.loads(self.socket.recv())
            if heard.get("k") == kind or (kind == "r" and "r" in heard):
                return heard

    def ask(self, **body):
        self.say(r=1, **body)
        return self.hear("r")

    def close(self):
        self.socket.close()


@pytest.fixture
def shop(sandbox):
    """The link of a page to the shop's phone."""
    sandbox.phone(SHOP, "Shop")
    sandbox.phone(ASHA)
    page = Socket(sandbox, keys=KEYS)
    code = ",".join([page.hear("ref")["ref"], *KEYS])
    sandbox.post(f"/api/phones/{SHOP}/scan", {"qr": code})
    linked = page.hear("linked")
    page.close()
    return {"device": linked["device"], "secret": linked["secret"], "page": "p"}


@pytest.mark.slow
def test_a_page_shows_six_codes_the_first_for_longer_then_none_until_it_asks(new_sandbox):
    sandbox = new_sandbox("--qr-seconds", "0.3,0.1")
    page = Socket(sandbox, keys=KEYS)
    for _ in range(2):
        heard = [json.loads(page.socket.recv()) for _ in range(7)]
        assert [each.get("ttl") for each in heard] == [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, None]
        assert len({each.get("ref") for each in heard}) == 7
        assert heard[-1] == {"k": "idle"}
        assert sandbox.get("/api/codes") == []
        page.say(op="refresh")
    page.close()


def test_an_idle_page_stays_idle_when_it_comes_back(sandbox):
    page = Socket(sandbox, keys=KEYS, idle=True)
    page.hear("idle")
    assert sandbox.get("/api/codes") == []
    page.say(op="refresh")
    page.hear("ref")
    page.close()


def test_a_used_code_is_refused(sandbox):
    sandbox.phone(SHOP)
    page = Socket(sandbox, keys=KEYS)
    code = ",".join([page.hear("ref")["ref"], *KEYS])
    wrong = code.replace("c2VjcmV0", "c2VjcmV1")
    assert sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": wrong})[0] == 404
    assert sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": code.removesuffix(",1")})[0] == 200
    status, answer = sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": code})
    assert (status, "already" in answer["error"]) == (410, True)
    page.close()


def test_the_code_of_a_page_that_is_gone_is_refused(sandbox, eventually):
    sandbox.phone(SHOP)
    page = Socket(sandbox, keys=KEYS)
    code = ",".join([page.hear("ref")["ref"], *KEYS])
    page.close()
    eventually(lambda: sandbox.get("/api/codes") == [])
    assert sandbox.call("POST", f"/api/phones/{SHOP}/scan", {"qr": code})[0] == 410


def test_frames_come_again_until_they_are_acknowledged(sandbox, shop):
    for text in ("one", "two", "three"):
        sandbox.write(ASHA, SHOP, text)
    for _ in range(2):
        page = Socket(sandbox, **shop)
        frames = [page.hear("msg") for _ in range(3)]
        assert [frame["m"]["body"] for frame in frames] == ["one", "two", "three"]
        page.close()
    page = Socket(sandbox, **shop, last=frames[1]["n"])
    assert page.hear("msg")["m"]["body"] == "three"
    page.say(op="ack", n=frames[2]["n"])
    assert page.ask(op="resolve", wid="1@c.us")["chat"] is None
    page.close()
    assert sandbox.get(f"/api/phones/{SHOP}")["devices"][0]["waiting"] == 0


def test_history_holds_only_what_the_page_has_taken(sandbox, shop):
    taken, waiting = sandbox.write(ASHA, SHOP, "taken"), sandbox.write(ASHA, SHOP, "waiting")
    page = Socket(sandbox, **shop)
    page.say(op="ack", n=page.hear("msg")["n"])
    found = page.ask(op="history", chat="255700000002@c.us", direction="before", count=10)
    assert [message["key"]["id"] for message in found["messages"]] == [taken]
    page.close()
    page = Socket(sandbox, **shop)
    (chat,) = page.hear("welcome")["chats"]
    assert (chat["last"]["key"]["id"], chat["unread"]) == (taken, 1)
    assert page.hear("msg")["m"]["key"]["id"] == waiting
    page.close()


def test_a_stanza_that_a_page_repeats_is_stored_once(sandbox, shop):
    stanza = {"op": "send", "to": "255700000002@c.us", "id": "3EB01", "type": "chat", "body": "hello"}
    for _ in range(2):
        page = Socket(sandbox, **shop)
        assert page.ask(stanza="p/1", **stanza)["ack"] == 1
        page.close()
    assert len(sandbox.messages(ASHA)) == 1
    page = Socket(sandbox, **shop)
    page.ask(stanza="p/2", **stanza)
    page.close()
    assert len(sandbox.messages(ASHA)) == 2


def test_a_send_to_a_number_without_whatsapp_fails(sandbox, shop):
    page = Socket(sandbox, **shop)
    answer = page.ask(op="send", stanza="p/1", to="19995550000@c.us", id="3EB01", type="chat", body="x")
    assert "not on WhatsApp" in answer["error"]
    page.close()


def test_all_linked_devices_get_what_one_of_them_sends(sandbox, shop):
    other = Socket(sandbox, keys=KEYS)
    code = ",".join([other.hear("ref")["ref"], *KEYS])
    sandbox.post(f"/api/phones/{SHOP}/scan", {"qr": code})
    linked = other.hear("linked")
    other.say(op="hello", device=linked["device"], secret=linked["secret"], page="q")
    other.hear("welcome")
    page = Socket(sandbox, **shop)
    page.ask(op="send", stanza="p/1", to="255700000002@c.us", id="3EB01", type="chat", body="hello")
    frame = other.hear("msg")["m"]
    assert (frame["key"]["fromMe"], frame["body"]) == (True, "hello")
    assert [other.hear("ack")["ack"], page.hear("ack")["ack"]] == [2, 2]
    page.close()
    other.close()


def test_a_fifth_device_takes_the_place_of_one_that_is_away(sandbox, shop):
    for number in range(4):
        page = Socket(sandbox, keys=KEYS)
        code = ",".join([page.hear("ref")["ref"], *KEYS])
        sandbox.post(f"/api/phones/{SHOP}/scan", {"qr": code})
        page.hear("linked")
        page.close()
        assert len(sandbox.get(f"/api/phones/{SHOP}")["devices"]) == min(4, number + 2)
    page = Socket(sandbox, **shop)
    assert page.hear("logout")["reason"] == "user_initiated"
    page.close()


def test_a_burst_arrives_once_and_in_order_while_the_server_is_killed_in_its_middle(sandbox, shop):
    texts = [str(number) for number in range(600)]
    seen, last, is_up = [], 0, threading.Event()

    def write():
        for text in texts:
            while True:
                is_up.wait(60)
                try:
                    sandbox.write(ASHA, SHOP, text, id=f"ID{text}")
                    break
                except (OSError, http.client.HTTPException):
                    # Whether a killed server had stored it, its own list tells once it is back.
                    is_up.wait(60)
                    if f"ID{text}" in [message["id"] for message in sandbox.messages(SHOP)]:
                        break

    is_up.set()
    writer = threading.Thread(target=write)
    writer.start()
    while len(seen) < len(texts):
        try:
            page = Socket(sandbox, **shop, last=last)
            while len(seen) < len(texts):
                frame = page.hear("msg")
                if frame["n"] <= last:
                    continue
                last = frame["n"]
                seen.append(frame["m"]["body"])
                if len(seen) in (150, 400):
                    is_up.clear()
                    sandbox.end(signal.SIGKILL)
                    sandbox.start()
                    is_up.set()
        except (OSError, websocket.WebSocketException):
            continue
    writer.join()
    assert seen == texts


@pytest.mark.parametrize("said", ["no json", "[]", "{}", '{"op":"hello"}', '{"op":"hello","keys":[]}',
                                  '{"op":"send","r":1}', '{"op":"hello","device":"x","secret":"y"}'])
def test_a_page_that_talks_nonsense_does_no_harm(sandbox, said):
    page = websocket.create_connection(sandbox.url.replace("http", "ws") + "/socket", timeout=60)
    page.send(said)
    page.close()
    assert sandbox.get("/healthz") == {"ok": True}
