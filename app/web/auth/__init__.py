"""Signing up, in and out, and everybody's own account."""
from app.web.auth import account, entry, links, second_factor
from app.web.auth.blueprint import blueprint

__all__ = ["account", "blueprint", "entry", "links", "second_factor"]
