"""`flowhq understand`."""
import json
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.errors import Invalid
from app.replies import read_config
from app.replies.config import TEMPLATES, BotConfig
from app.replies.examples import example_content
from app.replies.reading import read_message
from app.replies.voice import LANGUAGES

AUTO = "auto"
LONGEST_LINE = 65536


@click.command()
@click.option("--template", required=True, type=click.Choice([name.lower() for name in TEMPLATES]),
              help="Whose intents.")
@click.option("--language", default=AUTO, show_default=True,
              type=click.Choice([*(name.lower() for name in LANGUAGES), AUTO]),
              help="What is written, or auto to tell it from each message.")
@click.option("--now", metavar="TIME", help="From when days and times are counted, such as 2026-03-04T12:00; now.")
@click.option("--zone", default="Africa/Dar_es_Salaam", show_default=True, help="The time zone of the business.")
def understand(template: str, language: str, now: str | None, zone: str) -> None:
    """Say what each message on standard input means: one line of JSON for each line.

    Services and products are those of the template's example.
    """
    bot = {"timezone": zone_named(zone).key, "language": LANGUAGES[0] if language == AUTO else language.upper()}
    config = read_config(**example_content(template.upper()) | bot)
    moment = moment_named(now, config.zone)
    for line in sys.stdin.buffer:
        text = line[:LONGEST_LINE].decode("utf-8", errors="replace").rstrip("\r\n")
        click.echo(json.dumps(as_json(text, config, language.upper(), moment), ensure_ascii=False))
        sys.stdout.flush()


def as_json(text: str, config: BotConfig, language: str, now: datetime) -> dict[str, Any]:
    """What one message means, as it is written."""
    read = read_message(text, config, now, "" if language == AUTO.upper() else language)
    return {
        "intent": read.intent,
        "confidence": round(read.confidence, 4),
        "language": read.language.lower(),
        "slots": read.slots,
        "because": read.because,
    }


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name; Invalid where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise Invalid(f"{name!r} is no time zone: write it like Africa/Dar_es_Salaam.") from None


def moment_named(text: str | None, zone: ZoneInfo) -> datetime:
    """A time as it is written on the command line, in the zone unless it names one; Invalid where it is none."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no time: write it like 2026-03-04T12:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
