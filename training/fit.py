"""Fit a linear classifier to examples and bring its weights into the form that the replies read.

The fit is liblinear's dual coordinate descent on sparse rows: sums and products in a fixed order from a fixed seed,
without threads or linear algebra libraries, so that the same data gives the same weights.
"""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from training.examples import Example

PENALTY = 1.0
LEAST_SEEN = 2
MOST_FEATURES = 40_000
STEPS = 127
SHARPNESSES = tuple(step / 4 for step in range(2, 80))


@dataclass(frozen=True)
class Fitted:
    """Weights of each feature (ascending) and intent (sorted), in whole steps of `unit`; intercepts by intent."""

    intents: tuple[str, ...]
    features: tuple[int, ...]
    weights: np.ndarray
    intercepts: tuple[float, ...]
    unit: float

    def margins(self, examples: Sequence[dict[int, float]]) -> np.ndarray:
        """How far each example lies on the side of each intent."""
        found = _matrix(examples, self.features) @ (self.weights * self.unit) + np.array(self.intercepts)
        return np.asarray(found)


def fit(examples: Sequence[Example]) -> Fitted:
    """Learn from examples."""
    seen = Counter(feature for example in examples for feature in example.values)
    features = tuple(sorted(feature for feature, count in seen.items() if count >= LEAST_SEEN))
    rows = _matrix([example.values for example in examples], features)
    model = LinearSVC(C=PENALTY, dual=True, random_state=1, max_iter=5000)
    model.fit(rows, [example.intent for example in examples])
    return _rounded(features, model.coef_.T, model.intercept_, model.classes_)


def _rounded(features: Sequence[int], weights: np.ndarray, intercepts: np.ndarray, intents: Sequence[str]) -> Fitted:
    """The features with the greatest weights, rounded to steps that fit a byte."""
    strongest = np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:MOST_FEATURES]
    kept = np.sort(strongest)
    unit = float(np.round(np.abs(weights).max() / STEPS, 6))
    steps = np.clip(np.rint(weights[kept] / unit), -STEPS, STEPS).astype(np.int8)
    return Fitted(
        tuple(map(str, intents)), tuple(features[place] for place in kept), steps,
        tuple(round(float(value), 6) for value in intercepts), unit,
    )


def _matrix(examples: Sequence[dict[int, float]], features: Sequence[int]) -> csr_matrix:
    places = {feature: place for place, feature in enumerate(features)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for example in examples:
        known = sorted((places[feature], value) for feature, value in example.items() if feature in places)
        columns.extend(column for column, _ in known)
        values.extend(value for _, value in known)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(examples), len(features)))


def sharpness(margins: np.ndarray, gold: Sequence[int]) -> float:
    """The factor that makes likelihoods of margins fit what was right, on examples that were not learned."""
    return min(SHARPNESSES, key=lambda factor: round(_loss(margins, gold, factor), 9))


def _loss(margins: np.ndarray, gold: Sequence[int], factor: float) -> float:
    total = 0.0
    for row, right in zip(margins.tolist(), gold, strict=True):
        best = max(row)
        total += log(sum(exp((margin - best) * factor) for margin in row)) - (row[right] - best) * factor
    return total / len(gold)
