"""Whether everybody can use a page: axe-core's findings in a real browser."""
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

AXE = Path(__file__).resolve().parent.parent / ".venv/axe-core/axe.min.js"


def findings(driver: WebDriver) -> list[str]:
    """What axe-core finds wrong with the open page: the rule, and where; nothing where all is well."""
    driver.execute_script(AXE.read_text())
    found: dict[str, Any] = driver.execute_async_script("axe.run(document).then(arguments[0])")
    return [f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
            for violation in found["violations"] for node in violation["nodes"]]
