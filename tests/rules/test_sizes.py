"""What a newcomer has to read at a time stays small."""
import ast

from tests.source_tree import files, named, parsed

FUNCTION_LINES, MODULE_LINES = 60, 400
EVERYWHERE = ("app", "worker", "tests", "training", "build-aux")
SAY_NOTHING = {"utils", "util", "helpers", "common", "misc", "manager"}


def test_no_function_is_longer_than_a_screen():
    too_long = [
        f"{named(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in files(".py", under=EVERYWHERE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= FUNCTION_LINES
    ]

    assert too_long == []


def test_no_module_is_longer_than_a_sitting():
    modules = files(".py", ".js", ".css", under=EVERYWHERE)
    lengths = {named(path): len(path.read_text().splitlines()) for path in modules}

    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_every_module_is_named_after_what_it_is_about():
    assert [named(path) for path in files(".py", under=EVERYWHERE) if path.stem in SAY_NOTHING] == []
