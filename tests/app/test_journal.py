"""Events into the journal, by its own protocol, and out of it again."""
import json
import logging
import os
import socket

import pytest
from logging_journald import JournaldTransport

from app import journal, logs


@pytest.fixture
def journald(tmp_path, monkeypatch):
    """A socket where the journal's would be."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "socket"))
        ear.settimeout(10)
        monkeypatch.setattr(JournaldTransport, "SOCKET_PATH", tmp_path / "socket")
        yield ear


@pytest.fixture(autouse=True)
def logging_as_it_was():
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = before[0]
    logging.root.setLevel(before[1])


def stream():
    """What systemd would put into JOURNAL_STREAM, were standard error its doing."""
    seen = os.fstat(2)
    return f"{seen.st_dev}:{seen.st_ino}"


def heard(ear):
    entry, lines = {}, ear.recv(65536).decode().splitlines()
    for line in lines:
        name, _, value = line.partition("=")
        entry.setdefault(name, value)
    return entry


def test_an_event_is_an_entry_with_its_fields_in_capitals(journald):
    logs.configure("INFO", journal=stream(), tenant="acme")
    logs.get_logger("worker.loop").info("message_taken", message_id="3EB0", chat=7, outcome=None)
    assert heard(journald) == {"MESSAGE": "message_taken", "PRIORITY": "6", "LOGGER": "worker.loop", "TENANT": "acme",
                               "MESSAGE_ID": "3EB0", "CHAT": "7"}


@pytest.mark.parametrize(("level", "priority"), [("debug", "7"), ("warning", "4"), ("error", "3")])
def test_the_journal_knows_how_grave_it_is(journald, level, priority):
    logs.configure("DEBUG", journal=stream())
    getattr(logs.get_logger("x"), level)("it_happened")
    assert heard(journald)["PRIORITY"] == priority


def test_an_error_brings_its_traceback_as_a_field(journald):
    logs.configure("INFO", journal=stream())
    try:
        int("spoilt")
    except ValueError:
        logs.get_logger("x").exception("it_broke")
    sent = journald.recv(65536).decode(errors="replace")
    assert sent.startswith("MESSAGE=it_broke\n")
    assert "TRACEBACK\n" in sent
    assert "ValueError: invalid literal" in sent


def test_a_field_cannot_pass_for_the_message(journald):
    logs.configure("INFO", journal=stream())
    logs.get_logger("x").info("it_happened", priority=0, detail="a\nMESSAGE=forged")
    sent = journald.recv(65536)
    assert sent.count(b"\nPRIORITY=") == 1
    forged = b"a\nMESSAGE=forged"
    assert b"DETAIL\n" + len(forged).to_bytes(8, "little") + forged + b"\n" in sent


def test_without_the_journal_s_stream_lines_go_to_standard_error(capfd):
    logs.configure("INFO", journal="1:2", tenant="acme")
    logs.get_logger("x").info("it_happened", chat=7)
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["tenant"], line["chat"]) == ("it_happened", "acme", 7)


def entry(**fields):
    return {"__REALTIME_TIMESTAMP": "1700000000000000", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "python",
            "_PID": "7", "TENANT": "acme", "LOGGER": "worker.loop", **fields}


def test_an_entry_reads_as_a_line():
    line = journal.in_words(entry(MESSAGE="send_late", MESSAGE_ID="3EB0", IN_A_ROW="2"))
    assert line == "2023-11-14 22:13:20Z WARNING send_late in_a_row=2 message_id=3EB0"


def test_systemd_s_own_lines_are_read_without_what_only_it_understands():
    line = journal.in_words(entry(MESSAGE="Started.", SYSLOG_IDENTIFIER="systemd", MESSAGE_ID="39f5"))
    assert line == "2023-11-14 22:13:20Z WARNING Started."


@pytest.mark.parametrize(("value", "text"), [([104, 105], "hi"), (None, ""), ([255, 254], "\ufffd\ufffd")])
def test_what_journalctl_cannot_write_as_text_is_read_as_well_as_can_be(value, text):
    assert journal.in_words(entry(MESSAGE=value)).endswith(f"WARNING {text}")


def test_lines_come_by_unit_and_none_where_the_journal_cannot_be_read(tmp_path, monkeypatch):
    program = tmp_path / "journalctl"
    program.write_text(f"#!/bin/sh\necho \"$@\" > {tmp_path}/asked\n"
                       f"echo '{json.dumps(entry(MESSAGE='first'))}'\necho '{json.dumps(entry(MESSAGE='second'))}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    lines = journal.last_lines("flowhq-worker@acme.service", 20)
    assert [line.split()[-1] for line in lines] == ["first", "second"]
    assert "--unit=flowhq-worker@acme.service" in (tmp_path / "asked").read_text()
    monkeypatch.setenv("PATH", "/nowhere")
    assert journal.last_lines("flowhq-worker@acme.service", 20) == []
