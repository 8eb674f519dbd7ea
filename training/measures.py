"""How good answers are: F1 of each intent, calibration, and how often a mistake was made with confidence."""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10
NOTHING = "none"


@dataclass(frozen=True)
class Answer:
    """What was said about a line, how sure that was, and what is right."""

    said: str
    confidence: float
    right: str

    @property
    def is_right(self) -> bool:
        """Whether what was said is right."""
        return self.said == self.right


def f1(answers: Sequence[Answer], intent: str) -> float:
    """Twice the hits by hits, misses and false alarms."""
    hits = sum(answer.said == answer.right == intent for answer in answers)
    wrong = sum((answer.said == intent) != (answer.right == intent) for answer in answers)
    return 2 * hits / (2 * hits + wrong) if hits or wrong else 1.0


def macro_f1(answers: Sequence[Answer]) -> float:
    """The mean of F1 over the intents that are right somewhere."""
    intents = sorted({answer.right for answer in answers})
    return sum(f1(answers, intent) for intent in intents) / len(intents)


def accuracy(answers: Sequence[Answer]) -> float:
    """The share that is right."""
    return sum(answer.is_right for answer in answers) / len(answers)


def calibration_error(answers: Sequence[Answer]) -> float:
    """The expected calibration error: how far confidence and accuracy lie apart, over BINS of confidence."""
    bins: dict[int, list[Answer]] = {}
    for answer in answers:
        bins.setdefault(min(int(answer.confidence * BINS), BINS - 1), []).append(answer)
    apart = (abs(sum(a.confidence for a in some) - sum(a.is_right for a in some)) for some in bins.values())
    return sum(apart) / len(answers)


def wrong_and_confident(answers: Sequence[Answer], sure: float) -> float:
    """The share that is wrong and would still be acted upon; where nothing fits, nothing is."""
    acted = (answer for answer in answers if answer.confidence >= sure and answer.said != NOTHING)
    return sum(not answer.is_right for answer in acted) / len(answers)


def unsure(answers: Sequence[Answer], sure: float) -> float:
    """The share that is asked back about, with what it may have been to choose from."""
    return sum(answer.confidence < sure and answer.said != NOTHING for answer in answers) / len(answers)


def confusions(answers: Sequence[Answer], most: int = 5) -> list[tuple[str, str, int]]:
    """The mistakes made most often: what was right, what was said, how often."""
    wrong = Counter((answer.right, answer.said) for answer in answers if not answer.is_right)
    return [(right, said, count) for (right, said), count in wrong.most_common(most)]
