"""English and Swahili: which one a page is in, its words, its dates and its clock."""
from datetime import datetime

from babel.dates import format_timedelta
from babel.support import NullTranslations
from flask import Flask, g, request, session
from flask_babel import Babel, Domain, format_datetime, get_locale

from app.catalogues import catalogue
from app.models import Language, TenantConfig
from app.models.base import utc_now
from app.services.tenants import DEFAULT_TIMEZONE
from app.web.access import account_or_none

NAMES = {"en": "English", "sw": "Kiswahili"}


class Catalogues(Domain):
    """The catalogues as translators write them."""

    def get_translations(self) -> NullTranslations:
        """The words of the page's language."""
        return catalogue(str(get_locale() or "en"))


class OurBabel(Babel):
    """Flask-Babel with our catalogues."""

    @property
    def domain_instance(self) -> Domain:
        """The catalogues."""
        return _CATALOGUES


_CATALOGUES = Catalogues()


def register(app: Flask) -> None:
    """Let every page be in its reader's language, and give templates what they show times with."""
    OurBabel(app, default_locale="en", default_timezone=DEFAULT_TIMEZONE, locale_selector=choose,
             timezone_selector=timezone)
    app.before_request(remember_choice)
    app.jinja_env.globals.update(
        ago_text=ago_text, exact=exact, utc_now=utc_now, language_names=NAMES, page_language=choose)


def remember_choice() -> None:
    """Keep what the language switch (`?lang=sw`) says for the rest of the session."""
    if request.args.get("lang") in NAMES:
        session["language"] = request.args["lang"]


def choose() -> str:
    """The page's language: chosen in this session, the account's, or the browser's best."""
    if session.get("language") in NAMES:
        return str(session["language"])
    if account := account_or_none():
        return Language(account.language).lower()
    return request.accept_languages.best_match(list(NAMES), "en") or "en"


def timezone() -> str:
    """The zone of the signed-in person's business, or the platform's."""
    account = account_or_none()
    if account is None or account.tenant is None:
        return DEFAULT_TIMEZONE
    if "timezone" not in g:
        query = TenantConfig.select(TenantConfig.timezone).where(TenantConfig.tenant == account.tenant)
        g.timezone = query.scalar() or DEFAULT_TIMEZONE
    return str(g.timezone)


def ago_text(moment: datetime, now: datetime) -> str:
    """How long before `now` (or after it), as the page's language says it, such as "3 min ago"."""
    return format_timedelta(moment - now, add_direction=True, format="short", threshold=1.0,
                            locale=get_locale() or "en")


def exact(moment: datetime) -> str:
    """The moment by the reader's clock, to the second."""
    text = format_datetime(moment, "medium")
    return str(text)
