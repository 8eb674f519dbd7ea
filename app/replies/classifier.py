"""A linear classifier with trained weights, in plain Python: from features to intents and how likely each is.

`weights/<model>.json` has the intents, the numbers that turn sums into likelihoods, and where the weights come from;
`weights/<model>.bin` the known features (32 bits each, ascending) and one row of weights (8 bits each) for every one.
`make train` writes both.
"""
import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from app.replies.features import Block

NONE = "none"


@dataclass(frozen=True)
class Guess:
    """An intent and how likely it is that the customer meant it: 0 to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class Classifier:
    """Weights by feature and intent.

    A sum times `unit` is a margin, and a margin times `sharpness` a log-likelihood.
    """

    intents: tuple[str, ...]
    intercepts: tuple[float, ...]
    unit: float
    sharpness: float
    features: Sequence[int]
    rows: memoryview

    def rank(self, blocks: Collection[Block], among: Collection[str]) -> tuple[Guess, ...]:
        """The intents among those named, and `none`, the likeliest first."""
        margins = dict(zip(self.intents, self._margins(blocks), strict=True))
        known = {intent: margins[intent] for intent in self.intents if intent in among or intent == NONE}
        best = max(known.values())
        shares = {intent: exp((margin - best) * self.sharpness) for intent, margin in known.items()}
        total = sum(shares.values())
        return tuple(Guess(intent, shares[intent] / total) for intent in sorted(shares, key=lambda one: -shares[one]))

    def _margins(self, blocks: Collection[Block]) -> list[float]:
        margins = list(self.intercepts)
        for block in blocks:
            share = block.value * self.unit
            for place, total in enumerate(map(sum, zip(*self._rows_of(block.features), strict=True))):
                margins[place] += total * share
        return margins

    def _rows_of(self, features: Sequence[int]) -> Iterator[memoryview]:
        width = len(self.intents)
        for feature in features:
            place = bisect_left(self.features, feature)
            if place < len(self.features) and self.features[place] == feature:
                yield self.rows[place * width:(place + 1) * width]


@cache
def classifier(model: str) -> Classifier:
    """The trained classifier of that name, read at the first call."""
    folder = files("app.replies").joinpath("weights")
    about = json.loads(folder.joinpath(f"{model}.json").read_text(encoding="utf-8"))
    stored = zlib.decompress(folder.joinpath(f"{model}.bin").read_bytes())
    features = array("I", stored[:about["features"] * 4])
    if sys.byteorder == "big":
        features.byteswap()
    return Classifier(
        intents=tuple(about["intents"]), intercepts=tuple(about["intercepts"]), unit=about["unit"],
        sharpness=about["sharpness"], features=features, rows=memoryview(stored)[len(features) * 4:].cast("b"),
    )
