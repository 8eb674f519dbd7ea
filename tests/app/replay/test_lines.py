import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.replay.lines import deal, read_lines


def test_it_reads_the_text_of_every_line_and_passes_over_empty_ones():
    lines = ['{"text": "bei gani?", "intent": "price"}\n', "\n", '{"text": "asante"}']
    assert read_lines(lines, "f") == ["bei gani?", "asante"]


@pytest.mark.parametrize("line", ["hello", "[1]", '{"intent": "x"}', '{"text": 5}', '{"text": "  "}', '"text"', "null"])
def test_a_line_that_says_nothing_is_named(line: str):
    with pytest.raises(Invalid, match="lines.jsonl, line 2"):
        read_lines(['{"text": "hi"}', line], "lines.jsonl")


def test_a_file_without_lines_is_refused():
    with pytest.raises(Invalid, match="no lines to replay"):
        read_lines(["\n", " "], "f")


@given(st.lists(st.text(min_size=1), min_size=1), st.integers(1, 40))
def test_every_line_is_dealt_once_in_turn_and_in_order(texts: list[str], count: int):
    customers = [str(number) for number in range(count)]
    hands = deal(texts, customers)
    assert sorted(card for hand in hands.values() for card in hand) == sorted(enumerate(texts))
    for seat, customer in enumerate(customers):
        assert [place for place, _ in hands[customer]] == list(range(seat, len(texts), count))
