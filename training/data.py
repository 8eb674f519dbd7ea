"""The labelled messages in a data folder: `<domain>.<language>.<part>.jsonl`, one object a line."""
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

LICENCES = {
    "shop": "Bitext customer-support intent detection dataset, CDLA-Sharing 1.0",
    "booking.en": "CLINC150 (Larson et al., clinc/oos-eval), CC BY 3.0; InjongoIntent English (Masakhane)",
    "booking.sw": "InjongoIntent Swahili (Masakhane)",
}


@dataclass(frozen=True)
class Line:
    """One labelled message; `target` are the annotated slots, as they stand in the data."""

    text: str
    intent: str
    language: str
    target: str = ""


@dataclass(frozen=True)
class DataFile:
    """The lines of one file, and what identifies it."""

    name: str
    domain: str
    language: str
    sha256: str
    lines: tuple[Line, ...]

    @property
    def licence(self) -> str:
        """Where the lines come from, and under which terms."""
        return LICENCES.get(f"{self.domain}.{self.language}") or LICENCES.get(self.domain, "unknown")


def read_files(folder: Path, part: str) -> list[DataFile]:
    """All files of one part (`train`, `dev`), by name; FileNotFoundError where the folder has none."""
    paths = sorted(folder.glob(f"*.*.{part}.jsonl"))
    if not paths:
        raise FileNotFoundError(f"There is no *.{part}.jsonl in {folder}: name the folder with the data.")
    return [_read(path) for path in paths]


def _read(path: Path) -> DataFile:
    stored = path.read_bytes()
    domain, language, *_ = path.name.split(".")
    rows = [json.loads(line) for line in stored.decode().splitlines() if line.strip()]
    lines = tuple(Line(row["text"], row["intent"], language, row.get("target", "")) for row in rows)
    return DataFile(path.name, domain, language, hashlib.sha256(stored).hexdigest(), lines)
