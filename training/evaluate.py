"""`make evaluate`: measure what the replies understand on a data folder, as `flowhq understand` gives it."""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.replies.classifier import NONE
from app.replies.understand import UNSURE, understand
from training.data import DataFile, read_files
from training.measures import (
    Answer,
    accuracy,
    calibration_error,
    confusions,
    macro_f1,
    unsure,
    wrong_and_confident,
)
from training.resolved import targets_of

TEMPLATES = {"booking": ("BOOKING",), "shop": ("ECOMMERCE", "SUPPORT")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, the worst confusions of each file, and the share of dates and times resolved."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with the data")
    parser.add_argument("--part", default="dev", help="which part to measure on (dev)")
    options = parser.parse_args(arguments)
    try:
        files = read_files(options.data, options.part)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    measured = [(file, template, answers_to(file, template)) for file in files for template in TEMPLATES[file.domain]]
    _print_table(measured)
    _print_confusions(measured)
    _print_resolved(files)
    return 0


def answers_to(file: DataFile, template: str) -> list[Answer]:
    """What a template's bot makes of every line of a file."""
    found = ((line, understand(line.text, template)) for line in file.lines)
    return [Answer(meaning.intent or NONE, meaning.confidence, line.intent) for line, meaning in found]


def _print_table(measured: Sequence[tuple[DataFile, str, list[Answer]]]) -> None:
    print(f"{'file':26}{'template':11}{'lines':>6}{'macro-F1':>10}{'accuracy':>10}{'ECE':>8}"
          f"{'unsure':>9}{'wrong and sure':>16}")
    for file, template, answers in measured:
        asked, wrong = unsure(answers, UNSURE), wrong_and_confident(answers, UNSURE)
        print(f"{file.name:26}{template:11}{len(answers):6}{macro_f1(answers):10.4f}{accuracy(answers):10.4f}"
              f"{calibration_error(answers):8.4f}{asked:9.2%}{wrong:16.2%}")


def _print_confusions(measured: Sequence[tuple[DataFile, str, list[Answer]]]) -> None:
    for file, template, answers in measured:
        print(f"\nWorst confusions of {file.name} ({template}): right, said, how often")
        for right, said, count in confusions(answers):
            print(f"  {right:26}{said:26}{count:4}")


def _print_resolved(files: Sequence[DataFile]) -> None:
    for file in files:
        targets = targets_of(file)
        for kind in sorted({target.kind for target in targets}):
            some = [target for target in targets if target.kind == kind]
            missed = sorted({target.said for target in some if not target.is_resolved})
            share = sum(target.is_resolved for target in some) / len(some)
            print(f"\n{file.name}: {share:.1%} of {len(some)} {kind} targets resolved; not: {', '.join(missed) or '-'}")


if __name__ == "__main__":
    sys.exit(main())
