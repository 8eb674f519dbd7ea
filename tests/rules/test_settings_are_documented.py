from app.settings import VARIABLES
from tests.source_tree import ROOT


def test_every_setting_has_a_row_in_the_readme():
    readme = (ROOT / "README.md").read_text()

    assert [variable for variable in VARIABLES.values() if f"| `{variable}` |" not in readme] == []
