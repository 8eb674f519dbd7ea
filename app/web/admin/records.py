"""What a tenant has on record: messages, chats, configuration, the worker's log, events."""
from zoneinfo import ZoneInfo

import yaml
from flask import render_template, request
from flask_babel import gettext as _

from app.models import OWNER_PHONE, Message, PortalEvent
from app.models.base import utc_now
from app.services import chats, messages
from app.services.chats import Wanted
from app.services.tenants import tenant_row
from app.web.access import admin, tenant_or_404
from app.web.admin.blueprint import blueprint, processes
from app.web.admin.forms import AWAY
from app.web.places import behind, chat_place, row_id

LOG_LINES = 200
EVENTS = 100


@blueprint.get("/tenants/<slug>/messages")
@admin
def tenant_messages(slug: str) -> str:
    """The message log, newest first."""
    tenant = tenant_or_404(slug)
    page = messages.page(tenant, before=row_id("before"))
    return render_template("admin/messages.html", tenant=tenant, page=page, here="messages")


@blueprint.get("/tenants/<slug>/chats")
@admin
def tenant_chats(slug: str) -> str:
    """The chats, those that somebody wrote in last first."""
    tenant = tenant_or_404(slug)
    typed = request.args.get("q", "").replace("\0", "")
    page = chats.find_chats(tenant, Wanted(typed), _zone(slug), chat_place())
    return render_template("admin/chats.html", tenant=tenant, page=page, typed=typed, here="chats",
                           behind=behind(page.following), now=utc_now(), is_with_person=chats.is_with_person)


@blueprint.get("/tenants/<slug>/chats/<int:chat_id>")
@admin
def tenant_chat(slug: str, chat_id: int) -> str:
    """One chat, as it went."""
    tenant = tenant_or_404(slug)
    chat = chats.find_chat(tenant, chat_id)
    thread = chats.read_thread(chat, before=row_id("before"))
    return render_template("admin/chat.html", tenant=tenant, chat=chat, thread=thread, here="chats")


@blueprint.get("/tenants/<slug>/configuration")
@admin
def tenant_configuration(slug: str) -> str:
    """How the bot answers, and what it knows."""
    tenant_or_404(slug)
    row = tenant_row(slug)
    return render_template("admin/configuration.html", tenant=row.tenant, config=row.config, here="configuration",
                           content=as_yaml(row.config.content), hours=as_yaml(row.config.hours), away_policies=AWAY)


@blueprint.get("/tenants/<slug>/log")
@admin
def tenant_log(slug: str) -> str:
    """The last lines of the worker's log."""
    tenant = tenant_or_404(slug)
    return render_template("admin/log.html", tenant=tenant, lines=processes().log_lines(slug, LOG_LINES), here="log")


@blueprint.get("/tenants/<slug>/events")
@admin
def tenant_events(slug: str) -> str:
    """What happened to the tenant that its people may read."""
    tenant = tenant_or_404(slug)
    query = PortalEvent.select().where(PortalEvent.tenant == tenant)
    newest = query.order_by(PortalEvent.created_at.desc(), PortalEvent.id.desc()).limit(EVENTS)
    return render_template("admin/events.html", tenant=tenant, events=list(newest), here="events", as_yaml=as_yaml)


@blueprint.app_template_global()
def writer_in_words(message: Message) -> str:
    """Who wrote a line of the business, as an admin reads it."""
    if message.author == OWNER_PHONE:
        return _("the business, on the phone")
    return str(message.author) or _("the bot")


def as_yaml(value: object) -> str:
    """The value as a person reads and writes it."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False) if value else ""


def _zone(slug: str) -> ZoneInfo:
    return ZoneInfo(tenant_row(slug).config.timezone)
