import hashlib
from dataclasses import replace

import pytest

from worker.whatsapp.bundle import BundleError, read_bundle


def test_the_bundle_is_read_when_its_hash_is_the_expected_one(settings, tmp_path):
    path = tmp_path / "wa.js"
    path.write_text("// wa")
    chosen = replace(settings, wa_js=path, wa_js_sha256=hashlib.sha256(b"// wa").hexdigest())
    assert read_bundle(chosen) == "// wa"


def test_another_bundle_is_refused_with_what_to_do(settings, tmp_path):
    path = tmp_path / "wa.js"
    path.write_text("// something else")
    with pytest.raises(BundleError, match="not the expected wa-js.*make wa-js"):
        read_bundle(replace(settings, wa_js=path))


def test_a_missing_bundle_is_refused_with_what_to_do(settings, tmp_path):
    with pytest.raises(BundleError, match="make wa-js"):
        read_bundle(replace(settings, wa_js=tmp_path / "nothing.js"))
