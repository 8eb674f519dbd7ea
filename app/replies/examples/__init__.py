"""One complete, believable tenant for each template, for demos and tests."""
from typing import Any

from app.replies.voice import read_yaml

EXAMPLES = ("BOOKING", "ECOMMERCE", "SUPPORT")


def example_content(template: str) -> dict[str, Any]:
    """What `read_config` takes: template, business_name, language, timezone, hours, content; KeyError if not known."""
    if template not in EXAMPLES:
        raise KeyError(template)
    return {"template": template, **read_yaml(f"examples/{template.lower()}.yaml")}
