"""Session profiles: copied while their worker holds still, put back where a worker looks for them."""
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from app.errors import NotFound

STATE_ROOT = Path("/var/lib/private/flowhq")
"""Where systemd keeps the state directories of dynamic users."""
# Made again by the browser, and most of a profile's size.
NOT_KEPT = ("Cache", "Code Cache", "GPUCache", "DawnGraphiteCache", "DawnWebGPUCache", "GrShaderCache", "ShaderCache",
            "GraphiteDawnCache", "BrowserMetrics*", "Crashpad", "Singleton*", "tmp", "cache",
            "snapshots", "profile.broken*", "profile.new")


class Holder(Protocol):
    """Whoever can make a worker hold still."""

    def held(self, slug: str) -> AbstractContextManager[None]:
        """Stop every process of the tenant's worker where it is, and let them go on after."""


def tenants_in(root: Path) -> list[str]:
    """The slugs that have a profile there."""
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def take(root: Path, place: Path, holder: Holder, slugs: Sequence[str]) -> None:
    """Copy these tenants' state into `place`, each as it is in one moment; what has never run has none.

    A browser's files are as after a power cut then, which it is made to survive.
    """
    place.mkdir()
    for slug in set(slugs) & set(tenants_in(root)):
        with holder.held(slug):
            shutil.copytree(root / slug, place / slug, symlinks=True, ignore=shutil.ignore_patterns(*NOT_KEPT),
                            ignore_dangling_symlinks=True)


def put_back(place: Path, root: Path, slug: str) -> None:
    """Put one tenant's state where its worker looks for it, in place of what is there; raises NotFound."""
    if not (place / slug).is_dir():
        raise NotFound("The backup has no profile of %(slug)s.", slug=slug)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = root / f".{slug}.new"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(place / slug, beside, symlinks=True)
    shutil.rmtree(root / slug, ignore_errors=True)
    # Owned by root: systemd gives it to whom the worker's user is when it starts.
    beside.rename(root / slug)
