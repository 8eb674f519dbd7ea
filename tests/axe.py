"""Whether everybody can use a page: axe-core's findings in a real browser."""
from functools import cache
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

AXE = Path(__file__).resolve().parent.parent / ".venv/axe-core/axe.min.js"
RUN = """
const [rules, done] = arguments;
const options = { resultTypes: ["violations"] };
if (rules.length) options.runOnly = { type: "rule", values: rules };
axe.run(document, options).then(done);
"""


def findings(driver: WebDriver, *rules: str) -> list[str]:
    """What axe-core finds wrong with the open page, by these rules or all: which rule, and where."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(_source())
    found: dict[str, Any] = driver.execute_async_script(RUN, rules)
    return [f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
            for violation in found["violations"] for node in violation["nodes"]]


@cache
def _source() -> str:
    return AXE.read_text()
