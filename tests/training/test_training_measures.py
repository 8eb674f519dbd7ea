import pytest

from training.measures import (
    Answer,
    accuracy,
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
