import pytest

from training.measures import (
    Acted,
    Answer,
    accuracy,
    acted,
    calibration,
    calibration_error,
    confusions,
    macro_f1,
    unsure,
    wrong_and_confident,
)

ANSWERS = [
    Answer("order", 0.9, "order"), Answer("order", 0.8, "refund"), Answer("refund", 0.4, "refund"),
    Answer("none", 0.9, "refund"), Answer("refund", 0.3, "none"),
]


def test_the_measures_of_a_few_answers_counted_by_hand():
    assert accuracy(ANSWERS) == pytest.approx(2 / 5)
    assert macro_f1(ANSWERS) == pytest.approx((2 / 3 + 2 / 5 + 0) / 3)
    assert confusions(ANSWERS) == [("refund", "order", 1), ("refund", "none", 1), ("none", "refund", 1)]


def test_only_a_wrong_answer_that_is_given_counts_as_wrong_and_confident():
    assert wrong_and_confident(ANSWERS, 0.6) == pytest.approx(1 / 5)
    assert unsure(ANSWERS, 0.6) == pytest.approx(2 / 5)


def test_confidence_that_is_always_kept_has_no_calibration_error():
    kept = [Answer("a", 0.75, "a" if n % 4 else "b") for n in range(400)]

    assert calibration_error(kept) == pytest.approx(0)
    assert calibration_error([Answer("a", 0.75, "b")]) == pytest.approx(0.75)


def test_the_bins_of_confidence_and_what_becomes_of_answers_counted_by_hand():
    bins = [(one.least, one.count, one.right, pytest.approx(one.sure)) for one in calibration(ANSWERS)]

    assert bins == [(0.3, 1, 0, 0.3), (0.4, 1, 1, 0.4), (0.8, 1, 0, 0.8), (0.9, 2, 1, 0.9)]
    assert acted(ANSWERS, 0.35, 0.6) == Acted(answered=2, wrong=1, asked=1, nothing=2)
