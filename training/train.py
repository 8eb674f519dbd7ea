"""`make train`: read a data folder, fit the models and write their weights, the same bytes every time."""
import argparse
import json
import random
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.data import DataFile, read_files
from training.examples import SEED, TEMPLATES, Example, learned, lines_of, other_lines
from training.fit import Fitted, fit, sharpness

FOLDS = 3
SHYNESS = 0.25
COMMAND = "make train DATA=<folder>"
WEIGHTS = Path(__file__).parent.parent / "app" / "replies" / "weights"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train every model; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with *.train.jsonl")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="where the weights go")
    options = parser.parse_args(arguments)
    try:
        files = read_files(options.data, "train")
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    for model in TEMPLATES:
        about = train(model, files, options.to)
        print(f"{model}: {about['examples']} examples, {about['features']} features")
    return 0


def train(model: str, files: Sequence[DataFile], to: Path) -> dict[str, object]:
    """Fit one model and write it; returns what is written beside the weights."""
    rng = random.Random(SEED)
    own = [learned(model, [line], rng) for line in lines_of(model, files)]
    others = learned(model, other_lines(model, files, rng), rng)
    sharp = _cross_validated(own, others, files)
    examples = [example for twins in own for example in twins] + others
    fitted = _shy(fit(examples), files)
    about = _about(fitted, sharp, len(examples), files)
    features = np.array(fitted.features, dtype="<u4").tobytes()
    to.mkdir(parents=True, exist_ok=True)
    (to / f"{model}.bin").write_bytes(zlib.compress(features + fitted.weights.tobytes(), 9))
    (to / f"{model}.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return about


def _shy(fitted: Fitted, files: Sequence[DataFile]) -> Fitted:
    """Intents that no data teaches must be plainer than others: what customers write looks less like our phrasings."""
    taught = {line.intent for file in files for line in file.lines}
    pairs = zip(fitted.intents, fitted.intercepts, strict=True)
    return replace(fitted, intercepts=tuple(round(at - SHYNESS * (name not in taught), 6) for name, at in pairs))


def _cross_validated(
    own: Sequence[Sequence[Example]], others: Sequence[Example], files: Sequence[DataFile],
) -> float:
    """The sharpness that fits lines left out of the learning; a line and its mistyped twin are left out together."""
    margins, gold = [], []
    for fold in range(FOLDS):
        kept = [example for place, twins in enumerate(own) if place % FOLDS != fold for example in twins]
        fitted = _shy(fit([*kept, *others]), files)
        left_out = [twins[0] for place, twins in enumerate(own) if place % FOLDS == fold]
        margins.append(fitted.margins([example.values for example in left_out]))
        gold += [fitted.intents.index(example.intent) for example in left_out]
    return sharpness(np.vstack(margins), gold)


def _about(fitted: Fitted, sharp: float, examples: int, files: Sequence[DataFile]) -> dict[str, object]:
    return {
        "intents": fitted.intents,
        "intercepts": fitted.intercepts,
        "unit": fitted.unit,
        "sharpness": sharp,
        "features": len(fitted.features),
        "examples": examples,
        "made_by": COMMAND,
        "made_of": [{"file": file.name, "sha256": file.sha256, "from": file.licence} for file in files],
    }


if __name__ == "__main__":
    sys.exit(main())
