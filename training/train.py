"""`make train`: read a data folder, fit the models and write their weights, the same bytes every time."""
import argparse
import json
import random
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.data import DataFile, read_files
from training.examples import SEED, TEMPLATES, learned, lines_of, other_lines
from training.fit import Fitted, fit
from training.folds import parted, sharpness_of, shy
from training.learned_from import WEIGHTS, fingerprint

FOLDS = 3
COMMAND = "make train DATA=<folder>"


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
    sharp = sharpness_of(parted(own, others, files, FOLDS))
    examples = [example for twins in own for example in twins] + others
    fitted = shy(fit(examples), files)
    about = _about(fitted, sharp, len(examples), files)
    features = np.array(fitted.features, dtype="<u4").tobytes()
    to.mkdir(parents=True, exist_ok=True)
    (to / f"{model}.bin").write_bytes(zlib.compress(features + fitted.weights.tobytes(), 9))
    (to / f"{model}.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return about


def _about(fitted: Fitted, sharp: float, examples: int, files: Sequence[DataFile]) -> dict[str, object]:
    return {
        "intents": fitted.intents,
        "intercepts": fitted.intercepts,
        "unit": fitted.unit,
        "sharpness": sharp,
        "features": len(fitted.features),
        "examples": examples,
        "made_by": COMMAND,
        "learned_from": fingerprint(),
        "made_of": [{"file": file.name, "sha256": file.sha256, "from": file.licence} for file in files],
    }


if __name__ == "__main__":
    sys.exit(main())
