"""Chats: find them, read them with the bot's reasons, take them over, write into them."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import format_date, format_datetime, format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models import OWNER_PHONE, Chat, Direction, Message, Outcome, TenantConfig
from app.models.base import utc_now
from app.services import chats as service
from app.services import tenant_data, tickets
from app.services.chats import Thread, Wanted
from app.web.access import current_tenant, member
from app.web.errors import said
from app.web.places import behind, chat_place, row_id
from app.web.portal.blueprint import blueprint, who
from app.web.portal.reasons import DELIVERIES, OUTCOMES, author_in_words, is_unsure, reason_in_words
from app.web.portal.story import story_of

SHOWN_CHARACTERS = 1000
SNIPPET_CHARACTERS = 120
# Stands beside the outcomes in the search for chats.
UNSURE = "UNSURE"
TURN_HOURS = (1, 4, 12, 24, 72, 168)


@dataclass(frozen=True)
class Turn:
    """Whose turn it is in a chat: `until` when a person's, and what brought that about."""

    with_person: bool
    until: datetime | None = None
    why: str = ""

    @property
    def until_text(self) -> str:
        """The time, and where it is not today the day, by the tenant's clock."""
        if self.until is None:
            return ""
        is_today = format_date(self.until) == format_date(utc_now())
        return str(format_time(self.until, "short") if is_today else format_datetime(self.until, "short"))


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Give templates the words for what happened to messages."""
    return {"reason_in_words": reason_in_words, "author_in_words": author_in_words, "is_unsure": is_unsure,
            "outcome_words": OUTCOMES, "delivery_words": DELIVERIES, "unsure": UNSURE}


@blueprint.get("/chats")
@member
def chats() -> str:
    """The chats that were looked for, newest first."""
    return render_template("portal/chats.html", **_found())


@blueprint.get("/chats/part")
@member
def chats_part() -> str:
    """The part of the page that renews itself."""
    return render_template("portal/chats_part.html", **_found())


@blueprint.get("/chats/waiting")
@member
def waiting_part() -> str:
    """The number of chats that wait for a person, as every page shows it."""
    return render_template("portal/waiting_part.html")


@blueprint.get("/chats/<int:chat_id>")
@member
def chat(chat_id: int) -> str:
    """One chat, with what there is to do about it."""
    return render_template("portal/chat.html", **_opened(chat_id), typed="")


@blueprint.get("/chats/<int:chat_id>/part")
@member
def chat_part(chat_id: int) -> str:
    """The part of the page that renews itself."""
    return render_template("portal/chat_part.html", **_opened(chat_id))


@blueprint.get("/chats/<int:chat_id>/messages/<int:message_id>")
@member
def message(chat_id: int, message_id: int) -> str:
    """One message, however long."""
    found = service.find_chat(current_tenant(), chat_id)
    return render_template("portal/message.html", chat=found, message=service.find_message(found, message_id))


@blueprint.post("/chats/<int:chat_id>/messages")
@member
def write_message(chat_id: int) -> Response | tuple[str, int]:
    """Send a message to the customer."""
    typed = request.form.get("text", "")
    try:
        service.write_message(current_tenant(), chat_id, typed, now=utc_now(), **who())
    except Invalid as error:
        flash(said(error), "danger")
        return render_template("portal/chat.html", **_opened(chat_id), typed=typed), 400
    return _back_to(chat_id)


@blueprint.post("/chats/<int:chat_id>/take-over")
@member
def take_over(chat_id: int) -> Response:
    """Keep the bot out of the chat for some hours."""
    hours = request.form.get("hours", type=int) or 0
    service.take_over(current_tenant(), chat_id, hours=hours, now=utc_now(), **who())
    flash(_("The chat is yours now: the bot keeps out of it."), "success")
    return _back_to(chat_id)


@blueprint.post("/chats/<int:chat_id>/give-back")
@member
def give_back(chat_id: int) -> Response:
    """Let the bot answer again."""
    service.give_back(current_tenant(), chat_id, **who())
    flash(_("The bot answers in this chat again."), "success")
    return _back_to(chat_id)


@blueprint.get("/chats/<int:chat_id>/messages.csv")
@member
def chat_csv(chat_id: int) -> FlaskResponse:
    """The chat for a spreadsheet."""
    found = service.find_chat(current_tenant(), chat_id)
    return csv_file(tenant_data.chat_csv(found), f"chat-{chat_id}.csv")


@blueprint.get("/messages.csv")
@member
def messages_csv() -> FlaskResponse:
    """All messages, or those of one day, for a spreadsheet."""
    tenant, day = current_tenant(), _day(request.args.get("day", ""))
    begins, ends = service.day_of(day, _zone()) if day else (None, utc_now())
    name = f"{tenant.slug}-{day.isoformat() if day else 'all'}.csv"
    return csv_file(tenant_data.message_csv(tenant, since=begins, until=ends), name)


def csv_file(lines: Iterator[str], name: str) -> FlaskResponse:
    """A download that is written while it is read."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FlaskResponse(stream_with_context(lines), mimetype="text/csv", headers=disposition)


def _found() -> dict[str, object]:
    typed = {name: request.args.get(name, "").replace("\0", "") for name in ("q", "day", "outcome")}
    wanted = Wanted(typed["q"], _day(typed["day"]), _outcome(typed["outcome"]), typed["outcome"] == UNSURE)
    page = service.find_chats(current_tenant(), wanted, _zone(), chat_place())
    now = utc_now()
    turns = {chat.id: service.is_with_person(chat, now) for chat in page.chats}
    return {"page": page, "typed": typed, "turns": turns, "behind": behind(page.following),
            "is_first": "behind" not in request.args, "is_narrowed": any(typed.values()),
            "bad_day": bool(typed["day"]) and wanted.day is None,
            "snippet": SNIPPET_CHARACTERS, "searched": service.SEARCHED_MESSAGES}


def _opened(chat_id: int) -> dict[str, object]:
    before = row_id("before")
    found = service.find_chat(current_tenant(), chat_id)
    service.mark_read(found)
    thread = service.read_thread(found, before=before)
    return {"chat": found, "customer": tenant_data.customer_of(found), "thread": thread, "is_newest": before is None,
            "turn": turn_of(found, thread, utc_now()), "turn_hours": TURN_HOURS, "shown": SHOWN_CHARACTERS,
            "longest": service.LONGEST_MESSAGE, "story": story_of(found), "chat_tickets": tickets.of_chat(found)}


def turn_of(chat: Chat, thread: Thread, now: datetime) -> Turn:
    """Who answers in the chat, and because of what."""
    if not service.is_with_person(chat, now):
        return Turn(False)
    last = next((each for each in reversed(thread.messages) if _calls_a_person(each)), None)
    return Turn(True, chat.person_until, _why(last))


def _calls_a_person(message: Message) -> bool:
    return bool(message.author) or message.outcome == Outcome.HANDED_OVER


def _why(message: Message | None) -> str:
    if message is None:
        return _("A person has taken this chat over.")
    if message.direction == Direction.IN:
        return _("The bot has handed this chat to a person.")
    if message.author == OWNER_PHONE:
        return _("Somebody of you typed on the phone, so the bot keeps out.")
    return _("%(author)s wrote from here, so the bot keeps out.", author=message.author)


def _back_to(chat_id: int) -> Response:
    return redirect(url_for("portal.chat", chat_id=chat_id), 303)


def _zone() -> ZoneInfo:
    return ZoneInfo(TenantConfig.get(TenantConfig.tenant == current_tenant()).timezone)


def _day(text: str) -> date | None:
    """The day, or None for what is none; days at the ends of time cannot be converted between zones."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min + timedelta(days=2) < day < date.max - timedelta(days=2) else None


def _outcome(text: str) -> Outcome | None:
    return Outcome(text) if text in tuple(Outcome) else None
