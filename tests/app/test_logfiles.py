from pathlib import Path

import pytest

from app import logfiles


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "acme.log"


def test_the_last_words_are_the_last_line_that_says_anything(log: Path):
    log.write_text("first\nlast words \n\n  \n")
    assert logfiles.last_words(log) == "last words"


def test_a_long_log_is_read_from_its_end(log: Path):
    log.write_text("x" * 100_000 + "\nthe end\n")
    assert logfiles.last_words(log) == "the end"


def test_no_log_says_nothing(log: Path):
    assert logfiles.last_words(log) == ""


def test_a_log_within_its_bound_is_left_alone(log: Path):
    log.write_text("short")
    logfiles.bound(log, 10)
    assert (log.read_text(), log.with_suffix(".log.1").exists()) == ("short", False)


def test_a_log_beyond_its_bound_starts_over_and_keeps_one_predecessor(log: Path):
    with log.open("a") as writer:
        for text in ("a" * 20, "b" * 20):
            writer.write(text)
            writer.flush()
            logfiles.bound(log, 10)
        writer.write("c")
    assert log.read_text() == "c"
    assert log.with_suffix(".log.1").read_text() == "b" * 20


def test_bounding_a_log_that_is_not_there_is_no_error(log: Path):
    logfiles.bound(log, 10)
    assert not log.exists()


@pytest.mark.parametrize(("code", "why"), [
    (-9, "killed by SIGKILL"), (0, "ended on a signal that did not come from Flow HQ"), (3, "its last words"),
])
def test_why_a_process_ended(log: Path, code: int, why: str):
    log.write_text("its last words\n")
    assert logfiles.why_ended(code, log) == why


def test_a_process_that_said_nothing_is_known_by_its_exit_code(log: Path):
    assert logfiles.why_ended(3, log) == "ended with exit code 3"


def test_the_last_lines_are_whole_and_oldest_first(tmp_path):
    log = tmp_path / "acme.log"
    assert logfiles.last_lines(log, 3) == []
    log.write_text("".join(f"line {number}\n" for number in range(100_000)))
    assert logfiles.last_lines(log, 2) == ["line 99998", "line 99999"]
    everything = logfiles.last_lines(log, 1_000_000)
    assert everything[0].startswith("line ")
    assert len("\n".join(everything)) <= logfiles.SHOWN_BYTES
