"""Fetch wa-js, through which a worker speaks to WhatsApp Web, and put it where the worker and the wheel look for it.

The npm package and the file in it are both checked against hashes that are written down here and in app/settings.py.
Run in the top directory with PYTHONPATH=. and nothing installed. With --check it only says, by its exit code, whether
the right file is there.
"""
import base64
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from app.settings import WA_JS_SHA256, Settings

PACKAGE = "@wppconnect/wa-js@4.6.0"
INTEGRITY = "sha512-epf+ucZO9c25dCaGraslVNHB1mRjid7rfijZhKbalXed/gbDzi6u69wdHCgPbcZW9McVpKmVW+3AzffI39p2SQ=="
DESTINATION = Settings().wa_js
# What is taken out of the package, and by which name it is kept: the bundle, its licence, those of what it bundles.
MEMBERS = {
    "package/dist/wppconnect-wa.js": DESTINATION.name,
    "package/dist/wppconnect-wa.js.LICENSE.txt": "wppconnect-wa.js.LICENSE.txt",
    "package/LICENSE": "LICENSE",
}


class Refused(Exception):
    """The package cannot be had or is not the one that was reviewed."""


def main() -> int:
    """Install wa-js unless it is there already; returns the exit code."""
    if is_installed(DESTINATION):
        return 0
    if "--check" in sys.argv:
        return 1
    print(f"Fetching {PACKAGE}")
    try:
        with tempfile.TemporaryDirectory() as directory:
            install(download(PACKAGE, Path(directory)), DESTINATION.parent)
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def is_installed(bundle: Path) -> bool:
    """Whether the bundle and its licences are there and the bundle is the reviewed one."""
    there = all((bundle.parent / name).exists() for name in MEMBERS.values())
    return there and hashlib.sha256(bundle.read_bytes()).hexdigest() == WA_JS_SHA256


def download(package: str, directory: Path) -> Path:
    """Let npm bring a package's archive. Raises Refused where it cannot."""
    command = ["npm", "pack", package, "--silent", "--pack-destination", str(directory)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused(f"{package} is fetched with npm, which is not here: apt-get install npm") from None
    archives = list(directory.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise Refused(f"npm could not fetch {package}: {(done.stderr or done.stdout).strip()}")
    return archives[0]


def install(archive: Path, directory: Path, integrity: str = INTEGRITY) -> None:
    """Check archive and bundle, then put bundle and licences into `directory`. Raises Refused on a wrong hash."""
    check_archive(archive, PACKAGE, integrity)
    with tarfile.open(archive) as package:
        files = {name: package.extractfile(member).read() for member, name in MEMBERS.items()}  # type: ignore[union-attr]
    bundle = hashlib.sha256(files[DESTINATION.name]).hexdigest()
    if bundle != WA_JS_SHA256:
        raise Refused(f"{DESTINATION.name} has the SHA-256 {bundle} and not {WA_JS_SHA256}; it is not installed.")
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        replace(directory / name, content)


def check_archive(archive: Path, package: str, integrity: str) -> None:
    """Raises Refused where the archive is not the one that was reviewed."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != integrity:
        raise Refused(f"{package} has the hash sha512-{digest} and not {integrity}; it is not installed.")


def replace(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)


if __name__ == "__main__":
    sys.exit(main())
