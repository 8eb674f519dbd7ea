import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "build-aux"))

import check_wheel  # noqa: E402 - the build's scripts are no package


@pytest.mark.slow
def test_the_wheel_carries_everything_and_runs_in_a_new_virtualenv(tmp_path):
    done = subprocess.run([ROOT / "build-aux" / "wheel", tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("flowhq-*.whl"))) == 1


@pytest.fixture
def tree(tmp_path):
    """A small tree with a page script, a program and wa-js."""
    for name in ("app/__init__.py", "worker/page.js", "worker/program", "worker/whatsapp/wa_js/wppconnect-wa.js"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "tree/worker/program").chmod(0o755)
    return tmp_path / "tree"


def complaints(tree, without="", program_mode=0o755):
    wheel = tree.parent / "flowhq.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in check_wheel.files(tree):
            name = path.relative_to(tree).as_posix()
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (program_mode if name == "worker/program" else 0o644) << 16
            if name != without:
                archive.writestr(entry, "x")
    return list(check_wheel.complain(wheel, tree))


def test_a_whole_wheel_passes(tree):
    assert complaints(tree) == []


def test_a_missing_page_script_is_named(tree):
    (complaint,) = complaints(tree, without="worker/page.js")

    assert "lacks worker/page.js" in complaint


def test_missing_wa_js_is_named_even_where_the_tree_has_none(tree):
    (tree / "worker/whatsapp/wa_js/wppconnect-wa.js").unlink()

    assert complaints(tree) == ["flowhq.whl lacks wa-js: make wa-js"]


def test_a_program_that_lost_its_mode_is_named(tree):
    (complaint,) = complaints(tree, program_mode=0o644)

    assert "worker/program" in complaint
