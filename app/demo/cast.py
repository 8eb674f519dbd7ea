"""PURE: who takes part in the demonstration."""
from dataclasses import dataclass
from typing import Any

from app.models import Template
from app.replies.examples import example_content


@dataclass(frozen=True)
class Business:
    """A demo tenant, which is the template's example, and the first words that it hears."""

    slug: str
    template: Template
    number: str
    first_words: str

    @property
    def example(self) -> dict[str, Any]:
        """Its business_name, language, timezone, hours and content."""
        return example_content(self.template)

    @property
    def name(self) -> str:
        """What its customers call it."""
        return str(self.example["business_name"])


BUSINESSES = (
    Business("demo-booking", Template.BOOKING, "+255700000001", "Habari, mna huduma gani?"),
    Business("demo-shop", Template.ECOMMERCE, "+255700000002", "Hi! I want 2 bar soap and 3 sugar"),
    Business("demo-support", Template.SUPPORT, "+255700000003", "Hello, my internet is not working"),
)
CUSTOMER, CUSTOMER_NAME = "+255700000101", "Asha"
# Quick enough to watch, and generous enough to try things out.
CONFIG: dict[str, Any] = {
    "typing_ms_per_char": 10, "typing_max_ms": 600, "chat_limit": 60, "chat_window_s": 60,
    "tenant_limit": 600, "tenant_window_s": 60,
}
