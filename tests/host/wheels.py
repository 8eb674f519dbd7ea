"""The wheels that Flow HQ requires, downloaded once, for a host that reaches no package index."""
import configparser
import platform
import subprocess
import sys
from pathlib import Path

from tests.host.image import cached
from tests.source_tree import ROOT


def wheelhouse(*also: str) -> Path:
    """A directory with every wheel that Flow HQ's own requires on Debian 12, and those of what is wanted also."""
    wanted = [*requirements(), *also]

    def download(directory: Path) -> None:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--dest", directory,
                        "--only-binary=:all:", "--python-version=3.11", *platforms(), *wanted], check=True)

    return cached("wheels", repr(wanted), download)


def requirements() -> list[str]:
    """What setup.cfg names, each with its version."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    return [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]


def platforms() -> list[str]:
    """What Debian 12, with its glibc 2.36, can run, whatever this machine is."""
    kind = platform.machine()
    return [f"--platform=manylinux{version}_{kind}" for version in ("2014", *(f"_2_{n}" for n in range(36, 16, -1)))]
