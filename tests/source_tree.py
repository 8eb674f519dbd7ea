"""The project's own files, for the tests that keep its rules."""
import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FETCHED = ROOT / "worker" / "whatsapp" / "wa_js"


def files(*suffixes: str, under: tuple[str, ...] = ("app", "worker")) -> Iterator[Path]:
    """Every file of ours with one of the suffixes; not what the build fetches."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and FETCHED not in path.parents:
                yield path


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def named(path: Path, line: int = 0) -> str:
    """The file, and the line where there is one, as an editor takes it."""
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))
