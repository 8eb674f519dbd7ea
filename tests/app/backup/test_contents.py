"""A backup round: packed for its reader, opened by nobody else, and found out where it was changed."""
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.backup import contents, profiles, programs
from app.errors import FlowError, Invalid, NotFound

NOW = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What a backup is made of, small."""
    place = tmp_path / "place"
    (place / contents.PROFILES / "acme/profile").mkdir(parents=True)
    (place / contents.PROFILES / "acme/profile/Cookies").write_bytes(b"linked")
    (place / contents.DUMP).write_bytes(b"PGDMP")
    (place / contents.SECRET).write_text("k" * 64)
    return place


def key(path: Path) -> tuple[Path, Path]:
    """A key of the operator's, and the file of recipients for it."""
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    public = subprocess.run(["age-keygen", "-y", path], check=True, capture_output=True, text=True).stdout
    recipients = path.with_suffix(".public")
    recipients.write_text(public)
    return path, recipients


def packed(place: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A whole backup, and the key that opens it."""
    contents.write_manifest(place, version="0.1.0", made_at=NOW, database="flowhq", tenants=["acme"])
    identity, recipients = key(tmp_path / "operator.key")
    programs.pack(place, tmp_path / "backup.age", recipients)
    return tmp_path / "backup.age", identity


def unpacked(source: Path, identity: Path, tmp_path: Path) -> Path:
    there = tmp_path / "there"
    there.mkdir()
    programs.unpack(source, identity, there)
    return there


def test_what_went_in_comes_out(place: Path, tmp_path: Path) -> None:
    there = unpacked(*packed(place, tmp_path), tmp_path)
    manifest = contents.read_manifest(there)
    assert (manifest.tenants, manifest.moment) == (["acme"], NOW)
    assert (there / "profiles/acme/profile/Cookies").read_bytes() == b"linked"


def test_only_its_owner_may_read_the_file_and_nobody_without_the_key(place: Path, tmp_path: Path) -> None:
    source, _ = packed(place, tmp_path)
    assert source.stat().st_mode & 0o077 == 0
    assert b"linked" not in source.read_bytes()
    other, _ = key(tmp_path / "other.key")
    with pytest.raises(FlowError, match="age failed: .*no identity matched"):
        unpacked(source, other, tmp_path)


def test_a_file_that_was_changed_is_found_out_by_its_name(place: Path, tmp_path: Path) -> None:
    there = unpacked(*packed(place, tmp_path), tmp_path)
    (there / "profiles/acme/profile/Cookies").write_bytes(b"linkeD")
    with pytest.raises(Invalid, match="profiles/acme/profile/Cookies"):
        contents.read_manifest(there)


@pytest.mark.parametrize("change", ["lost", "added"])
def test_a_file_that_was_lost_or_added_is_found_out(place: Path, tmp_path: Path, change: str) -> None:
    there = unpacked(*packed(place, tmp_path), tmp_path)
    if change == "lost":
        (there / contents.DUMP).unlink()
    else:
        (there / "more").write_text("x")
    with pytest.raises(Invalid, match="1 files are not what they were"):
        contents.read_manifest(there)


def test_a_backup_that_was_cut_off_is_refused(place: Path, tmp_path: Path) -> None:
    source, identity = packed(place, tmp_path)
    source.write_bytes(source.read_bytes()[:-20])
    with pytest.raises(FlowError, match="failed"):
        unpacked(source, identity, tmp_path)


def test_without_a_recipient_it_says_how_to_make_one(place: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="age-keygen"):
        programs.pack(place, tmp_path / "backup.age", tmp_path / "nobody")
    assert not (tmp_path / "backup.age").exists()


def test_nothing_half_made_is_left_where_packing_fails(place: Path, tmp_path: Path) -> None:
    recipients = tmp_path / "recipients"
    recipients.write_text("age1thisisnokey\n")
    with pytest.raises(FlowError, match="age failed"):
        programs.pack(place, tmp_path / "backup.age", recipients)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["place", "recipients"]


def test_a_profile_is_put_back_in_place_of_what_is_there(place: Path, tmp_path: Path) -> None:
    root = tmp_path / "state"
    (root / "acme").mkdir(parents=True)
    (root / "acme/old").touch()
    profiles.put_back(place / contents.PROFILES, root, "acme")
    assert [path.name for path in (root / "acme").iterdir()] == ["profile"]
    with pytest.raises(NotFound, match="beta"):
        profiles.put_back(place / contents.PROFILES, root, "beta")
