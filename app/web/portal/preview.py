"""Talk to the bot as a customer would, on the draft or on what is published, without sending anything."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request

from app.models import Language
from app.models.base import utc_now
from app.replies import BotConfig, ConfigError
from app.replies.hours import DAYS
from app.services import content
from app.services.preview import HANDOVER, MOST_LINES, PICTURE, PreviewLine, clean_line, play
from app.web.access import current_tenant, member
from app.web.labels import LABELS
from app.web.portal.blueprint import blueprint


@dataclass(frozen=True)
class Talk:
    """A conversation with a bot as the page shows it, and as its form brings it back."""

    said: tuple[str, ...]
    language: str
    day: str
    clock: str
    lines: tuple[PreviewLine, ...] = ()
    problems: tuple[str, ...] = ()


@blueprint.route("/preview", methods=["GET", "POST"])
@member
def preview() -> str:
    """The conversation so far; nothing is kept here, it comes back with each message."""
    tenant = current_tenant()
    shop = content.workshop(tenant)
    which = request.form.get("which", "draft" if shop.draft else "published")
    values = shop.values if which == "draft" else content.published(tenant)
    talk = talk_about(request.form, lambda: content.read_values(shop.template, values),
                      handover=content.handover_of(values))
    return render_template("portal/preview.html", talk=talk, which=which, has_draft=shop.draft is not None, days=DAYS,
                           picture=PICTURE, labels=LABELS)


def talk_about(
    form: Mapping[str, str], make_bot: Any, *, now: datetime | None = None, handover: timedelta = HANDOVER,
) -> Talk:
    """Play the conversation that the form brings with the bot, as of now or of the moment that the form names."""
    said = _said()
    language = form.get("language", "") if form.get("language") in tuple(Language) else ""
    day = form.get("day", "") if form.get("day") in DAYS else ""
    clock = _clock(form.get("clock", ""))
    try:
        bot: BotConfig = make_bot()
    except ConfigError as error:
        return Talk(said, language, day, clock, problems=error.problems)
    moment = moment_of(day, clock, bot.zone, now or utc_now())
    return Talk(said, language, day, clock, tuple(
        play(bot, said, language=language, now=moment, handover=handover)))


def moment_of(day: str, clock: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time that it is this day and time in the zone; what is empty is as it is now."""
    local = now.astimezone(zone)
    ahead = (DAYS.index(day) - local.weekday()) % len(DAYS) if day else 0
    at = time.fromisoformat(clock) if clock else local.time()
    return datetime.combine(local.date() + timedelta(days=ahead), at, zone)


def _said() -> tuple[str, ...]:
    """What the customer has said, with what is being said now."""
    if request.form.get("do") == "reset":
        return ()
    said = [clean_line(text) for text in request.form.getlist("said")]
    new = PICTURE if request.form.get("do") == "picture" else clean_line(request.form.get("text", ""))
    return tuple(text for text in [*said, new] if text)[-MOST_LINES:]


def _clock(text: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        return ""
