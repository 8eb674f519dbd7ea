"""The sandbox's API as its clients use it, on a server in a process of its own."""
import html
import re
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest

from app.settings import PACKAGE_ROOT

SHOP, ASHA, JUMA = "+255700000001", "+255700000002", "+255700000003"


@pytest.fixture
def town(sandbox):
    """A server with three phones."""
    for number, name in ((SHOP, "Shop"), (ASHA, "Asha"), (JUMA, "Juma")):
        sandbox.phone(number, name)
    return sandbox


def test_a_phone_is_made_once_and_renamed_by_the_second_request(sandbox):
    status, made = sandbox.call("POST", "/api/phones", {"number": "255 700-000-001", "name": "Shop"})
    assert (status, made["number"], made["name"], made["linked"]) == (201, SHOP, "Shop", False)
    status, renamed = sandbox.call("POST", "/api/phones", {"number": SHOP, "name": "Duka"})
    assert (status, renamed["name"]) == (200, "Duka")
    assert [phone["name"] for phone in sandbox.get("/api/phones")] == ["Duka"]


@pytest.mark.parametrize("number", ["", "abc", "12", "0700000001", "+2557000000012345678", 255700000001, None, ["x"]])
def test_a_malformed_number_is_refused_with_a_sentence(sandbox, number):
    status, answer = sandbox.call("POST", "/api/phones", {"number": number, "name": "x"})
    assert (status, answer["error"][-1]) == (400, ".")


def test_a_body_that_is_not_json_is_refused_with_a_sentence(town):
    for body in (b"{", b"number=1", b"[1]", b"\xff\xfe"):
        status, answer = town.call("POST", "/api/phones", body)
        assert (status, "JSON" in answer["error"]) == (400, True)


def test_an_unknown_phone_path_and_method_are_refused_with_a_sentence(town):
    for method, path, status in (("GET", "/api/phones/+19995550000", 404), ("GET", "/api/nothing", 404),
                                 ("GET", "/api/phones/xx/stream", 400), ("PUT", "/api/phones", 405)):
        code, answer = town.call(method, path)
        assert (code, answer["error"][-1]) == (status, ".")


def test_messages_are_listed_oldest_first_with_a_place_to_go_on_from(town):
    ids = [town.write(ASHA, SHOP, str(number)) for number in range(5)]
    town.write(JUMA, SHOP, "other chat")
    path = f"/api/phones/{SHOP}/messages?with={quote(ASHA)}"
    listed = town.get(path)
    assert [message["id"] for message in listed] == ids
    assert {key: listed[0][key] for key in ("from", "to", "text", "type")} == {
        "from": ASHA, "to": SHOP, "text": "0", "type": "chat"}
    assert [message["text"] for message in town.get(f"{path}&after={ids[2]}")] == ["3", "4"]
    assert [message["text"] for message in town.get(f"{path}&after={ids[0]}&limit=2")] == ["1", "2"]
    assert [message["text"] for message in town.get(f"{path}&limit=2")] == ["3", "4"]
    assert [message["text"] for message in town.get(f"/api/phones/{SHOP}/messages")][-1] == "other chat"
    assert town.call("GET", f"{path}&after=3EB0FFFF")[0] == 404
    assert town.call("GET", f"{path}&limit=none")[0] == 400


def test_looking_at_a_chat_reads_it_and_listing_all_does_not(town):
    town.write(ASHA, SHOP, "hello")
    assert town.messages(SHOP)[0]["ack"] == 2
    assert town.messages(ASHA)[0]["ack"] == 2
    assert town.get(f"/api/phones/{SHOP}")["unread"] == 1
    assert town.messages(SHOP, ASHA)[0]["ack"] == 3
    assert town.messages(ASHA)[0]["ack"] == 3
    assert town.get(f"/api/phones/{SHOP}")["unread"] == 0


def test_a_group_message_is_read_when_all_have_read_it(town):
    group = town.post("/api/groups", {"name": "Team", "owner": SHOP, "members": [ASHA, JUMA]})["id"]
    town.write(SHOP, group, "hello")
    assert town.messages(SHOP)[0]["ack"] == 2
    town.messages(ASHA, group)
    assert town.messages(SHOP)[0]["ack"] == 2
    town.post(f"/api/phones/{JUMA}/read", {"with": group})
    assert town.messages(SHOP)[0]["ack"] == 3
    assert town.messages(JUMA)[0]["to"] == group


def test_a_message_to_a_number_without_whatsapp_is_refused(town):
    status, answer = town.call("POST", f"/api/phones/{ASHA}/messages", {"to": "+19995550000", "text": "x"})
    assert (status, "not on WhatsApp" in answer["error"]) == (404, True)
    status, answer = town.call("POST", f"/api/phones/{ASHA}/messages", {"to": "123@g.us", "text": "x"})
    assert status == 404


@pytest.mark.parametrize("body", [
    {"to": SHOP}, {"to": SHOP, "text": " "}, {"to": SHOP, "text": 5}, {"to": SHOP, "text": "x" * 70000},
    {"to": SHOP, "text": "x", "type": "nonsense"}, {"to": SHOP, "text": "x", "id": "a_b"}, {"text": "x"}])
def test_a_message_that_cannot_be_is_refused_with_a_sentence(town, body):
    status, answer = town.call("POST", f"/api/phones/{ASHA}/messages", body)
    assert (status, answer["error"][-1]) == (400, ".")
    assert town.messages(ASHA) == []


def test_a_given_id_is_kept_and_two_requests_with_it_are_two_messages(town):
    for text in ("one", "two"):
        answer = town.post(f"/api/phones/{ASHA}/messages", {"to": SHOP, "text": text, "id": "MYID"})
        assert (answer["id"], answer["wa_id"]) == ("MYID", "false_255700000002@c.us_MYID")
    assert [message["text"] for message in town.messages(SHOP)] == ["one", "two"]


def test_strangers_to_a_group_and_readers_of_a_newsletter_cannot_write_there(town):
    group = town.post("/api/groups", {"name": "Two", "owner": SHOP, "members": [ASHA]})["id"]
    news = town.post("/api/groups", {"name": "News", "owner": SHOP, "members": [ASHA], "kind": "newsletter"})["id"]
    assert town.call("POST", f"/api/phones/{JUMA}/messages", {"to": group, "text": "x"})[0] == 403
    assert town.call("POST", f"/api/phones/{ASHA}/messages", {"to": news, "text": "x"})[0] == 403
    assert {each["id"] for each in town.get("/api/groups")} == {group, news}


def test_a_status_reaches_every_other_phone(town):
    town.write(ASHA, "status", "my day")
    for number in (SHOP, JUMA):
        assert [message["with"] for message in town.messages(number, "status")] == ["status"]


def test_an_unknown_code_is_refused_with_a_sentence(town):
    for code in ("2@abc,x,y,z", "nonsense"):
        status, answer = town.call("POST", f"/api/phones/{SHOP}/scan", {"qr": code})
        assert (status, "No page shows this code" in answer["error"]) == (404, True)


def test_the_stream_tells_messages_acks_and_typing_and_repeats_what_was_missed(town):
    with town.listening(ASHA) as events:
        message_id = town.write(ASHA, SHOP, "hello")
        assert events.next("message")["id"] == message_id
        assert events.next("ack") == {"id": message_id, "with": SHOP, "ack": 2}
        town.post(f"/api/phones/{SHOP}/typing", {"to": ASHA})
        assert events.next("typing") == {"from": SHOP, "state": "composing"}
        last_id = events.last_id
    town.messages(SHOP, ASHA)
    town.write(SHOP, ASHA, "answer")
    with town.listening(ASHA, last_id) as events:
        assert events.next("ack")["ack"] == 3
        assert events.next("message")["text"] == "answer"


def test_everything_is_there_after_a_restart(town):
    group = town.post("/api/groups", {"name": "Team", "owner": SHOP, "members": [ASHA]})["id"]
    town.write(ASHA, SHOP, "before")
    town.write(SHOP, group, "to all")
    town.end(signal.SIGKILL)
    town.start()
    town.write(ASHA, SHOP, "after")
    assert [message["text"] for message in town.messages(SHOP)] == ["before", "to all", "after"]
    assert town.get("/api/groups")[0]["members"] == [SHOP, ASHA]


def test_a_deleted_phone_is_gone_and_others_keep_its_messages(town):
    town.write(ASHA, SHOP, "hello")
    assert town.call("DELETE", f"/api/phones/{ASHA}")[0] == 200
    assert town.call("GET", f"/api/phones/{ASHA}")[0] == 404
    assert town.messages(SHOP, ASHA)[0]["text"] == "hello"


def test_pages_of_other_sites_and_foreign_hosts_are_refused(town):
    body = {"number": "+255700000009", "name": "x"}
    assert town.call("POST", "/api/phones", body, {"Origin": "http://evil.example"})[0] == 403
    assert town.call("GET", "/api/phones", None, {"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert town.call("GET", "/api/phones", None, {"Host": "evil.example"})[0] == 421
    assert town.call("GET", "/socket", None, {"Origin": "http://evil.example", "Upgrade": "websocket"})[0] == 403
    assert town.call("GET", "/phones", None, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})[0] == 200
    assert town.call("POST", "/api/phones", body, {"Origin": town.url})[0] == 201


def test_files_outside_the_pages_are_not_served(town):
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/page/../../../server.py"):
        assert town.call("GET", path)[0] in (403, 404)


@pytest.mark.slow
def test_the_described_examples_work(sandbox):
    page = sandbox.get("/api")
    blocks = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    commands = html.unescape("\n".join(blocks)).replace("http://HOST", sandbox.url).splitlines()
    assert len(commands) >= 12
    for command in commands:
        ran = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, timeout=30)
        answer = ran.stdout
        expected = "No page shows this code" if "/scan" in command else ""
        assert expected in answer and ("error" not in answer or expected), (command, answer)
        assert answer.strip(), command


def test_the_server_ends_cleanly_on_each_signal_with_a_listener_open(new_sandbox):
    for number in (signal.SIGTERM, signal.SIGINT):
        sandbox = new_sandbox()
        sandbox.phone(ASHA)
        with sandbox.listening(ASHA):
            assert sandbox.end(number) == 0


def test_a_sandbox_that_cannot_start_says_why_in_one_line(sandbox, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    for options, said in ((["--port", str(sandbox.port), "--state-dir", str(tmp_path / "x")], "Cannot listen"),
                          (["--port", "0", "--state-dir", str(in_the_way)], "cannot be used"),
                          (["--port", "0", "--state-dir", str(sandbox.state)], "Another sandbox runs")):
        ran = subprocess.run([sys.executable, "-m", "worker.sandbox", *options], cwd=PACKAGE_ROOT, capture_output=True,
                             text=True, timeout=30)
        assert (ran.returncode, said in ran.stderr, ran.stderr.count("\n")) == (2, True, 1)


def test_health_is_told(sandbox):
    assert sandbox.get("/healthz") == {"ok": True}
