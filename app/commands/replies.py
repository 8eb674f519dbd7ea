"""`flowhq replies`."""
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from app.commands.output import json_option, visible, write_json
from app.db import open_database
from app.errors import Conflict, Invalid
from app.replies import BotConfig, ConfigError, read_config
from app.replies.config import TEMPLATES
from app.replies.conversations import shipped
from app.replies.examples import example_content
from app.replies.graph import drawn
from app.services import content
from app.services.preview import HANDOVER, PICTURE
from app.services.rehearsal import Checked, Rehearsed, rehearse
from app.services.script import Conversation, Unusable, read_script, read_stored
from app.services.tenants import find_tenant
from app.settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TEMPLATE = click.Choice([name.lower() for name in TEMPLATES])


@click.group()
def replies() -> None:
    """Try what the bots answer, and see how they lead a conversation."""


@replies.command("test")
@click.argument("files", nargs=-1, type=FILE)
@click.option("--template", type=TEMPLATE, help="Only conversations with this template's bot; whose they are where "
              "they do not say.")
@click.option("--tenant", "slug", metavar="SLUG", help="With the bot of this tenant's draft, or of what it has "
              "published: its own conversations, or those of FILES.")
@json_option
@click.pass_obj
def rehearsal(
    settings: Settings, *, files: tuple[Path, ...], template: str | None, slug: str | None, as_json: bool,
) -> None:
    """Go through the conversations in FILES (YAML) and say where a bot does not answer as it must.

    Without FILES, through those that ship with Flow HQ. Ends with 1 where one does not go as it must.
    """
    scripts = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in files}
    if slug is None:
        gone = list(_with_examples(scripts or shipped(), (template or "").upper()))
    else:
        open_database(settings.database)
        gone = list(_with_tenant(scripts, slug))
    if not gone:
        raise Invalid("There is no conversation to go through.")
    if as_json:
        write_json([_as_json(name, rehearsed) for name, rehearsed in gone])
    else:
        _write(gone)
    if not all(rehearsed.is_right for _, rehearsed in gone):
        raise click.exceptions.Exit(1)


@replies.command()
@click.option("--template", type=TEMPLATE, default="booking", show_default=True, help="Whose dialogue.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def graph(template: str, output: Path | None) -> None:
    """Draw the states of a template's dialogue, with what leads out of each, as an SVG."""
    picture = drawn(template.upper())
    if output is None:
        click.echo(picture)
        return
    try:
        output.write_text(picture + "\n", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Drawn: {output}")


Gone = tuple[str, Rehearsed]


def _with_examples(scripts: dict[str, str], template: str) -> Iterator[Gone]:
    bots = {name: read_config(**example_content(name)) for name in TEMPLATES}
    for name, text in scripts.items():
        for conversation in _read(name, text):
            whose = conversation.template or template
            if not whose:
                raise Invalid(f"{name}: {conversation.name!r} does not say whose bot answers: add `template: booking` "
                              "to the file, or use --template or --tenant.")
            if template in ("", whose):
                yield name, _rehearse(bots[whose], conversation)


def _with_tenant(scripts: dict[str, str], slug: str) -> Iterator[Gone]:
    shop = content.workshop(find_tenant(slug))
    try:
        bot = content.read_values(shop.template, shop.values)
    except ConfigError as error:
        raise Conflict(f"The draft of {slug} cannot be used yet: {' '.join(error.problems)}") from None
    handover = content.handover_of(shop.values)
    for name, text in scripts.items():
        for conversation in _read(name, text):
            yield name, _rehearse(bot, conversation, handover)
    if not scripts:
        for conversation in _readable(slug, lambda: read_stored(shop.values["content"].get("conversations"))):
            yield slug, _rehearse(bot, conversation, handover)


def _read(name: str, text: str) -> tuple[Conversation, ...]:
    return _readable(name, lambda: read_script(text))


def _readable(name: str, read: Any) -> tuple[Conversation, ...]:
    try:
        found: tuple[Conversation, ...] = read()
    except Unusable as error:
        raise Invalid("\n".join(f"{name}: {problem}" for problem in error.problems)) from None
    return found


def _rehearse(bot: BotConfig, conversation: Conversation, handover: timedelta = HANDOVER) -> Rehearsed:
    return rehearse(bot, conversation, now=datetime.now(UTC), handover=handover)


def _write(gone: Sequence[Gone]) -> None:
    for name, rehearsed in gone:
        if not rehearsed.is_right:
            click.secho(f"{name}: {visible(rehearsed.conversation.name)}", bold=True)
            for line in rehearsed.lines:
                _write_line(line)
    wrong = sum(not rehearsed.is_right for _, rehearsed in gone)
    click.secho(f"{len(gone) - wrong} of {len(gone)} conversations went as they must.", fg="red" if wrong else "green")


def _write_line(line: Checked) -> None:
    click.echo(f"  customer: {visible(line.line.customer)}")
    for said in line.said.splitlines() if line.said else ["(silent)"]:
        click.echo(f"       bot: {visible(said)}")
    for problem in problems_of(line):
        click.secho(f"     wrong: {visible(problem)}", fg="red")


def problems_of(line: Checked) -> Iterator[str]:
    """What is wrong with the answer to a line, in words."""
    yield from (f"the answer lacks {text!r}" for text in line.missing)
    yield from (f"the answer holds {text!r}" for text in line.unwanted)
    if line.spoke:
        yield "the bot answered, and must be silent"
    if line.kept_silent:
        yield "the bot kept silent"
    if line.person is not None:
        yield "the chat went to a person" if line.person else "the chat did not go to a person"


def _as_json(name: str, rehearsed: Rehearsed) -> dict[str, Any]:
    return {
        "file": name, "name": rehearsed.conversation.name, "right": rehearsed.is_right,
        "lines": [
            {"customer": "(picture)" if line.line.customer == PICTURE else line.line.customer, "said": line.said,
             "right": line.is_right, "wrong": list(problems_of(line))}
            for line in rehearsed.lines
        ],
    }
