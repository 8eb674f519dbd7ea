"""Weights tell which phrasings, words and rules they were learned from."""
import json

from training.learned_from import fingerprint, is_of_this_tree


def tree_with(folder, phrasing):
    wording = "app/replies/wording"
    for path in ("training/phrasings/en.yaml", f"{wording}/en/words.yaml", f"{wording}/rules/shop.yaml"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("order: [order]\n")
    (folder / "training/phrasings/en.yaml").write_text(f"cancel_order: [{phrasing}]\n")
    return folder


def test_weights_are_of_a_tree_until_its_phrasings_change(tmp_path):
    tree = tree_with(tmp_path, "call my order off")
    (tmp_path / "shop.json").write_text(json.dumps({"learned_from": fingerprint(tree)}))
    (tmp_path / "booking.json").write_text("{}")

    assert is_of_this_tree("shop", tmp_path, tree)
    assert not is_of_this_tree("booking", tmp_path, tree)
    assert not is_of_this_tree("shop", tmp_path, tree_with(tmp_path, "drop my order"))


def test_a_file_that_moves_is_another_tree_too(tmp_path):
    tree = tree_with(tmp_path, "call my order off")
    before = fingerprint(tree)
    (tree / "app/replies/wording/rules/shop.yaml").rename(tree / "app/replies/wording/rules/support.yaml")

    assert fingerprint(tree) != before
