"""A tenant's bot as `decide` needs it, read from the shapes in which it is stored."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo


class ConfigError(ValueError):
    """The stored configuration cannot be used; one sentence per problem in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class BotConfig:
    """What one tenant's bot knows."""

    template: str
    language: str
    business_name: str
    zone: ZoneInfo


def read_config(
    *, template: str, language: str, business_name: str, timezone: str, hours: Mapping[str, Any], content: Mapping[str, Any],
) -> BotConfig:
    """Check the stored configuration and make it ready for use; ConfigError names every problem."""
    return BotConfig(template, language, business_name, ZoneInfo(timezone))
