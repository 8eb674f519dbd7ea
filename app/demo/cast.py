"""PURE: who takes part in the demonstration."""
from dataclasses import dataclass
from typing import Any

from app.models import Template
from app.replies.examples import example_content


@dataclass(frozen=True)
class Business:
    """A demo tenant, which is the template's example, the first words that it hears, and what one customer finishes."""

    slug: str
    template: Template
    number: str
    first_words: str
    talk: tuple[str, ...]

    @property
    def example(self) -> dict[str, Any]:
        """Its business_name, language, timezone, hours and content."""
        return example_content(self.template)

    @property
    def name(self) -> str:
        """What its customers call it."""
        return str(self.example["business_name"])


BUSINESSES = (
    Business("demo-booking", Template.BOOKING, "+255700000001", "Habari, mna huduma gani?",
             ("Habari, nataka kufanya pedicure ya miguu Jumanne ijayo saa tisa mchana", "Juma", "ndiyo")),
    Business("demo-shop", Template.ECOMMERCE, "+255700000002", "Hi! I want 2 bar soap and 3 sugar",
             ("2 bar soap and 3 sugar please", "done", "Kariakoo", "Msimbazi Street 12, next to the bank", "Juma",
              "yes")),
    Business("demo-support", Template.SUPPORT, "+255700000003", "Hello, my internet is not working",
             ("my internet is not working", "no", "no", "no")),
)
CUSTOMER, CUSTOMER_NAME = "+255700000101", "Asha"
# Who books, orders and opens a ticket.
FINISHER, FINISHER_NAME = "+255700000102", "Juma"
# Quick enough to watch, and generous enough to try things out.
CONFIG: dict[str, Any] = {
    "typing_ms_per_char": 10, "typing_max_ms": 600, "chat_limit": 60, "chat_window_s": 60,
    "tenant_limit": 600, "tenant_window_s": 60,
}
