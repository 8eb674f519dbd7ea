"""Cross-validation: learn from all lines but a part, and ask about that part, until every line was asked about."""
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from app.replies.classifier import NONE, Classifier
from app.replies.understand import understand
from training.data import DataFile
from training.examples import SEED, TEMPLATES, Example, learned, lines_of, other_lines
from training.fit import Fitted, fit, sharpness
from training.measures import Answer

SHYNESS = 0.25


@dataclass(frozen=True)
class Part:
    """What was learned from the other parts, which lines (by place) it left out, and how it sees them."""

    fitted: Fitted
    places: tuple[int, ...]
    margins: np.ndarray
    gold: tuple[int, ...]


def shy(fitted: Fitted, files: Sequence[DataFile]) -> Fitted:
    """Intents that no data teaches must be plainer than others: what customers write looks less like our phrasings."""
    taught = {line.intent for file in files for line in file.lines}
    pairs = zip(fitted.intents, fitted.intercepts, strict=True)
    return replace(fitted, intercepts=tuple(round(at - SHYNESS * (name not in taught), 6) for name, at in pairs))


def parted(
    own: Sequence[Sequence[Example]], others: Sequence[Example], files: Sequence[DataFile], folds: int,
) -> Iterator[Part]:
    """Every part in turn; `own` has each line and its mistyped twin, which are left out together."""
    for fold in range(folds):
        kept = [example for place, twins in enumerate(own) if place % folds != fold for example in twins]
        fitted = shy(fit([*kept, *others]), files)
        left_out = [twins[0] for twins in own[fold::folds]]
        margins = fitted.margins([example.values for example in left_out])
        gold = tuple(fitted.intents.index(example.intent) for example in left_out)
        yield Part(fitted, tuple(range(fold, len(own), folds)), margins, gold)


def sharpness_of(parts: Iterator[Part] | Sequence[Part]) -> float:
    """The sharpness that fits lines left out of the learning."""
    seen = list(parts)
    return sharpness(np.vstack([part.margins for part in seen]), [right for part in seen for right in part.gold])


def answers_left_out(model: str, files: Sequence[DataFile], folds: int) -> dict[tuple[str, str], list[Answer]]:
    """By file and template, what is made of each line by what was learned without it.

    How sure it says it is comes from the other parts alone, too.
    """
    rng = Random(SEED)
    lines = [(file.name, line) for file in files if file.domain == model for line in file.lines]
    own = [learned(model, [line], rng) for line in lines_of(model, files)]
    parts = list(parted(own, learned(model, other_lines(model, files, rng), rng), files, folds))
    answers: dict[tuple[str, str], list[Answer]] = {}
    for part in parts:
        trained = _as_shipped(part.fitted, sharpness_of([other for other in parts if other is not part]))
        for name, line in (lines[place] for place in part.places):
            for template in TEMPLATES[model]:
                meaning = understand(line.text, template, trained=trained)
                answer = Answer(meaning.intent or NONE, meaning.confidence, line.intent)
                answers.setdefault((name, template), []).append(answer)
    return answers


def _as_shipped(fitted: Fitted, sharp: float) -> Classifier:
    """The classifier that these weights make when they are written and read."""
    return Classifier(
        intents=fitted.intents, intercepts=fitted.intercepts, unit=fitted.unit, sharpness=sharp,
        features=array("I", fitted.features), rows=memoryview(fitted.weights.tobytes()).cast("b"),
    )
