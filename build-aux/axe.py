"""Fetch axe-core, with which the browser tests ask whether everybody can use a page, and check it by its hash."""
import sys
import tarfile
import tempfile
from pathlib import Path

from wa_js import Refused, check_archive, download, replace

PACKAGE = "axe-core@4.14.1"
INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
# Beside the other things that only development needs.
DESTINATION = Path(".venv/axe-core/axe.min.js")


def main() -> int:
    """Install it unless it is there already; returns the exit code."""
    if DESTINATION.exists():
        return 0
    print(f"Fetching {PACKAGE}")
    try:
        with tempfile.TemporaryDirectory() as directory:
            archive = download(PACKAGE, Path(directory))
            check_archive(archive, PACKAGE, INTEGRITY)
            with tarfile.open(archive) as package:
                script = package.extractfile("package/axe.min.js").read()  # type: ignore[union-attr]
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    DESTINATION.parent.mkdir(exist_ok=True)
    replace(DESTINATION, script)
    return 0


if __name__ == "__main__":
    sys.exit(main())
