"""What reaches outside the program does so in one place each."""
import ast
import re

from tests.source_tree import files, named, parsed

ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
# Names of XML languages, which nothing fetches.
NAMESPACES = ("http://www.w3.org/",)
OURS = ("http://127.0.0.1", "http://localhost")


def reads_of_the_environment(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            names = {node.attr}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = {alias.name for alias in node.names}
        else:
            continue
        if names & ENVIRONMENT:
            yield node.lineno


def test_only_settings_reads_the_environment():
    reads = [named(path, line) for path in files(".py") for line in reads_of_the_environment(parsed(path))]

    assert [read for read in reads if not read.startswith("app/settings.py")] == []
    assert reads, "the rule looks for something that settings.py no longer does"


def test_only_one_file_runs_systemctl():
    named_in_code = [
        named(path, node.lineno)
        for path in files(".py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and re.fullmatch(r"(/usr)?(/bin/)?systemctl", node.value.split()[0] if node.value.strip() else "")
    ]

    assert [place for place in named_in_code if not place.startswith("app/systemd.py")] == []


def test_pages_and_scripts_name_no_host_but_our_own():
    foreign = [
        f"{named(path, number)}: {address}"
        for path in files(".html", ".js", ".css", ".svg")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for address in re.findall(r"""(?:(?:https?|wss?):)?//[\w-]+(?:\.[\w-]+)+[^\s"'<>)`]*""", line)
        if not address.startswith((*NAMESPACES, *OURS))
    ]

    assert foreign == []
