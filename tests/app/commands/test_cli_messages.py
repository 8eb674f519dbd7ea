import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.models import Chat, Delivery, Direction, Message, Outcome, Tenant
from app.services.messages import FIELDS
from app.services.tenants import create_tenant

# Midnight in Dar es Salaam.
START = datetime(2026, 2, 28, 21, tzinfo=UTC)


@pytest.fixture
def chat(database: object) -> Chat:
    tenant = create_tenant(slug="acme", name="Acme", template="BOOKING", by="ada")
    return Chat.create(tenant=tenant, wa_chat_id="255700000009@c.us", phone="+255700000009", name="Asha")


def write(chat: Chat, number: int, text: str, **values: object) -> Message:
    at = START + timedelta(hours=number)
    given = {"direction": Direction.IN, "outcome": Outcome.ANSWERED, "wa_message_id": f"id-{number}", **values}
    return Message.create(tenant=chat.tenant, chat=chat, text=text, sent_at=at, created_at=at, **given)


def test_the_tail_shows_who_said_what_by_the_tenants_clock(flowhq, chat: Chat):
    write(chat, 8, "bei gani?")
    write(chat, 9, "TZS 10,000", direction=Direction.OUT, outcome=None, delivery=Delivery.SENT, because="prices",
          confidence=0.926)
    assert flowhq("messages", "tail", "acme").stdout.splitlines() == [
        "01 Mar 08:00:00  acme → Asha: bei gani?  [answered]",
        "01 Mar 09:00:00  acme ← Asha: TZS 10,000  [sent, prices, 93% sure]"]


def test_the_tail_takes_the_newest_and_writes_json_lines(flowhq, chat: Chat):
    for number in range(5):
        write(chat, number, str(number))
    lines = flowhq("messages", "tail", "acme", "-n", "2", "--json").stdout.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["3", "4"]
    assert json.loads(lines[0])["created_at"] == "2026-03-01T00:00:00+00:00"


def test_a_customer_cannot_take_over_the_terminal(flowhq, chat: Chat):
    write(chat, 1, "one\x1b[31m\ntwo 👩‍👧 \u202eend")
    assert "one·[31m⏎two 👩‍👧 ·end" in flowhq("messages", "tail", "acme").stdout


def test_the_csv_export_has_every_field_of_every_line(flowhq, chat: Chat):
    for number in range(3):
        write(chat, number, f"line {number}, with \"quotes\"\nand more")
    rows = list(csv.DictReader(io.StringIO(flowhq("messages", "export", "acme").stdout)))
    assert tuple(rows[0]) == FIELDS
    assert [row["text"] for row in rows] == [f'line {number}, with "quotes"\nand more' for number in range(3)]
    assert rows[0]["created_at"] == "2026-02-28T21:00:00+00:00"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=HYPERLINK(\"x\")"])
def test_no_cell_of_the_csv_is_run_as_a_formula(flowhq, chat: Chat, tmp_path: Path, text: str):
    write(chat, 0, text)
    flowhq("messages", "export", "acme", "--output", tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(newline="") as stream:
        [row] = csv.DictReader(stream)
    assert row["text"] == f"'{text}"
    assert row["customer"] == "'+255700000009"


def test_the_json_export_leaves_texts_as_they_are(flowhq, chat: Chat):
    write(chat, 0, "=1+1 ñ")
    [line] = flowhq("messages", "export", "acme", "--format", "jsonl").stdout.splitlines()
    assert json.loads(line)["text"] == "=1+1 ñ"
    assert tuple(json.loads(line)) == FIELDS


def test_since_and_until_are_in_the_tenants_zone_unless_they_name_one(flowhq, chat: Chat):
    for number in range(-1, 4):
        write(chat, number, str(number), wa_message_id=f"n{number}")

    def texts(*options: str) -> list[str]:
        lines = flowhq("messages", "export", "acme", "--format", "jsonl", *options).stdout.splitlines()
        return [json.loads(line)["text"] for line in lines]

    assert texts("--since", "2026-03-01") == ["0", "1", "2", "3"]
    assert texts("--since", "2026-03-01T01:00", "--until", "2026-03-01T03:00") == ["1", "2"]
    assert texts("--until", "2026-02-28T22:00Z") == ["-1", "0"]


def test_an_export_to_a_file_appears_whole_or_not_at_all(flowhq, chat: Chat, tmp_path: Path):
    write(chat, 0, "hi")
    result = flowhq("messages", "export", "acme", "--output", tmp_path / "log.csv")
    assert f"Wrote 1 messages to {tmp_path / 'log.csv'}." in result.stdout
    assert [path.name for path in tmp_path.glob("*.csv*")] == ["log.csv"]


def test_an_export_to_where_nothing_can_be_written_says_so(flowhq, chat: Chat, tmp_path: Path):
    result = flowhq("messages", "export", "acme", "--output", tmp_path / "no/such/log.csv")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("chat")
def test_a_time_that_is_none_is_refused(flowhq):
    result = flowhq("messages", "export", "acme", "--since", "yesterday")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'yesterday' is no time: write it like 2026-03-01" in result.stderr


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", ["tail", "export"])
def test_an_unknown_slug_is_refused(flowhq, command: str):
    assert Tenant.select().count() == 0
    assert flowhq("messages", command, "nobody").exit_code == 3
