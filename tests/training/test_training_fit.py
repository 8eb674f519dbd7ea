"""Training gives the same bytes every time, and what it writes is what the replies read."""
import json
import random

import pytest

from training.data import LICENCES, read_files
from training.examples import TEMPLATES, learned, other_lines
from training.fit import fit, sharpness
from training.learned_from import WEIGHTS
from training.noise import mistyped
from training.train import main

LINES = {
    "cancel_order": ["please cancel my order", "cancel the order i made", "i want my order cancelled"],
    "track_order": ["where is my order", "track my parcel", "has my order been sent yet"],
    "none": ["sing a song for me", "what is the capital of peru", "my cat is black"],
}


@pytest.fixture
def folder(tmp_path):
    rows = [json.dumps({"text": text, "intent": intent}) for intent, texts in LINES.items() for text in texts]
    (tmp_path / "shop.en.train.jsonl").write_text("\n".join(rows) + "\n")
    return tmp_path


def examples(folder):
    files = read_files(folder, "train")
    return learned("shop", [line for file in files for line in file.lines], random.Random(1))


def test_the_same_examples_give_the_same_weights(folder):
    first, second = fit(examples(folder)), fit(examples(folder))

    assert first.weights.tobytes() == second.weights.tobytes()
    assert (first.features, first.intercepts, first.unit) == (second.features, second.intercepts, second.unit)


def test_rounded_weights_still_tell_the_examples_apart(folder):
    learnt = examples(folder)
    fitted = fit(learnt)
    margins = fitted.margins([example.values for example in learnt])

    assert [fitted.intents[row.argmax()] for row in margins] == [example.intent for example in learnt]
    assert sharpness(margins, [fitted.intents.index(example.intent) for example in learnt]) > 1


def test_examples_of_our_own_are_the_same_every_time_and_speak_both_languages(folder):
    files = read_files(folder, "train")
    once, twice = (other_lines("booking", files, random.Random(7)) for _ in range(2))

    assert once == twice
    assert {line.language for line in once} == {"en", "sw"}
    assert len({line.intent for line in once}) > 20


def test_a_mistyped_message_is_still_about_the_same_length():
    rng = random.Random(3)
    for text in ("a", "cancel my order please", "nataka kughairi oda yangu tafadhali"):
        assert abs(len(mistyped(text, rng)) - len(text)) <= 1 + len(text) // 25


def test_a_folder_without_data_is_said_in_a_line(tmp_path, capsys):
    assert main([str(tmp_path), "--to", str(tmp_path)]) == 2
    assert "name the folder with the data" in capsys.readouterr().err


@pytest.mark.parametrize("model", TEMPLATES)
def test_the_weights_carry_where_they_come_from(model):
    about = json.loads((WEIGHTS / f"{model}.json").read_text(encoding="utf-8"))

    assert about["made_by"].startswith("make train")
    assert {len(source["sha256"]) for source in about["made_of"]} == {64}
    assert {source["from"] for source in about["made_of"]} == set(LICENCES.values())
