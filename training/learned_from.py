"""What the models are learned from besides the data: told in short, so that weights older than it are noticed."""
import hashlib
import json
from pathlib import Path

TREE = Path(__file__).parent.parent
WEIGHTS = TREE / "app" / "replies" / "weights"
LEARNED = (
    "training/phrasings/*.yaml", "app/replies/wording/*/words.yaml", "app/replies/wording/*/language.yaml",
    "app/replies/wording/rules/*.yaml",
)


def fingerprint(tree: Path = TREE) -> str:
    """The SHA-256 of the phrasings, vocabulary and rules of a tree, names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in LEARNED for path in tree.glob(pattern)):
        digest.update(f"{path.relative_to(tree).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def is_of_this_tree(model: str, weights: Path = WEIGHTS, tree: Path = TREE) -> bool:
    """Whether weights were learned from the phrasings, vocabulary and rules as they stand now."""
    about = json.loads((weights / f"{model}.json").read_text(encoding="utf-8"))
    return about.get("learned_from") == fingerprint(tree)
