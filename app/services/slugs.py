"""A tenant's slug: its name in commands, unit names, roles and directories."""
import re

from app.errors import Invalid

LONGEST_SLUG = 27
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,25}[a-z0-9])?")


def check_slug(slug: str) -> str:
    """The slug itself; raises Invalid with the rule where it cannot be one."""
    if not _SLUG.fullmatch(slug):
        raise Invalid("%(slug)r cannot be a slug: use 1 to %(most)s of a-z, 0-9 and - (not at the ends), for example "
                      "juma-salon.", slug=slug, most=LONGEST_SLUG)
    return slug
