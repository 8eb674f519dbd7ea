"""PURE: who takes part: tenants with a mark of their own in all they say, and customers who write to every one."""
from collections.abc import Iterable
from dataclasses import dataclass

from app.models import Template

# Most slugs begin with the same words; a number at the end must not be the beginning of another.
PLACES = 3
# The first two come by a sign-up, so that there are owners who can try each other's pages.
OWNERS = 2


@dataclass(frozen=True)
class Business:
    """A tenant of the test. Its slug is its mark: customers say it, and its address is known to its bot alone."""

    slug: str
    number: str
    template: Template
    has_owner: bool

    @property
    def name(self) -> str:
        """What makes the slug when an owner types it."""
        return self.slug.replace("-", " ")

    @property
    def address(self) -> str:
        """What the bot says where it is asked where the business is."""
        return f"Plot {self.slug}"

    @property
    def email(self) -> str:
        """With what its owner signs in."""
        return f"{self.slug}@example.com"


def businesses(run: str, numbers: Iterable[str], count: int) -> list[Business]:
    """The tenants of a run, with `count` numbers that nobody has."""
    templates = tuple(Template)
    return [Business(f"{run}-{place:0{PLACES}}", number, templates[place % len(templates)], has_owner=place <= OWNERS)
            for place, number in zip(range(1, count + 1), numbers, strict=False)]


def question(business: Business, customer: str, place: int) -> str:
    """The customer's nth line to a business; no other line of the run has the same text."""
    return f"Where are you? ({business.slug}, {customer[-7:]}/{place})"
