"""Look whether a wheel carries all that lies in app/ and worker/, wa-js above all, and its programs as programs."""
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

EXECUTABLE = 0o111


def main() -> int:
    """Say what is amiss with the wheel named on the command line; returns the exit code."""
    complaints = list(complain(Path(sys.argv[1]), Path.cwd()))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return bool(complaints)


def complain(wheel: Path, tree: Path) -> Iterator[str]:
    """Yield what the wheel lacks of the tree, a sentence for each file."""
    with zipfile.ZipFile(wheel) as archive:
        carried = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    if "worker/whatsapp/wa_js/wppconnect-wa.js" not in carried:
        yield f"{wheel.name} lacks wa-js: make wa-js"
    for path in files(tree):
        name = path.relative_to(tree).as_posix()
        if name not in carried:
            yield f"{wheel.name} lacks {name}: name it in MANIFEST.in, or give its directory an __init__.py"
        elif path.stat().st_mode & EXECUTABLE & ~carried[name]:
            yield f"{wheel.name} carries {name}, which is a program, but not as one"


def files(tree: Path) -> Iterator[Path]:
    """Yield every file of the two packages, as the tree has them."""
    for package in ("app", "worker"):
        for path in sorted((tree / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


if __name__ == "__main__":
    sys.exit(main())
