"""In cross-validation every line is asked about once, by what was learned without it."""
import json
import random

import pytest

from training.data import read_files
from training.examples import learned, lines_of
from training.folds import parted, sharpness_of

LINES = {
    "cancel_order": ["please cancel my order", "cancel the order i made", "i want my order cancelled", "order cancel"],
    "track_order": ["where is my order", "track my parcel", "has my order been sent yet", "parcel still not here"],
    "none": ["sing a song for me", "what is the capital of peru", "my cat is black", "tell me a joke"],
}
FOLDS = 4


@pytest.fixture
def files(tmp_path):
    rows = [json.dumps({"text": texts[place], "intent": intent}) for place in range(FOLDS)
            for intent, texts in LINES.items()]
    (tmp_path / "shop.en.train.jsonl").write_text("\n".join(rows) + "\n")
    return read_files(tmp_path, "train")


def test_every_line_is_left_out_once_and_its_words_are_unknown_where_it_is(files):
    rng = random.Random(1)
    own = [learned("shop", [line], rng) for line in lines_of("shop", files)]
    parts = list(parted(own, [], files, FOLDS))

    assert sorted(place for part in parts for place in part.places) == list(range(len(own)))
    for part in parts:
        known = {feature for place, twins in enumerate(own) if place not in part.places
                 for example in twins for feature in example.values}
        assert set(part.fitted.features) <= known
        assert [part.fitted.intents[right] for right in part.gold] == [own[place][0].intent for place in part.places]
    assert sharpness_of(parts) > 0
