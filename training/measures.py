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


@dataclass(frozen=True)
class Bin:
    """The answers of a tenth of confidence, from `least` on: how many, how many right, and how sure on the mean."""

    least: float
    count: int
    right: int
    sure: float


def calibration(answers: Sequence[Answer]) -> list[Bin]:
    """The answers by how sure they are; a bin that is empty is left out."""
    bins: dict[int, list[Answer]] = {}
    for answer in answers:
        bins.setdefault(min(int(answer.confidence * BINS), BINS - 1), []).append(answer)
    return [
        Bin(place / BINS, len(some), sum(a.is_right for a in some), sum(a.confidence for a in some) / len(some))
        for place, some in sorted(bins.items())
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """The expected calibration error: how far confidence and accuracy lie apart, over BINS of confidence."""
    return sum(abs(one.sure * one.count - one.right) for one in calibration(answers)) / len(answers)


def wrong_and_confident(answers: Sequence[Answer], sure: float) -> float:
    """The share that is wrong and would still be acted upon; where nothing fits, nothing is."""
    acted = (answer for answer in answers if answer.confidence >= sure and answer.said != NOTHING)
    return sum(not answer.is_right for answer in acted) / len(answers)


def unsure(answers: Sequence[Answer], sure: float) -> float:
    """The share that is asked back about, with what it may have been to choose from."""
    return sum(answer.confidence < sure and answer.said != NOTHING for answer in answers) / len(answers)


@dataclass(frozen=True)
class Acted:
    """What becomes of answers: acted upon, wrong among these, asked back about, taken for nothing that is known."""

    answered: int
    wrong: int
    asked: int
    nothing: int


def acted(answers: Sequence[Answer], worth_asking: float, sure: float) -> Acted:
    """What becomes of answers where the bot acts from `sure` on, and below that asks back from `worth_asking` on."""
    known = [answer for answer in answers if answer.said != NOTHING]
    done = [answer for answer in known if answer.confidence >= sure]
    asked = sum(worth_asking <= answer.confidence < sure for answer in known)
    wrong = sum(not answer.is_right for answer in done)
    return Acted(len(done), wrong, asked, len(answers) - len(done) - asked)


def confusions(answers: Sequence[Answer], most: int = 5) -> list[tuple[str, str, int]]:
    """The mistakes made most often: what was right, what was said, how often."""
    wrong = Counter((answer.right, answer.said) for answer in answers if not answer.is_right)
    return [(right, said, count) for (right, said), count in wrong.most_common(most)]
