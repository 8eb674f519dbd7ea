"""The build takes the reviewed wa-js and nothing else."""
import base64
import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "build-aux"))

import wa_js  # noqa: E402 - the build's scripts are no package

FILES = {"dist/wppconnect-wa.js": b"not wa-js", "dist/wppconnect-wa.js.LICENSE.txt": b"a", "LICENSE": b"b"}


@pytest.fixture
def archive(tmp_path):
    """A package with the names of wa-js's and another bundle."""
    path = tmp_path / "wa-js.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))
    return path


def integrity_of(path):
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_another_package_is_refused(archive, tmp_path):
    with pytest.raises(wa_js.Refused, match="is not installed") as refusal:
        wa_js.install(archive, tmp_path / "wa_js")

    assert wa_js.INTEGRITY in str(refusal.value)
    assert not (tmp_path / "wa_js").exists()


def test_the_right_package_with_another_bundle_is_refused(archive, tmp_path):
    with pytest.raises(wa_js.Refused, match="SHA-256"):
        wa_js.install(archive, tmp_path / "wa_js", integrity_of(archive))

    assert not (tmp_path / "wa_js").exists()


def test_the_bundle_comes_with_its_licences(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(wa_js, "WA_JS_SHA256", hashlib.sha256(b"not wa-js").hexdigest())

    wa_js.install(archive, tmp_path / "wa_js", integrity_of(archive))

    bundle = tmp_path / "wa_js" / "wppconnect-wa.js"
    assert sorted(path.name for path in bundle.parent.iterdir()) == sorted(wa_js.MEMBERS.values())
    assert wa_js.is_installed(bundle)


def test_a_changed_bundle_does_not_pass_for_installed(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(wa_js, "WA_JS_SHA256", hashlib.sha256(b"not wa-js").hexdigest())
    wa_js.install(archive, tmp_path / "wa_js", integrity_of(archive))
    bundle = tmp_path / "wa_js" / "wppconnect-wa.js"

    bundle.write_bytes(b"edited")

    assert not wa_js.is_installed(bundle)


def test_what_setup_installed_is_the_reviewed_bundle():
    assert wa_js.is_installed(wa_js.DESTINATION)
