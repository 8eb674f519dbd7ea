"""What the bot knows of a chat that it handed over, in words for whoever takes it."""
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.models import Chat
from app.web.portal.reasons import FORMS

KNOWN: Mapping[str, LazyString] = {
    "service": _l("Service"), "day": _l("Day"), "time": _l("Time"), "name": _l("Name"), "people": _l("People"),
    "product": _l("Product"), "quantity": _l("Quantity"), "place": _l("Place"), "details": _l("In their words"),
    "problem": _l("Problem"), "phone": _l("Phone"),
}
WANTED: Mapping[str, LazyString] = {"fix": _l("help with a problem"), "addition": _l("to add to a ticket")}


def story_of(chat: Chat) -> list[tuple[str, list[str]]]:
    """Each part of the story with its heading; nothing where the bot has none to tell."""
    story = chat.state.get("story") if isinstance(chat.state, dict) else None
    return list(_parts(story)) if isinstance(story, dict) else []


def _parts(story: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    known, tried = story.get("known"), story.get("tried")
    parts: list[tuple[str, list[str]]] = []
    if wanted := str(story.get("wanted", "")):
        parts.append((_("The customer wanted"), [str(WANTED.get(wanted) or FORMS.get(wanted) or wanted)]))
    if isinstance(known, dict):
        parts += [(str(KNOWN.get(name, name.replace("_", " "))), [str(value)]) for name, value in known.items()]
    if isinstance(tried, list):
        parts.append((_("Tried, without help"), [str(step) for step in tried]))
    if said := story.get("said"):
        parts.append((_("Said last"), [str(said)]))
    return parts
