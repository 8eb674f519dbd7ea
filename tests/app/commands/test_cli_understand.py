"""`flowhq understand` as a program in a pipe uses it."""
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from app.cli import cli
from app.replies.understand import intents_of

NOW = ("--now", "2026-03-04T12:00", "--zone", "Africa/Nairobi")


@pytest.fixture
def understand(settings):
    """Runs the command on lines of text and returns one object for each."""
    def run(text, *words):
        result = CliRunner(env=settings.child_environ()).invoke(cli, ["understand", *words], input=text)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run


def test_a_message_in_two_languages_is_understood_with_its_day_time_and_people(understand):
    (read,) = understand("nataka kubook table ya watu wanne kesho saa mbili usiku\n", "--template", "booking", *NOW)

    assert read["intent"] == "make_booking"
    assert read["language"] == "sw"
    assert read["slots"] == {"date": "2026-03-05", "time": "20:00", "people": 4}
    assert 0.9 < read["confidence"] <= 1
    assert read["because"]


def test_every_line_gets_one_line_whatever_it_holds(understand):
    lines = understand(b"hello\n\n\xff\xfe\x00\nwhat is the capital of peru\n" + b"a" * 100000 + b"\nlast",
    "--template", "booking")

    assert len(lines) == 6
    assert [line["intent"] for line in lines[:4]] == ["greeting", "none", "none", "none"]
    assert all(line.keys() == {"intent", "confidence", "language", "slots", "because"} for line in lines)


@pytest.mark.parametrize(("text", "slots"), [
    ("where is order 4512, my name is Asha, call me on 0712345678",
     {"order": "4512", "name": "Asha", "phone": "+254712345678"}),
    ("I want 3 mosquito nets", {"quantity": 3, "product": "Mosquito net"}),
])
def test_slots_of_a_shop(understand, text, slots):
    (read,) = understand(text, "--template", "ecommerce", *NOW)

    assert read["slots"].items() >= slots.items()


def test_the_language_is_told_from_each_message_unless_it_is_given(understand):
    both = "I want to cancel my order\nnataka kughairi oda yangu\n"

    assert [line["language"] for line in understand(both, "--template", "support")] == ["en", "sw"]
    assert [line["language"] for line in understand(both, "--template", "support", "--language", "sw")] == ["sw", "sw"]
    assert [line["intent"] for line in understand(both, "--template", "support")] == ["cancel_order"] * 2


@pytest.mark.parametrize(("words", "hint"), [
    (("--zone", "Nowhere"), "write it like Africa/Dar_es_Salaam"),
    (("--now", "soon"), "write it like 2026-03-04T12:00"),
])
def test_a_value_that_cannot_be_used_gets_one_line(settings, words, hint):
    runner = CliRunner(env=settings.child_environ())
    result = runner.invoke(cli, ["understand", "--template", "booking", *words], input="hello\n")

    assert result.exit_code == 2
    assert hint in result.stderr


def test_an_answer_comes_before_the_next_line_is_written(settings):
    command = [sys.executable, "-m", "app.cli", "understand", "--template", "support"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=settings.child_environ()) as process:
        for text in ("hello", "my wifi is slow"):
            process.stdin.write(text + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["intent"] != "none"
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize("template", ["ECOMMERCE", "SUPPORT"])
def test_both_shops_and_support_know_all_intents_around_orders(template):
    assert {
        "cancel_order", "change_order", "change_shipping_address", "check_cancellation_fee", "check_invoice",
        "check_payment_methods", "check_refund_policy", "complaint", "contact_customer_service", "contact_human_agent",
        "create_account", "delete_account", "delivery_options", "delivery_period", "edit_account", "get_invoice",
        "get_refund", "newsletter_subscription", "payment_issue", "place_order", "recover_password",
        "registration_problems", "review", "set_up_shipping_address", "switch_account", "track_order", "track_refund",
    } <= intents_of(template)
