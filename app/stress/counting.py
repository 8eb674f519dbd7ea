"""The message log, read to count it: from the database where it is at hand, else from the panel's pages."""
import peewee

from app.db import DatabaseUnavailable, open_database
from app.models import Chat, Message, Tenant
from app.phones import message_id
from app.stress.accounts import Logged
from app.stress.panel import Panel

DATABASE, PAGES = "database", "admin panel"


def has_database(url: str, slugs: list[str]) -> bool:
    """Whether the database at `url` is the one in which these tenants are."""
    try:
        open_database(url)
        found: int = Tenant.select().where(Tenant.slug.in_(slugs)).count()
    except (DatabaseUnavailable, peewee.PeeweeException):
        return False
    return found == len(slugs)


def from_database(slugs: list[str], beginning: str) -> list[Logged]:
    """Every row of these tenants, and those of any other in which one of them, by its mark, is spoken of."""
    query = Message.select(Message, Chat, Tenant).join_from(Message, Chat).join_from(Message, Tenant)
    wanted = query.where(Tenant.slug.in_(slugs) | Message.text.contains(beginning)).order_by(Message.id)
    return [Logged(row.tenant.slug, f"+{row.chat.phone}", row.direction, row.text, message_id(row.wa_message_id))
            for row in wanted]


async def from_pages(panel: Panel, slugs: list[str]) -> list[Logged]:
    """Every row of these tenants, as the panel shows it."""
    return [row for slug in slugs for row in await panel.log(slug)]
