import csv
import io
from datetime import UTC, datetime

import pytest

from app.spreadsheets import csv_lines, defused


@pytest.mark.parametrize("text", ["=1+1", "+255", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_no_spreadsheet_runs_a_cell(text: str):
    assert defused(text) == f"'{text}"


def test_the_lines_can_be_read_back_whatever_they_hold():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    lines = list(csv_lines(["a", "b"], [['say "hi", you', at], ["two\nlines", None], ["=HYPERLINK(1)", 3]]))
    assert list(csv.reader(io.StringIO("".join(lines), newline=""))) == [
        ["a", "b"], ['say "hi", you', "2026-03-01T00:00:00+00:00"], ["two\nlines", ""], ["'=HYPERLINK(1)", "3"]]
