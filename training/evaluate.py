"""`make evaluate`: measure what the replies understand on a data folder, as `flowhq understand` gives it."""
import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from app.replies.classifier import NONE
from app.replies.dialogue import WORTH_ASKING
from app.replies.understand import UNSURE, understand
from training.data import DataFile, read_files
from training.learned_from import is_of_this_tree
from training.measures import (
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
from training.resolved import Target, targets_of

TEMPLATES = {"booking": ("BOOKING",), "shop": ("ECOMMERCE", "SUPPORT")}


Measured = Sequence[tuple[str, str, list[Answer]]]
"""The file, the template, and what was said about its lines."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, the worst confusions, how sure answers are, and the share of dates and times resolved."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with the data")
    parser.add_argument("--part", default="dev", help="which part to measure on (dev)")
    parser.add_argument("--folds", type=int, default=0, help="learn *.train anew so many times, each without a part of "
                        "the lines, and measure on that part; takes minutes")
    options = parser.parse_args(arguments)
    try:
        files = read_files(options.data, options.part)
        learned_from = read_files(options.data, "train") if options.folds else []
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    for model in TEMPLATES:
        if not is_of_this_tree(model):
            print(f"{model}: the weights were learned from other phrasings, words or rules than these: run make train.")
    asked = [(file, template) for file in files for template in TEMPLATES[file.domain]]
    _report([(file.name, template, answers_to(file, template)) for file, template in asked])
    _print_resolved(files)
    if options.folds:
        print(f"\n\nCross-validation in {options.folds} folds: each line by what was learned without it\n")
        _report(_left_out(learned_from, options.folds))
        _print_resolved(learned_from)
    return 0


def _left_out(files: Sequence[DataFile], folds: int) -> Measured:
    # Learning needs the extra `train`, measuring what ships does not.
    answers_left_out = importlib.import_module("training.folds").answers_left_out
    found = (answers_left_out(domain, files, folds) for domain in dict.fromkeys(file.domain for file in files))
    return [(name, template, answers) for answered in found for (name, template), answers in answered.items()]


def _report(measured: Measured) -> None:
    _print_table(measured)
    _print_confusions(measured)
    _print_calibration(measured)


def answers_to(file: DataFile, template: str) -> list[Answer]:
    """What a template's bot makes of every line of a file."""
    found = ((line, understand(line.text, template)) for line in file.lines)
    return [Answer(meaning.intent or NONE, meaning.confidence, line.intent) for line, meaning in found]


def _print_table(measured: Measured) -> None:
    print(f"{'file':26}{'template':11}{'lines':>6}{'macro-F1':>10}{'accuracy':>10}{'ECE':>8}"
          f"{'unsure':>9}{'wrong and sure':>16}")
    for name, template, answers in measured:
        asked, wrong = unsure(answers, UNSURE), wrong_and_confident(answers, UNSURE)
        print(f"{name:26}{template:11}{len(answers):6}{macro_f1(answers):10.4f}{accuracy(answers):10.4f}"
              f"{calibration_error(answers):8.4f}{asked:9.2%}{wrong:16.2%}")


def _print_confusions(measured: Measured) -> None:
    for name, template, answers in measured:
        print(f"\nWorst confusions of {name} ({template}): right, said, how often")
        for right, said, count in confusions(answers):
            print(f"  {right:26}{said:26}{count:4}")


def _print_calibration(measured: Measured) -> None:
    for name, template, answers in measured:
        print(f"\nHow sure of {name} ({template}): lines, right, share right, said to be")
        for one in calibration(answers):
            share = one.right / one.count
            print(f"  from {one.least:.1f}{one.count:7}{one.right:7}{share:9.1%}{one.sure:9.1%}")
        done = acted(answers, WORTH_ASKING, UNSURE)
        print(f"  answered (from {UNSURE}): {done.answered}, wrong among these: {done.wrong} "
              f"({done.wrong / max(1, done.answered):.2%}); asked back (from {WORTH_ASKING}): {done.asked}; "
              f"taken for nothing known: {done.nothing}")


def _print_resolved(files: Sequence[DataFile]) -> None:
    for file in files:
        targets = targets_of(file)
        for kind in sorted({target.kind for target in targets}):
            some = [target for target in targets if target.kind == kind]
            missed = sorted({target.said for target in some if not target.is_resolved})
            resolved = sum(target.is_resolved for target in some)
            print(f"\n{file.name}: {resolved} of {len(some)} {kind} targets resolved ({resolved / len(some):.1%}); "
                  f"not: {', '.join(missed) or '-'}")
            _print_values([target for target in some if target.second])


def _print_values(some: Sequence[Target]) -> None:
    """How many values are those that a second reading finds, where it reads the words at all."""
    apart = sorted({f"{target.said}: {target.value}, {target.second}" for target in some if not target.is_right})
    right = sum(target.is_right for target in some)
    print(f"  of {len(some)} that can mean one thing only, {right} have the value of a second reading; "
          f"not: {'; '.join(apart) or '-'}")


if __name__ == "__main__":
    sys.exit(main())
