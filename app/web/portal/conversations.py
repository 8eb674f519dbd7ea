"""The business's own test conversations: written in a form or a file, and gone through with the draft's bot."""
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response as Answer
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.models.base import utc_now
from app.replies import ConfigError
from app.services import content as service
from app.services.content import Workshop
from app.services.preview import MOST_LINES
from app.services.rehearsal import Rehearsed, rehearse
from app.services.script import LONGEST_SCRIPT, Conversation, Unusable, read_script, read_stored, stored, written
from app.web.access import current_tenant, member
from app.web.labels import LABELS
from app.web.portal import rows, scenes
from app.web.portal.blueprint import blueprint, who
from app.web.portal.preview import talk_about

PAGE = 20


@blueprint.get("/content/conversations")
@member
def content_conversations() -> str:
    """A page of the conversations, each with what the bot made of it."""
    shop, start = service.workshop(current_tenant()), max(0, request.args.get("start", 0, type=int))
    kept, problems = _kept(shop)
    if start and start >= len(kept):
        abort(404)
    gone, bot_problems = _gone_through(shop, kept[start:start + PAGE])
    return render_template(
        "portal/conversations.html", shop=shop, gone=gone, start=start, total=len(kept), page_length=PAGE,
        problems=problems, bot_problems=bot_problems, wrong=sum(not rehearsed.is_right for rehearsed in gone))


@blueprint.get("/content/conversations/new")
@member
def new_conversation() -> str:
    """An empty conversation to fill in."""
    return _form(service.workshop(current_tenant()), scenes.Scene(), None)


@blueprint.post("/content/conversations/keep")
@member
def keep_talk() -> str:
    """The talk of the preview as a conversation to fill in: each answer begins as it did."""
    shop = service.workshop(current_tenant())
    talk = talk_about(request.form, lambda: service.read_values(shop.template, shop.values))
    return _form(shop, scenes.of_talk(talk.lines, talk.day, talk.clock, talk.language), None)


@blueprint.get("/content/conversations/<int:place>")
@member
def edit_conversation(place: int) -> str:
    """One conversation in its form."""
    shop = service.workshop(current_tenant())
    kept, _problems = _kept(shop)
    return _form(shop, scenes.of_conversation(kept[place]) if place < len(kept) else abort(404), place)


@blueprint.post("/content/conversations/save")
@member
def save_conversation() -> Response | tuple[str, int]:
    """Keep a conversation in the draft; what cannot be used, or was changed by somebody else, is shown again."""
    shop, place = service.workshop(current_tenant()), request.form.get("place", type=int)
    kept, _problems = _kept(shop)
    scene = scenes.read_scene(request.form)
    if request.form.get("stamp") != _stamp(shop):
        flash(_("Somebody has changed the conversations since you opened this. Save again to keep yours."), "warning")
        return _form(shop, scene, place if place is not None and place < len(kept) else None), 409
    others = [stored(one) for one in kept]
    changed = [*others, scene.stored] if place is None else [*others[:place], scene.stored, *others[place + 1:]]
    try:
        read_stored(changed)
    except Unusable as error:
        return _form(shop, scene, place, error.problems), 422
    _save(shop, changed)
    number = len(changed) - 1 if place is None else place
    if request.form.get("do") == "add":
        return redirect(url_for("portal.edit_conversation", place=number, blank=scenes.MORE_BLANK_LINES), 303)
    return redirect(f"{url_for('portal.content_conversations', start=number // PAGE * PAGE)}#talk-{number}", 303)


@blueprint.post("/content/conversations/<int:place>/remove")
@member
def remove_conversation(place: int) -> Response:
    """Take one conversation out of the draft."""
    shop = service.workshop(current_tenant())
    kept, _problems = _kept(shop)
    if place >= len(kept) or request.form.get("stamp") != _stamp(shop):
        flash(_("Somebody has changed the conversations since you opened this. Look again."), "warning")
    else:
        _save(shop, [stored(one) for number, one in enumerate(kept) if number != place])
    return redirect(url_for("portal.content_conversations"), 303)


@blueprint.post("/content/conversations/file")
@member
def read_conversations() -> Response:
    """Add the conversations of a file; one of the same name is replaced."""
    shop, file = service.workshop(current_tenant()), request.files.get("file")
    text = file.read(LONGEST_SCRIPT * 4).decode("utf-8", errors="replace") if file else ""
    try:
        read = [stored(one) for one in read_script(text)]
        names = {one["name"].casefold() for one in read}
        kept = [stored(one) for one in _kept(shop)[0] if one.name.casefold() not in names]
        read_stored([*kept, *read])
    except Unusable as error:
        for problem in scenes.in_words(error.problems[:5]):
            flash(problem, "warning")
    else:
        _save(shop, [*kept, *read])
    return redirect(url_for("portal.content_conversations"), 303)


@blueprint.get("/content/conversations.yaml")
@member
def conversations_file() -> Answer:
    """The conversations as a file, for `flowhq replies test` or another business."""
    kept, _problems = _kept(service.workshop(current_tenant()))
    return Answer(written(kept), mimetype="application/yaml",
                  headers={"Content-Disposition": "attachment; filename=conversations.yaml"})


def _kept(shop: Workshop) -> tuple[tuple[Conversation, ...], Sequence[str]]:
    """The conversations of the draft, and what is wrong where they cannot be read."""
    try:
        return read_stored(shop.values["content"].get("conversations")), ()
    except Unusable as error:
        return (), error.problems


def _gone_through(shop: Workshop, kept: Sequence[Conversation]) -> tuple[list[Rehearsed], Sequence[str]]:
    try:
        bot = service.read_values(shop.template, shop.values)
    except ConfigError as error:
        return [], error.problems
    handover = service.handover_of(shop.values)
    return [rehearse(bot, one, now=utc_now(), handover=handover) for one in kept], ()


def _stamp(shop: Workshop) -> str:
    return rows.stamp(shop.values["content"].get("conversations"))


def _save(shop: Workshop, changed: Sequence[Mapping[str, Any]]) -> None:
    values = {"content": {**shop.values["content"], "conversations": list(changed)}}
    service.save_draft(current_tenant(), values, now=utc_now(), **who())
    flash(_("Saved in the draft."), "success")


def _form(shop: Workshop, scene: scenes.Scene, place: int | None, problems: Sequence[str] = ()) -> str:
    blank = min(max(request.args.get("blank", scenes.BLANK_LINES, type=int), 0), scenes.MORE_BLANK_LINES)
    lines = [*scene.lines, *[scenes.SceneLine()] * (blank if scene.lines else scenes.MORE_BLANK_LINES)][:MOST_LINES]
    return render_template("portal/conversation.html", shop=shop, scene=scene, lines=lines, place=place,
                           stamp=_stamp(shop), problems=scenes.in_words(problems), labels=LABELS, thens=scenes.THENS)
