"""Messages as people type them in a hurry: letters missing, doubled, swapped, wrong, and words run together."""
import random

LETTERS_PER_SLIP = 25
SHORTEST = 4
NEAR = "aeiourstnlkm"


def mistyped(text: str, rng: random.Random) -> str:
    """The text with about one slip in LETTERS_PER_SLIP letters, at least one."""
    letters = list(text)
    for _ in range(max(1, len(letters) // LETTERS_PER_SLIP)):
        if len(letters) >= SHORTEST:
            _slip(letters, rng)
    return "".join(letters)


def _slip(letters: list[str], rng: random.Random) -> None:
    place, kind = rng.randrange(1, len(letters) - 1), rng.randrange(5)
    gaps = [gap for gap, letter in enumerate(letters) if letter == " "]
    if kind == 0:
        del letters[place]
    elif kind == 1:
        letters.insert(place, letters[place])
    elif kind == 2:
        letters[place], letters[place - 1] = letters[place - 1], letters[place]
    elif kind == 3:
        letters[place] = rng.choice(NEAR)
    elif gaps:
        del letters[rng.choice(gaps)]
